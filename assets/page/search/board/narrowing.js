// Which of the hits a person wants to see: more than the first, of some movements alone, with what
// is folded behind others. It holds for one search.

import { GROUPED } from "../question/options.js";
import { memory } from "../../kit/bus.js";

/** @import { Hit, Moved } from "../types" */
/** @import { Chosen } from "./shown.js" */

export class Narrowing {
  constructor() {
    /** Every candidate is shown, not only the first ones. */
    this.all = false;
    /** Ids of hits whose near copies are shown.
     *  @type {Set<number>} */
    this.unfolded = new Set();
    /** Files of which all hits are shown.
     *  @type {Set<string>} */
    this.files = new Set();
    /** The movements that are shown; all where there are none.
     *  @type {Set<Moved>} */
    this.moves = new Set();
  }

  /** As at the beginning of a search. */
  clear() {
    this.all = false;
    for (const chosen of [this.unfolded, this.files, this.moves]) chosen.clear();
  }

  /** All of it as a value.
   *  @param {number} top hits that were asked for @returns {Chosen} */
  chosen(top) {
    return {
      top: this.all ? Infinity : top,
      moves: this.moves,
      unfolded: this.files,
      grouped: memory.get(GROUPED, true),
    };
  }

  /** Show hits that moved so, or no longer.
   *  @param {Moved} moved */
  toggleMoved(moved) {
    if (!this.moves.delete(moved)) this.moves.add(moved);
  }

  /** Show or hide the near copies of a hit.
   *  @param {Hit} hit */
  toggleCopies({ id, copies }) {
    if (copies.length && !this.unfolded.delete(id)) this.unfolded.add(id);
  }
}
