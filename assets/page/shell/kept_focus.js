// By keyboard, the focus is never lost: where what has it goes, as a chip does that is taken away
// or a message that was obeyed, what stands nearest to its place gets it.

import { findAll } from "../kit/dom.js";

const REACHED = "a[href], button, input, select, textarea, summary, [tabindex]";

/** What had the focus, and where it stood: the nodes around it, and at which of their children.
 *  @typedef {{ node: Element, around: { parent: Element, at: number }[] }} Held */

/** Keep the focus as long as `root` is on the page.
 *  @param {Element} root */
export function keepFocus(root) {
  /** @type {Held | null} */
  let held = null;
  /** What had it last in each part of the page, the newest at the end.
   *  @type {Map<Element | null, Held>} */
  const parts = new Map();
  let byKey = false;
  let waiting = false;
  const settle = () => {
    waiting = false;
    if (!held || !isLost(held.node)) return;
    for (const one of [...parts.values()].reverse()) {
      const next = nearest(one);
      next?.focus({ preventScroll: true });
      if (next) return;
    }
  };
  const watcher = new MutationObserver(() => {
    if (!root.isConnected) watcher.disconnect();
    else if (byKey && !waiting && held && isLost(held.node)) {
      waiting = true;
      setTimeout(settle); // whoever took it away may know a better place
    }
  });
  const keys = () => (byKey = true);
  const pointer = () => (byKey = false);
  addEventListener("keydown", keys, true);
  addEventListener("pointerdown", pointer, true);
  document.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof Element)) return;
    const part = target.closest(".own");
    held = { node: target, around: around(target) };
    for (const one of parts.keys())
      if (one === part || one?.isConnected === false) parts.delete(one);
    parts.set(part, held);
  });
  const whatGoes = {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["hidden"],
  };
  watcher.observe(document.body, whatGoes);
}

/** @param {Element} node */
const isSeen = (node) => node.isConnected && node.checkVisibility();

/** Whether the focus is nowhere because `node` has gone.
 *  @param {Element} node */
function isLost(node) {
  const { activeElement } = document;
  // What was hidden has it until the page is drawn the next time.
  return [null, document.body, node].includes(activeElement) && !isSeen(node);
}

/** @param {Element} node */
function around(node) {
  const found = [];
  for (let child = node; child.parentElement; child = child.parentElement) {
    const parent = child.parentElement;
    if (parent === document.body) break;
    found.push({ parent, at: [...parent.children].indexOf(child) });
    if (parent.matches(".own")) break;
  }
  return found;
}

/** What can have the focus and stands nearest to where it was, in the same part of the page.
 *  @param {Held} held @returns {HTMLElement | undefined} */
function nearest(held) {
  if (held.node instanceof HTMLElement && isSeen(held.node)) return held.node;
  for (const { parent, at } of held.around) {
    if (!isSeen(parent)) continue;
    for (let away = 0; away < parent.children.length; away += 1) {
      for (const place of [at + away, at - away - 1]) {
        const all = focusable(parent.children[place]);
        // A cross beside a name is followed by the next cross, a row by the next row.
        const next =
          all.find(({ classList }) => classList[0] === held.node.classList[0]) ??
          all.find(({ tabIndex }) => tabIndex >= 0);
        if (next) return next;
      }
    }
  }
  return undefined;
}

/** What can have the focus in `node`, itself included.
 *  @param {Element | undefined} node */
function focusable(node) {
  if (!node) return [];
  const all = /** @type {HTMLElement[]} */ (node.matches(REACHED) ? [node] : []);
  return [...all, ...findAll(node, REACHED)].filter(isFree);
}

/** @param {HTMLElement} node */
const isFree = (node) => isSeen(node) && !node.matches(":disabled");
