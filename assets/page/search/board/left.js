// What the search did not show: how much more there is, what the filters hide, whether anything
// stands out at all.

import { cleared, FILTERS } from "../question/state.js";
import { emit } from "../../kit/bus.js";
import { el } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { t } from "../../i18n/strings.js";

/** Search the whole library with the same question. */
export const withoutFilters = () => emit("ask", { change: () => cleared(FILTERS) });

export class LeftOut {
  constructor() {
    this.node = el("p", { class: "board-left", hidden: true });
  }

  draw({ value, stage }) {
    const left = value?.left;
    this.node.hidden =
      !(left || value?.doubt) || !value.hits.length || ["empty", "begun", "error"].includes(stage);
    if (this.node.hidden) return; // without hits, what is said in their place says it all
    const nothing = value.doubt ? [el("b", { text: t(`doubt.${value.doubt}`) })] : [];
    const counts = left ? [el("span", { text: sentence(left, value.top) }), ...hidden(left)] : [];
    this.node.replaceChildren(...nothing, ...counts);
  }
}

function sentence(left, top) {
  const above = count(left.above) + (left.more ? "+" : "");
  const shown = count(Math.min(left.shown, top));
  if (left.level == null) return t("left.words", { shown, above });
  const name = left.above >= Math.min(left.shown, top) ? "above" : left.above ? "some" : "none";
  return t(`left.${name}`, { shown, above, level: left.level.toFixed(2) });
}

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
