// A file that this page made, saved where the browser saves what it gets.

import { el } from "./dom.js";

const LONGER = 10_000; // milliseconds that a browser may take to begin

/** @param {string} name @param {string} type @param {BlobPart} content */
export function download(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), LONGER);
}
