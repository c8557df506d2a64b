// Which items the screen shows, in which order: the owner of a list answers, whoever walks asks.

import { emit, on } from "./bus.js";
import { findAll } from "./dom.js";

/** @import { Order } from "./types" */

/** Answer for the lists of `root` while it is seen; `order` gives null where it shows none.
 *  @param {HTMLElement} root @param {() => Order | null} order */
export function answerOrder(root, order) {
  on("ordering", root, (answer) => {
    const found = root.offsetParent ? order() : null;
    if (found) answer(found);
  });
}

/** The order on the screen now; null where there is none, as in Settings. */
export function orderOnScreen() {
  /** @type {Order | null} */
  let found = null;
  emit("ordering", (order) => (found ??= order));
  return /** @type {Order | null} */ (found);
}

/** The first of these lists that is seen and not empty.
 *  @param {HTMLElement[]} lists */
export const firstSeen = (...lists) =>
  lists.find((list) => list.offsetParent && list.querySelector("[data-id]")) ?? null;

/** What stands for each item of a list, in its order; a tile may have a frame of the same id.
 *  @param {HTMLElement} list @returns {Map<number, HTMLElement>} */
export function itemsIn(list) {
  /** @type {Map<number, HTMLElement>} */
  const found = new Map();
  for (const node of findAll(list, "[data-id]:not([hidden], [hidden] *)")) {
    const id = Number(node.dataset.id);
    if (!found.has(id)) found.set(id, node);
  }
  return found;
}
