// Short messages at the bottom, each with at most one thing to do about it.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "../i18n/strings.js";

/** @import { Action } from "./types" */

const SECONDS = 7;

/** @type {HTMLElement | null} */
let shelf = null;

/** Show a message. `tone` is info or bad; `action` is {label, run}. Gives {close}.
 *  @param {string} text @param {{ tone?: string, action?: Action | null, seconds?: number }} how */
export function toast(text, { tone = "info", action = null, seconds = SECONDS } = {}) {
  shelf ??= document.body.appendChild(el("div", { class: "own toasts", role: "status" }));
  const node = el("div", { class: `toast toast-${tone}` });
  const close = () => node.remove();
  node.append(icon(tone === "bad" ? "alert" : "info"), el("span", { text }));
  if (action) {
    const run = () => {
      close();
      action.run();
    };
    node.append(el("button", { type: "button", class: "quiet", text: action.label, onclick: run }));
  }
  const label = t("close");
  node.append(
    el(
      "button",
      { type: "button", class: "bare", "aria-label": label, onclick: close },
      icon("close", 16),
    ),
  );
  shelf.append(node);
  if (seconds) setTimeout(close, seconds * 1000);
  return { close };
}

/** The sentence of an error.
 *  @param {unknown} error */
export const said = (error) => (error instanceof Error ? error.message : String(error));

/** Show an error's sentence.
 *  @param {unknown} error */
export function complain(error) {
  toast(said(error), { tone: "bad", seconds: 12 });
}
