// The lines between the columns: one per hit that has both ranks. Solid green goes up, dashed amber
// goes down; a hit from below the fold starts there, one that fell out of the list ends there.

import { svg } from "../../kit/dom.js";

/** @import { Hit } from "../types" */
/** @import { Column } from "./column.js" */
/** @import { Board } from "./board.js" */

const ARROW = 7; // pixels
const MOST = 120; // lines; more are a thicket

/** Draw all lines anew; positions come from the columns, only the frame is measured.
 *  @param {Board} board @param {Hit[]} hits */
export function drawLines(board, hits) {
  const { lines, recall, rerank, root } = board;
  const { top, moves } = board.chosen();
  const paired = root.dataset.mode === "pair" && lines.offsetParent !== null;
  if (!paired || !hits.some((hit) => hit.r1 != null)) {
    lines.replaceChildren();
    return;
  }
  const width = lines.clientWidth;
  const offset = recall.box.offsetTop;
  const height = Math.max(recall.node.clientHeight, rerank.node.clientHeight);
  const area = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  /** @param {number} y */
  const middle = (y) => offset + y + recall.height / 2;
  /** @param {Column} column */
  const below = (column) => offset + column.list.offsetHeight + 22;
  let drawn = 0;
  for (const hit of hits) {
    if (hit.r1 == null || drawn >= MOST) continue;
    const from = recall.places.get(hit.id);
    const to = rerank.places.get(hit.id);
    if (from === undefined && to === undefined) continue;
    // Among the first, and yet not there: folded behind another of its file.
    if (from === undefined && (hit.r0 <= top || moves.size)) continue;
    if (to === undefined && (hit.r1 <= top || moves.size)) continue;
    const y0 = from === undefined ? below(recall) : middle(from);
    const y1 = to === undefined ? below(rerank) : middle(to);
    area.append(...line(hit, width, y0, y1));
    drawn += 1;
  }
  lines.replaceChildren(area);
  if (board.hot)
    for (const node of area.querySelectorAll(`[data-id="${CSS.escape(board.hot)}"]`))
      node.classList.add("hot");
}

/** @param {Hit} hit @param {number} width @param {number} y0 @param {number} y1 */
function line(hit, width, y0, y1) {
  const end = width - ARROW;
  const bend = width * 0.55;
  const by = hit.r0 - (hit.r1 ?? hit.r0);
  const way = by > 0 ? "up" : by < 0 ? "down" : "same";
  const tone = hit.matters ? way : `${way} faint`; // a move among what is irrelevant says little
  const far = hit.moved === "rescued" || hit.moved === "dropped" ? "far" : "";
  const curve = svg("path", {
    d: `M1 ${y0} C ${bend} ${y0}, ${width - bend} ${y1}, ${end} ${y1}`,
    class: `line ${tone} ${far}`,
    "data-id": hit.id,
  });
  const head = svg("path", {
    d: `M${end - 1} ${y1 - 4.5} L${width} ${y1} L${end - 1} ${y1 + 4.5} Z`,
    class: `arrow ${tone} ${far}`,
    "data-id": hit.id,
  });
  return [curve, head];
}
