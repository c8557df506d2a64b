// A file that this page made, saved where the browser saves what it gets.

import { el } from "./dom.js";

const LONGER = 10_000; // milliseconds that a browser may take to begin

/** @param {string} name @param {string} type @param {string} text */
export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), LONGER);
}
