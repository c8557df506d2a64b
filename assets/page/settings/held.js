// Keeping the keyboard where it is while buttons come and go.

import { findAll } from "../kit/dom.js";

/** Draw something; where the focused button has gone, the next one around it has the focus.
 *  @param {HTMLElement} node @param {() => void} draw */
export function keepFocus(node, draw) {
  const held = document.activeElement;
  const inside = held instanceof HTMLElement && node.contains(held) && held !== node ? held : null;
  const around = inside?.closest("li, form, .model-card");
  draw();
  if (!inside || (inside.isConnected && inside.checkVisibility())) return;
  const next =
    around && around !== node && around.isConnected
      ? findAll(around, "button").find((button) => button.checkVisibility())
      : null;
  (next ?? node).focus({ preventScroll: true });
}
