// A button with a menu of things to do: opened by click, Enter or the arrow keys, left by Escape.

import { attribute, el, findAll } from "./dom.js";
import { icon } from "./icons.js";

/** Something in a menu; `hidden` says when it is left out, each time the menu is opened.
 *  @typedef {{ name: string, icon: string, label: string, run: () => unknown,
 *              hidden?: () => boolean }} Entry */

/** The button and its menu, which is to stand after it in a box that is positioned.
 *  @param {string} label @param {Entry[]} entries */
export function menu(label, entries) {
  const button = el(
    "button",
    {
      type: "button",
      class: "bare menu-button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": label,
      title: label,
    },
    icon("more"),
  );
  const node = el("div", { class: "menu", role: "menu", "aria-label": label, hidden: true });
  /** @param {boolean} shown */
  const show = (shown) => {
    if (shown) node.replaceChildren(...entries.filter((one) => !one.hidden?.()).map(line));
    node.hidden = !shown;
    attribute(button, "aria-expanded", String(shown));
  };
  /** @param {Entry} entry */
  const line = (entry) => {
    const run = () => {
      show(false);
      button.focus();
      entry.run();
    };
    return el(
      "button",
      {
        type: "button",
        role: "menuitem",
        tabindex: "-1",
        data: { name: entry.name },
        onclick: run,
      },
      icon(entry.icon, 16),
      el("span", { text: entry.label }),
    );
  };
  const open = () => {
    show(true);
    findAll(node, "button")[0]?.focus();
  };
  button.addEventListener("click", () => (node.hidden ? open() : show(false)));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    open();
  });
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Tab") show(false);
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      button.focus();
    } else walk(node, event);
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (node.hidden || !(target instanceof Node)) return;
    if (!node.contains(target) && !button.contains(target)) show(false);
  });
  return { button, node };
}

/** @param {HTMLElement} node @param {KeyboardEvent} event */
function walk(node, event) {
  const all = findAll(node, "button");
  const at = all.findIndex((one) => one === document.activeElement);
  /** @type {Record<string, HTMLElement | undefined>} */
  const ways = {
    ArrowDown: all[(at + 1) % all.length],
    ArrowUp: all.at(at - 1),
    Home: all[0],
    End: all.at(-1),
  };
  if (!ways[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  ways[event.key]?.focus();
}
