// What the Library's items are narrowed to and how they are sorted, as it stands in the address.

import { keep, place } from "../search/address.js";

/** @import { Kind } from "../kit/types" */
/** @import { Narrowed } from "./types" */

/** @type {Kind[]} */
export const KINDS = ["picture", "page", "passage", "video", "moment"];
export const ORDERS = ["newest", "name", "date", "size", "kind"];

/** By part of what is asked: its name in the address.
 *  @type {Record<keyof Narrowed, string>} */
const PLACES = {
  name: "find",
  kind: "only",
  collection: "within",
  tag: "tagged",
  folder: "under",
  these: "these",
  order: "sort",
  reverse: "reverse",
  grouped: "grouped",
};

/** Everything, the newest first.
 *  @returns {Narrowed} */
const unasked = () => ({
  name: "",
  kind: "",
  collection: "",
  tag: "",
  folder: "",
  these: "",
  order: "newest",
  reverse: false,
  grouped: false,
});

/** Put what differs from the usual into the address.
 *  @param {Narrowed} asked */
export function toAddress(asked) {
  const usual = unasked();
  const parts = /** @type {(keyof Narrowed)[]} */ (Object.keys(asked));
  const written = parts.map((part) => [
    PLACES[part],
    asked[part] === usual[part] ? null : String(asked[part]),
  ]);
  keep(Object.fromEntries(written));
}

/** As the address has it; what means nothing there is left out. */
export function fromAddress() {
  const asked = unasked();
  const kind = KINDS.find((one) => one === place(PLACES.kind));
  const order = ORDERS.find((one) => one === place(PLACES.order));
  return {
    ...asked,
    name: place(PLACES.name).slice(0, 200),
    kind: kind ?? asked.kind,
    collection: place(PLACES.collection),
    tag: place(PLACES.tag),
    folder: place(PLACES.folder),
    these: place(PLACES.these),
    order: order ?? asked.order,
    reverse: place(PLACES.reverse) === "true",
    grouped: place(PLACES.grouped) === "true",
  };
}
