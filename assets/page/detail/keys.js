// Keys that lead from one item to the next while the panel is open, wherever the focus is.

import { isTyping } from "../kit/dom.js";

/** @import { Detail } from "./detail.js" */

/** Brackets, and for keyboards on which these take three fingers, comma and full stop.
 *  @type {Record<string, number>} */
const STEPS = { "[": -1, ",": -1, "]": 1, ".": 1 };

/** @param {Detail} detail */
export function listenToKeys(detail) {
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (!detail.root.isConnected) document.removeEventListener("keydown", key);
    else if (isStep(detail, event)) {
      event.preventDefault();
      detail.walk.step(STEPS[event.key]);
    }
  };
  document.addEventListener("keydown", key);
}

/** @param {Detail} detail @param {KeyboardEvent} event */
function isStep({ id, lightbox }, event) {
  if (id === null || event.defaultPrevented || !(event.key in STEPS)) return false;
  const held = event.ctrlKey || event.metaKey || event.altKey;
  if (held && !event.getModifierState("AltGraph")) return false;
  return !isTyping(event.target) && (lightbox || !document.querySelector("dialog[open]"));
}
