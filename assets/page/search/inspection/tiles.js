// Hits as small pictures in a line, each a button that opens its detail.

import { asToolbar } from "../../kit/toolbar.js";
import { el } from "../../kit/dom.js";
import { fitOf, placeText, thumbOf } from "../../kit/format.js";
import { isolated, t } from "../../i18n/strings.js";

/** @import { Hit } from "../types" */
/** @import { Board } from "../board/board.js" */

/** Shown at once; the rest is counted. */
const MOST = 60;

/** A line of tiles that is one Tab stop; `fill` draws it.
 *  @param {string} label */
export const tileLine = (label) =>
  asToolbar(el("div", { class: "inspect-tiles", role: "toolbar", "aria-label": t(label) }));

/** The hits with these ids, in this order; what has left the board is left out.
 *  @param {Board} board @param {number[]} ids */
export const hitsOf = (board, ids) =>
  ids.map((id) => board.hitOf(id)).filter((hit) => hit !== undefined);

/** The name of a hit and where in its file it stands; its number where it has left the board.
 *  @param {Board} board @param {number} id */
export function nameOf(board, id) {
  const hit = board.hitOf(id);
  if (!hit) return `#${id}`;
  return [hit.title, placeText(hit.kind, hit.place)].filter(Boolean).map(isolated).join(" · ");
}

/** @param {Board} board @param {Hit[]} hits @param {{ marked: Set<number>, mark: string }} [how]
 *  which of them are marked, and in which words */
export function tiles(board, hits, { marked, mark } = { marked: new Set(), mark: "" }) {
  /** @type {HTMLElement[]} */
  const shown = hits.slice(0, MOST).map((hit, n) => {
    const isMarked = marked.has(hit.id);
    const said = [`${n + 1}`, nameOf(board, hit.id), t(`kind.${hit.kind}`), isMarked ? mark : ""];
    const label = said.filter(Boolean).join(", ");
    return el(
      "button",
      {
        type: "button",
        class: "inspect-tile",
        tabindex: n ? "-1" : "0",
        "aria-label": label,
        title: label,
        data: isMarked ? { marked: "" } : {},
        onclick: () => board.open(String(hit.id)),
      },
      el("img", {
        src: thumbOf(hit),
        alt: "",
        width: 56,
        height: 42,
        loading: "lazy",
        draggable: "false",
        data: { fit: fitOf(hit) },
      }),
      el("span", { "data-explain": "rank", text: String(n + 1) }),
    );
  });
  const rest = hits.length - shown.length;
  if (rest > 0)
    shown.push(
      el("span", { class: "fine", "data-explain": "hits", text: t("inspect.rest", { n: rest }) }),
    );
  return shown;
}
