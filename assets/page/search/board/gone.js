// Hits of items that have left the library since: Undo has them back in their place.

/** @import { Answer } from "../types" */

export class Gone {
  constructor() {
    /** What was found, and what is shown of it.
     *  @type {{ whole: Answer, shown: Answer } | null} */
    this.last = null;
    /** @type {Set<number>} */
    this.ids = new Set();
  }

  /** The value without the hits of these items, or with them again.
   *  @param {Answer} value @param {number[]} ids @param {boolean} back */
  change(value, ids, back) {
    const { last } = this;
    if (value !== last?.shown) this.ids.clear(); // a newer one, which knows better
    const whole = value === last?.shown ? last.whole : value;
    for (const id of ids) back ? this.ids.delete(id) : this.ids.add(id);
    const shown = { ...whole, hits: whole.hits.filter((hit) => !this.ids.has(hit.id)) };
    this.last = { whole, shown };
    return shown;
  }
}
