// The row that the keyboard is on, and the one that the mouse or the keyboard points at.

import { around, findAll } from "../../kit/dom.js";

/** @import { Side } from "../types" */
/** @import { Board } from "./board.js" */

/** The row of a hit that holds `target`.
 *  @param {EventTarget | null} target */
export const rowOf = (target) => around(target, ".row[data-id]"); // gradio has rows, too

/** Make `row` the one that Tab reaches, and go there.
 *  @param {Board} board @param {HTMLElement} row */
export function focusRow(board, row) {
  for (const column of [board.recall, board.rerank]) column.release();
  row.tabIndex = 0;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/** A row is opened, or one of its badges unfolds what is behind it.
 *  @param {Board} board @param {MouseEvent} event */
export function clicked(board, event) {
  const row = rowOf(event.target);
  if (!row) return;
  focusRow(board, row);
  const hit = board.hitOf(Number(row.dataset.id));
  if (hit && around(event.target, ".flag-copies")) board.narrow((now) => now.toggleCopies(hit));
  else if (hit && around(event.target, ".flag-file"))
    board.narrow((now) => now.files.add(hit.source));
  else board.open(row.dataset.id);
}

/** Go to a hit in one of the columns, below the fold as well.
 *  @param {Board} board @param {number} id @param {Side} side */
export function reach(board, id, side) {
  const column = board[side];
  board.root.dataset.side = side;
  board.narrow((now) => (now.all ||= !column.rows.has(id)));
  const row = column.rows.get(id);
  if (row) focusRow(board, row);
}

/** The row, tile or name of a hit that Tab reaches in the view that is shown.
 *  @param {Board} board */
export const reachable = (board) =>
  findAll(board.root, ':is(.row, .tile, .link)[tabindex="0"]').find((node) => node.offsetParent);

/** Show where else the hit of a row stands; of null, that nothing is pointed at.
 *  @param {Board} board @param {HTMLElement | null} row */
export function highlight(board, row) {
  const id = row?.dataset.id ?? null;
  if (id === board.hot) return;
  board.hot = id;
  board.root.toggleAttribute("data-hot", id !== null);
  for (const node of board.root.querySelectorAll(".hot")) node.classList.remove("hot");
  if (id === null) return;
  for (const node of board.root.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)) {
    node.classList.add("hot");
  }
}
