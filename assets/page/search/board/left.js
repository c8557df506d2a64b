// What the search did not show: how much more there is, what the filters hide, whether anything
// stands out at all.

import { cleared, FILTERS } from "../question/state.js";
import { emit } from "../../kit/bus.js";
import { el } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { t } from "../../i18n/strings.js";

/** @import { LeftOut as Left } from "../types" */
/** @import { Board } from "./board.js" */

/** Search the whole library with the same question. */
export const withoutFilters = () => emit("ask", { change: () => cleared(FILTERS) });

export class LeftOut {
  constructor() {
    this.node = el("p", { class: "board-left", "data-explain": "level", hidden: true });
  }

  /** @param {Board} board */
  draw({ value, stage }) {
    // While a search begins, this stays as the former rows do: without it they would move up.
    if (stage === "begun" && value?.hits.length) return;
    const left = value?.left;
    // What recall doubts is not said while the reranker may still find it.
    const doubt = value?.rerank && ["recall", "rerank"].includes(stage) ? null : value?.doubt;
    const kept = value && stage === "done" ? value.kept : 0;
    const said = Boolean(left || doubt || kept) && !["empty", "error"].includes(stage);
    this.node.hidden = !(said && value?.hits.length);
    if (!said || !value?.hits.length) return; // what is said without hits says it all
    this.node.toggleAttribute("data-doubt", Boolean(doubt));
    const nothing = doubt ? [el("b", { text: t(`doubt.${doubt}`) })] : [];
    const counts = left ? [el("span", { text: sentence(left, value.top) }), ...hidden(left)] : [];
    const before = kept ? [el("span", { text: t("status.kept", { n: kept }) })] : [];
    this.node.replaceChildren(...nothing, ...counts, ...before);
  }
}

/** @param {Left} left @param {number} top */
function sentence(left, top) {
  const above = count(left.above) + (left.more ? "+" : "");
  const shown = count(Math.min(left.shown, top));
  if (left.level == null) return t("left.words", { shown, above });
  const name = left.above >= Math.min(left.shown, top) ? "above" : left.above ? "some" : "none";
  return t(`left.${name}`, { n: left.above, shown, above, level: left.level.toFixed(2) });
}

/** @param {Left} left */
function hidden(left) {
  if (!left.hidden) return [];
  const text = t("left.hidden", {
    n: left.hidden,
    count: count(left.hidden) + (left.more ? "+" : ""),
  });
  const attributes = {
    type: "button",
    class: "link",
    title: t("left.clear"),
    onclick: withoutFilters,
  };
  return [el("button", { ...attributes, text })];
}
