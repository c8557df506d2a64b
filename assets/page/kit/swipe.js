// A finger that wipes to one side.

import { around } from "./dom.js";

const FAR = 60; // pixels to a side before it counts
const STEEP = 2; // times as far to the side as up or down

/** Call `turn` with 1 for a wipe to the left, towards what comes next, and −1 for one to the right.
 *  Not where something below the finger scrolls sideways itself, or is typed into.
 *  @param {HTMLElement} node @param {(by: number) => unknown} turn */
export function onSwipe(node, turn) {
  /** @type {Touch | null} */
  let begun = null;
  node.addEventListener(
    "touchstart",
    ({ target, touches }) => {
      const free = touches.length === 1 && !scrollsSideways(target, node);
      begun = free ? touches[0] : null;
    },
    { passive: true },
  );
  node.addEventListener("touchend", ({ changedTouches: [ended] }) => {
    if (!begun || !ended) return;
    const across = ended.clientX - begun.clientX;
    const down = Math.abs(ended.clientY - begun.clientY);
    begun = null;
    if (Math.abs(across) >= FAR && Math.abs(across) > STEEP * down) turn(across < 0 ? 1 : -1);
  });
}

/** @param {EventTarget | null} target @param {HTMLElement} within */
function scrollsSideways(target, within) {
  if (around(target, "input, textarea, select, video")) return true;
  for (let node = around(target, "*"); node && node !== within; node = node.parentElement)
    if (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX !== "visible")
      return true;
  return false;
}
