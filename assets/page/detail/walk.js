// The way to the items before and after, in the order in which the screen shows them.

import { el, find, say } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { itemsIn, orderOnScreen } from "../kit/order.js";
import { t } from "../i18n/strings.js";

/** @import { Order } from "../kit/types" */
/** @import { Detail } from "./detail.js" */

export class Walk {
  /** @param {Detail} detail @param {HTMLElement} node */
  constructor(detail, node) {
    this.detail = detail;
    this.node = node;
    /** The list that is watched, because an order changes also without a search.
     *  @type {HTMLElement | null} */
    this.list = null;
    this.at = -1; // the last known place: from an item that is not in the list, it goes on there
    this.before = this.button("left", "walk.before", -1, "[");
    this.after = this.button("right", "walk.after", 1, "]");
    this.place = el("span", { class: "walk-place", "aria-live": "polite" });
    node.append(this.before, this.place, this.after);
    this.changes = new MutationObserver(() => this.later());
    this.sizes = new ResizeObserver(() => this.later()); // another list comes into view
    this.waiting = false;
  }

  /** @param {string} name @param {string} label @param {number} by @param {string} key */
  button(name, label, by, key) {
    const text = t(label);
    return el(
      "button",
      {
        type: "button",
        class: "quiet round",
        "aria-label": text,
        "aria-keyshortcuts": key,
        title: `${text} (${key})`,
        onclick: () => this.step(by),
      },
      icon(name, 17),
    );
  }

  /** Draw in the next frame, however much changes before it. */
  later() {
    if (this.waiting || this.detail.id === null) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      if (this.detail.id !== null) this.detail.draw();
    });
  }

  /** Where we are in the order on the screen. */
  where() {
    const order = orderOnScreen();
    const ids = order ? [...itemsIn(order.list).keys()] : [];
    const at = ids.indexOf(this.detail.id ?? -1);
    if (at >= 0) this.at = at;
    const known = Math.min(this.at, ids.length);
    const before = ids[at >= 0 ? at - 1 : known];
    const after = ids[(at >= 0 ? at : known) + 1];
    return { order, ids, at, before, after };
  }

  /** The same in words, and whether there is a way. */
  now() {
    const { order, ids, at, before, after } = this.where();
    const total = count(ids.length) + (order?.more ? "+" : "");
    const place = t("walk.place", { at: at < 0 ? "–" : count(at + 1), total });
    return {
      place: ids.length ? place : "",
      before: before !== undefined,
      after: after !== undefined || Boolean(order?.more),
    };
  }

  draw() {
    const { place, before, after } = this.now();
    this.node.hidden = !place;
    say(this.place, place);
    const held = document.activeElement;
    this.before.disabled = !before;
    this.after.disabled = !after;
    // A button that is switched off below the finger would lose the keyboard.
    if (held === this.before && !before) this.after.focus();
    if (held === this.after && !after) this.before.focus();
    this.watch(orderOnScreen());
  }

  /** @param {Order | null} order */
  watch(order) {
    const list = order?.list ?? null;
    if (list === this.list) return;
    this.list = list;
    this.changes.disconnect();
    this.sizes.disconnect();
    this.sizes.observe(find(document, "#screens"));
    if (!list) return;
    this.changes.observe(list, { childList: true, subtree: true });
    this.sizes.observe(list);
  }

  /** Go on to the next item or back to the one before; at the end of a page, to the next page.
   *  @param {number} by */
  async step(by) {
    let { order, before, after } = this.where();
    if (by > 0 && after === undefined && order?.more) {
      await order.more();
      ({ order, after } = this.where());
    }
    const id = by > 0 ? after : before;
    if (id === undefined || !order) return;
    const node = itemsIn(order.list).get(id);
    node?.scrollIntoView({ block: "nearest" });
    if (order.list.contains(document.activeElement)) node?.focus({ preventScroll: true });
    await this.detail.go(id);
  }
}
