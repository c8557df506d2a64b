// Which items are chosen, to do one thing to all of them.

const MOST = 10_000; // as many as the program changes at once

export class Selection {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {Set<number>} */
    this.ids = new Set();
    /** Whether a plain click chooses. */
    this.isOn = false;
    /** Where a range begins.
     *  @type {number | null} */
    this.anchor = null;
    /** What a range from the anchor has chosen, which the next range lets go.
     *  @type {number[]} */
    this.range = [];
    /** How many there would be, had they not been too many.
     *  @type {number | null} */
    this.total = null;
  }

  /** @param {number} id */
  toggle(id) {
    if (!this.ids.delete(id)) this.add([id]);
    this.settle(id);
  }

  /** Choose all from the anchor to `id`, in the order of `shown`.
   *  @param {number} id @param {number[]} shown */
  extend(id, shown) {
    const from = shown.indexOf(this.anchor ?? id);
    const to = shown.indexOf(id);
    const range = shown.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1);
    this.range.forEach((one) => this.ids.delete(one));
    this.add(range);
    this.range = range;
    this.anchor ??= id;
    this.total = null;
    this.changed();
  }

  /** Choose these instead; `total` is how many were meant.
   *  @param {number[]} ids @param {number} total */
  replace(ids, total) {
    this.ids = new Set();
    this.add(ids);
    this.settle(null);
    this.total = total > this.ids.size ? total : null;
    this.changed();
  }

  /** @param {number[]} ids */
  drop(ids) {
    const before = this.ids.size;
    ids.forEach((id) => this.ids.delete(id));
    if (this.ids.size !== before) this.changed();
  }

  clear() {
    this.isOn = false;
    this.ids.clear();
    this.settle(null);
  }

  /** @param {boolean} on */
  turn(on) {
    if (!on) this.clear();
    this.isOn = on;
    this.changed();
  }

  /** @param {number[]} ids */
  add(ids) {
    for (const id of ids) if (this.ids.size < MOST) this.ids.add(id);
  }

  /** @param {number | null} anchor */
  settle(anchor) {
    this.anchor = anchor;
    this.range = [];
    this.total = null;
    this.changed();
  }
}
