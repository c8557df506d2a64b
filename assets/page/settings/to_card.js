// The way to a card of Settings from wherever somebody is; the address keeps it.

import { showTab } from "../kit/dom.js";
import { keep } from "../search/address.js";

const SETTINGS = 3; // the fourth screen
const PATIENCE = 3000; // milliseconds for gradio to draw a screen that was never open

/** The id of the card `name`.
 *  @param {string} name */
export const cardId = (name) => `settings-${name}`;

/** Show Settings, and go to a card.
 *  @param {string} name */
export function toCard(name) {
  showTab(SETTINGS);
  keep({ card: name });
  const until = Date.now() + PATIENCE;
  const go = () => {
    const title = document.querySelector(`#${cardId(name)} h2`);
    if (title instanceof HTMLElement && title.offsetParent) {
      title.focus({ preventScroll: true });
      title.scrollIntoView({ block: "start" });
    } else if (Date.now() < until) requestAnimationFrame(go);
  };
  go();
}
