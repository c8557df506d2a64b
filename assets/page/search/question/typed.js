// What stands in the query box and was not asked yet: the address holds it, so that nothing that
// was typed is lost by a reload, another language, or a program that was started again.

import { keep, place } from "../address.js";
import { around, debounced, queryField } from "../../kit/dom.js";

/** Milliseconds after the last letter: browsers slow down an address that changes often. */
const SETTLE = 250;
/** Milliseconds between the last letter and a search while a person types. */
const PAUSE = 80;
/** In the memory of the tab: the letters since then, when the page is left. */
const LEFT = "qwen3vl.typed";

/** Note in the address what is typed where it differs from what was `asked`.
 *  @param {Element} root @param {() => string} asked */
export function noteTyped(root, asked) {
  /** @param {string} text */
  const note = (text) => root.isConnected && keep({ typed: text.trim() === asked() ? null : text });
  const later = debounced(note, SETTLE);
  /** What was typed last on this page.
   *  @type {string | null} */
  let touched = null;
  document.addEventListener("input", (event) => {
    const field = around(event.target, "#query textarea");
    if (!root.isConnected || !(field instanceof HTMLTextAreaElement)) return;
    touched = field.value;
    later(touched);
  });
  addEventListener("pagehide", () => {
    if (!root.isConnected || touched === null || queryField()?.value !== touched) return;
    remember({ question: question(), text: touched.trim() === asked() ? "" : touched });
  });
}

/** Call `run` where a person pauses while typing a query; not once Enter has asked it.
 *  @param {Element} root @param {() => void} run */
export function onPause(root, run) {
  let entered = false;
  const later = debounced(() => entered || run(), PAUSE);
  document.addEventListener("input", (event) => {
    if (!root.isConnected || event.target !== queryField()) return;
    entered = false;
    later();
  });
  const enter = (/** @type {KeyboardEvent} */ { key, target }) => {
    if (key === "Enter" && target === queryField()) entered = true;
  };
  document.addEventListener("keydown", enter, true);
}

/** What was typed when the page was left here, and not asked. */
export function typedBefore() {
  try {
    const left = JSON.parse(sessionStorage.getItem(LEFT) ?? "null");
    sessionStorage.removeItem(LEFT);
    if (left?.question === question()) return left.text;
  } catch {
    // The memory of the tab may be refused: the address knows all but the last letters.
  }
  return place("typed");
}

/** @param {{ question: string, text: string }} left */
function remember(left) {
  try {
    sessionStorage.setItem(LEFT, JSON.stringify(left));
  } catch {
    // As above.
  }
}

/** The address without what is typed. */
function question() {
  const search = new URLSearchParams(location.search);
  search.delete("typed");
  return search.toString();
}
