// The keyboard: one Tab stop in the lists, arrows inside them, a few letters everywhere.

import { focusRow } from "./rows.js";
import { emit } from "../../kit/bus.js";
import { debounced, isTyping, showTab } from "../../kit/dom.js";
import { disliking, liking } from "../../shell/wishes.js";
import { showHelp } from "../../shell/help.js";

const FOLLOW = 120; // milliseconds on a row before an open detail panel follows

/** Bind the keys of `board`; letters do nothing while the person types. */
export function listenToKeys(board) {
  const follow = debounced((id) => document.body.dataset.detail && board.open(id), FOLLOW);
  board.root.addEventListener("keydown", (event) => {
    const row = event.target.closest(".row[data-id]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!onRow(board, row, event.key, follow)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  const everywhere = (event) => {
    if (!board.root.isConnected) document.removeEventListener("keydown", everywhere);
    else if (!event.defaultPrevented) anywhere(board, event);
  };
  document.addEventListener("keydown", everywhere);
}

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
  if (key === "e") board.unfold(Number(row.dataset.id));
  else if (key === "+" || key === "-") exemplify(board, row, key);
  else return target === null;
  return true;
}

/** Take the item of a row as an example of what is wanted, or of what is not. */
function exemplify(board, row, key) {
  const id = Number(row.dataset.id);
  const card = board.value.hits.flatMap((hit) => [hit, ...hit.copies]).find((one) => one.id === id);
  if (card) emit("ask", key === "+" ? liking(card) : disliking(card));
}

/** The row that a key leads to; null where there is none that way, undefined for other keys. */
function step(board, column, row, key) {
  if (key === "ArrowDown" || key === "j") return row.nextSibling;
  if (key === "ArrowUp" || key === "k") return row.previousSibling;
  if (key === "Home") return column.list.firstChild;
  if (key === "End") return column.list.lastChild;
  if (key === "ArrowLeft") return twin(board.recall, row);
  if (key === "ArrowRight") return twin(board.rerank, row);
  return undefined;
}

const twin = (column, row) => column.rows.get(Number(row.dataset.id)) ?? null;

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
  else if (key === "c" && board.value) board.toggleCompact();
  else if ((key === "j" || key === "ArrowDown") && event.target === document.body) enter(board);
  else return;
  event.preventDefault();
}

function focusQuery() {
  showTab(0);
  const box = document.querySelector("#query textarea");
  box?.focus();
  box?.select();
}

function enter(board) {
  const reached = [...board.root.querySelectorAll(':is(.row, .tile, .link)[tabindex="0"]')].find(
    (node) => node.offsetParent,
  );
  if (reached?.matches(".row")) focusRow(board, reached);
  else reached?.focus();
}
