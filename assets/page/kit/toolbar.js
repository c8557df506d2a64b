// Buttons that belong together as one Tab stop: the arrow keys walk among them.

import { around, findAll } from "./dom.js";

const BUTTONS = "button:not([disabled])";

/** Make the buttons inside `node` one Tab stop. What is drawn into it later is to be followed by
 *  `settle`.
 *  @template {HTMLElement} T @param {T} node @returns {T} */
export function asToolbar(node) {
  node.addEventListener("keydown", (event) => walk(node, event));
  node.addEventListener("focusin", (event) => {
    const button = around(event.target, "button");
    if (button) hold(node, button);
  });
  settle(node);
  return node;
}

/** Leave one button that can be seen in the Tab order: that which had the focus last, else the
 *  first.
 *  @param {HTMLElement} node */
export function settle(node) {
  const all = findAll(node, BUTTONS);
  const seen = all.filter(isSeen); // none while the screen itself is not
  hold(node, seen.find((button) => button.tabIndex === 0) ?? seen[0] ?? all[0]);
}

/** @param {HTMLElement} node @param {HTMLElement | undefined} held */
function hold(node, held) {
  for (const button of findAll(node, "button")) button.tabIndex = button === held ? 0 : -1;
}

/** @param {HTMLElement} button */
const isSeen = (button) => button.closest("[hidden]") === null && button.offsetParent !== null;

/** @param {HTMLElement} node @param {KeyboardEvent} event */
function walk(node, event) {
  const from = around(event.target, "button");
  if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = findAll(node, BUTTONS).filter(isSeen);
  const at = all.indexOf(from);
  /** @type {Record<string, HTMLElement | undefined>} */
  const ways = {
    ArrowRight: all[(at + 1) % all.length],
    ArrowLeft: all.at(at - 1),
    Home: all[0],
    End: all.at(-1),
  };
  const to = ways[event.key];
  if (!to) return;
  event.preventDefault();
  event.stopPropagation();
  to.focus();
}
