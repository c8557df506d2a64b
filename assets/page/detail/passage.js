// A passage with its line numbers, the lines around it dimmed, and the words of the query marked.

import { el, findAll } from "../kit/dom.js";
import { marked } from "../kit/highlight.js";

/** @import { Shown, View } from "./types" */

/** @param {Shown} item @returns {View} */
export function passageView(item) {
  /** @type {HTMLElement[]} */
  const texts = [];
  const rows = item.lines.map(([number, text, inside]) => {
    const content = el("code", { text: text || " " });
    if (inside) texts.push(content);
    return el(
      "div",
      { class: inside ? "text-line inside" : "text-line" },
      el("span", { class: "line-number", "data-explain": "place", text: number ?? "" }),
      content,
    );
  });
  const node = el("div", { class: "text-lines", "data-content": "", tabindex: "0" }, ...rows);
  const shown = () => {
    marked(texts, item.words);
    const [first] = findAll(node, ".inside");
    if (first) node.scrollTop = first.offsetTop - node.offsetTop - 48;
  };
  return { node, shown, release: () => marked([], []) };
}
