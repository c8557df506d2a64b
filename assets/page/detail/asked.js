// What to send along when a hit is to be looked at closer: the item, and the search on the board as
// the history keeps it, or its question where it is not kept.

/** @import { Answer } from "../search/types" */
/** @import { Inspected, Subject } from "./types" */

/** @param {number} item @param {Answer} answer @returns {Inspected} */
export function inspected(item, { run, question, rerank }) {
  // a search while the person types reranks nothing, whatever its question says
  return run == null ? { item, question: { ...question, rerank } } : { item, run };
}

/** The same for equal items of equal searches; null where there is nothing to look at.
 *  @param {Subject} subject */
export function keyOf({ item, hit, answer }) {
  return hit && answer ? `${item.id} ${answer.seq}` : null;
}
