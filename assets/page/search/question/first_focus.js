// The query box has the focus when the page has loaded. Gradio's own way to say so (`autofocus`)
// takes it again whenever the box is filled, also from somebody who is walking through the tour by
// keyboard.

import { queryField } from "../../kit/dom.js";

const LONGEST = 4000; // milliseconds; later, nobody expects the focus to jump

/** Focus the query box as soon as it is there, and again where gradio puts another in its place. */
export function focusQueryFirst() {
  const focus = () =>
    document.activeElement === document.body && queryField()?.focus({ preventScroll: true });
  const watcher = new MutationObserver(focus);
  const stop = () => watcher.disconnect();
  watcher.observe(document.body, { childList: true, subtree: true });
  for (const name of ["pointerdown", "keydown"])
    addEventListener(name, stop, { once: true, capture: true });
  setTimeout(stop, LONGEST);
  focus();
}
