// What unfolds below the row of the question: the buttons, and how they are tied to their panels.

import { attribute, el, find, findAll, say } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

/** @import { Choices } from "../types" */
/** @import { Status } from "../../shell/types" */

/** A panel that a button unfolds; `shown` is called whenever it does.
 *  @typedef {{ node: HTMLElement, draw: (choices: Choices) => void,
 *              know?: (status: Status) => void, shown?: () => void }} Panel */

/** Tie a button to the panel that it unfolds; gives what folds it again.
 *  @param {HTMLElement} button @param {Panel} panel @param {number} n */
export function unfolds(button, panel, n) {
  const { node } = panel;
  node.id = `asking-panel-${n}`;
  attribute(button, "aria-controls", node.id);
  /** @param {boolean} shown */
  const show = (shown) => {
    node.hidden = !shown;
    attribute(button, "aria-expanded", String(shown));
  };
  const fold = () => show(false);
  button.addEventListener("click", () => {
    show(Boolean(node.hidden));
    if (node.hidden) return;
    panel.shown?.();
    findAll(node, "input, select, textarea")[0]?.focus({ preventScroll: true });
  });
  for (const one of [button, node]) onEscape(one, () => !node.hidden, fold, button);
  return fold;
}

/** Escape inside `node` closes what is open, and the focus goes to the button that opened it.
 *  @param {HTMLElement} node @param {() => boolean} isOpen @param {() => void} close
 *  @param {HTMLElement} opener */
export function onEscape(node, isOpen, close, opener) {
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !isOpen()) return;
    event.preventDefault();
    close();
    opener.focus();
  });
}

/** A button that unfolds something, with how many of its choices are not as usual.
 *  @param {string} name @param {string} label */
export function foldButton(name, label) {
  const attributes = { type: "button", class: "chip fold-button", "aria-expanded": "false" };
  return el(
    "button",
    attributes,
    icon(name, 15),
    el("span", { text: t(label) }),
    el("span", { class: "number", "data-explain": "filters" }),
    icon("down", 14),
  );
}

/** By its sign alone, so that the row stays one line on a laptop. */
export function historyButton() {
  const title = t("history.title");
  return el(
    "button",
    {
      type: "button",
      class: "chip history-button",
      "aria-expanded": "false",
      "aria-label": title,
      title,
    },
    icon("moment", 15),
  );
}

/** Show at a button how many choices are behind it.
 *  @param {HTMLElement} button @param {number} n */
export function count(button, n) {
  say(find(button, ".number"), n ? String(n) : "");
  button.classList.toggle("chosen", n > 0);
}
