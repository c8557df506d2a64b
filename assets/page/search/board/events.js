// What the board listens to: the mouse, the keys, and the rest of the page.

import { listenToKeys } from "./keys.js";
import { isEmpty } from "./messages.js";
import { answerForBoard } from "./order.js";
import { clicked, highlight, reach, rowOf } from "./rows.js";
import { on } from "../../kit/bus.js";
import { listenForSize } from "../../kit/tile_size.js";

/** @import { Board } from "./board.js" */

/** Begin to listen, for as long as the board is on the page.
 *  @param {Board} board */
export function listen(board) {
  const { root } = board;
  root.addEventListener("click", (event) => clicked(board, event));
  root.addEventListener("mouseover", (event) => highlight(board, rowOf(event.target)));
  root.addEventListener("mouseleave", () => highlight(board, null));
  root.addEventListener("focusin", (event) => highlight(board, rowOf(event.target)));
  listenToKeys(board);
  answerForBoard(board);
  listenForSize(root);
  new ResizeObserver(() => root.isConnected && board.draw()).observe(board.body);
  /** @type {boolean | null} */
  let wasEmpty = null;
  on("status", root, (status) => {
    board.welcome.show(status, board.begins());
    const empty = isEmpty(); // decides what is shown where there are no hits
    if (empty !== wasEmpty) board.later();
    wasEmpty = empty;
  });
  on("changed", root, () => board.messages.draw(board.value?.hits ?? []));
  on("preferred", root, () => board.later());
  on("pointed", root, ({ id }) => board.point(id));
  on("reach", root, ({ id, side }) => reach(board, id, side));
  on("unheard", root, () => board.later());
  on("unasked", root, () => board.reset());
  on("opened", root, (opened) => board.markOpened(opened?.id ?? null));
  on("failed", root, (message) => board.fail(message));
  on("forgotten", root, ({ ids }) => board.forget(ids));
  on("returned", root, ({ ids }) => board.forget(ids, true));
}
