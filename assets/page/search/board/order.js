// In which order the results stand on the screen, whatever view they are shown in.

import { answerOrder, firstSeen } from "../../kit/order.js";

/** @import { Board } from "./board.js" */

/** Answer who comes before and after: in the reranked column, on a phone in the one that is shown.
 *  @param {Board} board */
export function answerForBoard(board) {
  const { recall, rerank, others, listing, welcome } = board;
  answerOrder(board.root, () => {
    const columns = [rerank.list, recall.list, others.table.body, others.grid.node];
    const list = firstSeen(...columns, listing.tiles, welcome.node);
    const more = list === listing.tiles && listing.next !== null ? () => listing.load() : undefined;
    return list && { list, more };
  });
}
