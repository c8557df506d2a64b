// The row that the keyboard is on, and the one that the mouse or the keyboard points at.

/** The row of a hit that holds `target`. */
export const rowOf = (target) => target?.closest?.(".row[data-id]") ?? null; // gradio has rows, too

/** Make `row` the one that Tab reaches, and go there. */
export function focusRow(board, row) {
  for (const column of [board.recall, board.rerank]) column.release();
  row.tabIndex = 0;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/** Show where else the hit of a row stands; of null, that nothing is pointed at. */
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
