// The keyboard: one Tab stop in the lists, arrows inside them, a few letters everywhere.

import { toggleCompact } from "./buttons.js";
import { focusRow, reachable, rowOf } from "./rows.js";
import { emit } from "../../kit/bus.js";
import { childrenOf, debounced, isTyping, queryField, showTab } from "../../kit/dom.js";
import { disliking, liking } from "../../shell/wishes.js";
import { showHelp } from "../../shell/help.js";

/** @import { Column } from "./column.js" */
/** @import { Board } from "./board.js" */

const FOLLOW = 120; // milliseconds on a row before an open detail panel follows

/** Bind the keys of `board`; letters do nothing while the person types.
 *  @param {Board} board */
export function listenToKeys(board) {
  /** @param {string | undefined} id */
  const open = (id) => document.body.dataset.detail && board.open(id);
  const follow = debounced(open, FOLLOW);
  board.root.addEventListener("keydown", (event) => {
    const row = rowOf(event.target);
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!onRow(board, row, event.key, follow)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  /** @param {KeyboardEvent} event */
  const everywhere = (event) => {
    if (!board.root.isConnected) document.removeEventListener("keydown", everywhere);
    else if (!event.defaultPrevented) anywhere(board, event);
  };
  document.addEventListener("keydown", everywhere);
}

/** @param {Board} board @param {HTMLElement} row @param {string} key
 *  @param {(id: string | undefined) => void} follow */
function onRow(board, row, key, follow) {
  const column = board.recall.list.contains(row) ? board.recall : board.rerank;
  const target = step(board, column, row, key);
  if (target) {
    focusRow(board, target);
    follow(target.dataset.id);
    return true;
  }
  if (key === "Enter" || key === " ") {
    board.open(row.dataset.id);
    return true;
  }
  if (key === "e") toggleCopies(board, row);
  else if (key === "+" || key === "-") exemplify(board, row, key);
  else return target === null;
  return true;
}

/** @param {Board} board @param {HTMLElement} row */
function toggleCopies(board, row) {
  const hit = board.hitOf(Number(row.dataset.id));
  if (hit) board.narrow((now) => now.toggleCopies(hit));
}

/** Take the item of a row as an example of what is wanted, or of what is not.
 *  @param {Board} board @param {HTMLElement} row @param {string} key */
function exemplify(board, row, key) {
  const id = Number(row.dataset.id);
  const cards = board.value?.hits.flatMap((hit) => [hit, ...hit.copies]) ?? [];
  const card = cards.find((one) => one.id === id);
  if (card) emit("ask", key === "+" ? liking(card) : disliking(card));
}

/** The row that a key leads to; null where there is none that way, undefined for other keys.
 *  @param {Board} board @param {Column} column @param {HTMLElement} row @param {string} key
 *  @returns {HTMLElement | null | undefined} */
function step(board, column, row, key) {
  const rows = childrenOf(column.list);
  const at = rows.indexOf(row);
  if (key === "ArrowDown" || key === "j") return rows[at + 1] ?? null;
  if (key === "ArrowUp" || key === "k") return rows[at - 1] ?? null;
  if (key === "Home") return rows[0] ?? null;
  if (key === "End") return rows.at(-1) ?? null;
  if (key === "ArrowLeft") return twin(board.recall, row);
  if (key === "ArrowRight") return twin(board.rerank, row);
  return undefined;
}

/** @param {Column} column @param {HTMLElement} row */
const twin = (column, row) => column.rows.get(Number(row.dataset.id)) ?? null;

/** @param {Board} board @param {KeyboardEvent} event */
function anywhere(board, event) {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]"))
    return;
  if (key === "Escape") {
    if (document.body.dataset.detail) emit("close");
    else if (document.body.dataset.searching === "true") board.trigger("halt");
    return;
  }
  if (isTyping(event.target)) return;
  if (key === "/") focusQuery();
  else if (key === "?") showHelp();
  else if (key === "c" && board.value) toggleCompact(board);
  else if ((key === "j" || key === "ArrowDown") && event.target === document.body) enter(board);
  else return;
  event.preventDefault();
}

function focusQuery() {
  showTab(0);
  const box = queryField();
  box?.focus();
  box?.select();
}

/** @param {Board} board */
function enter(board) {
  const reached = reachable(board);
  if (reached?.matches(".row")) focusRow(board, reached);
  else reached?.focus();
}
