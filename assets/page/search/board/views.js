// Which of the three views of the results is shown: side by side, a table, or a wall of pictures.

import { keep, place } from "../address.js";
import { memory } from "../../kit/bus.js";
import { attribute, childrenOf } from "../../kit/dom.js";

/** @import { Hit } from "../types" */
/** @import { Board } from "./board.js" */

/** Side by side, a wall of pictures, a table: in the order of the buttons. */
export const VIEWS = ["board", "grid", "table"];

/** The view that the address names, else the one that was used last. */
export function chosenView() {
  const [named, last] = [place("view"), memory.get("view", "board")];
  return [named, last].find((view) => VIEWS.includes(view)) ?? "board";
}

/** @param {string} view */
export function chooseView(view) {
  memory.set("view", view);
  keep({ view });
}

/** Draw the view that was chosen beside the two columns; whether there is one.
 *  @param {Board} board @param {Hit[]} hits */
export function drawView(board, hits) {
  const view = chosenView();
  board.root.dataset.view = view;
  for (const button of childrenOf(board.head.views))
    attribute(button, "aria-pressed", String(button.dataset.view === view));
  /** @type {Record<string, Board["others"]["grid"] | Board["others"]["table"]>} */
  const others = board.others;
  const shown = board.stage !== "empty" && hits.length ? others[view] : null;
  for (const other of Object.values(others)) other.node.hidden = other !== shown;
  shown?.draw(hits);
  return Boolean(shown);
}
