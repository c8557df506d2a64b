// The four screens, by name in the address: a reload stays where it was.

import { keep, place } from "../search/address.js";
import { around, findAll, showTab } from "../kit/dom.js";

// Search has none: addresses of questions stay short.
const NAMES = ["", "library", "lab", "settings"];
const TABS = '#tabs button[role="tab"]';

/** Follow the tabs of the page, and open the one that the address names.
 *  @param {Element} root */
export function followTabs(root) {
  document.addEventListener("click", (event) => {
    const tab = root.isConnected && around(event.target, TABS);
    if (tab) keep({ tab: NAMES[findAll(document, TABS).indexOf(tab)] });
  });
  addEventListener("popstate", () => root.isConnected && open());
  if (place("tab")) whenThere(root);
}

const open = () => showTab(Math.max(0, NAMES.indexOf(place("tab"))));

/** Gradio draws the tabs when it likes, and may draw them again.
 *  @param {Element} root */
function whenThere(root) {
  const there = () => document.querySelectorAll(TABS).length >= NAMES.length;
  if (there()) {
    open();
    return;
  }
  const watcher = new MutationObserver(() => {
    if (!root.isConnected || there()) watcher.disconnect();
    if (root.isConnected && there()) open();
  });
  watcher.observe(document.body, { childList: true, subtree: true });
}
