// A row of buttons of which one is chosen.

import { attribute, childrenOf, el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";

/** One of them: its value, what it says, and what is drawn beside that.
 *  @typedef {{ value: string, text: string, sign?: string, lang?: string | null }} Option */

export class Choice {
  /** @param {string} name of the data attribute of every button @param {string} label
   *  @param {Option[]} options @param {(value: string) => unknown} choose */
  constructor(name, label, options, choose) {
    this.name = name;
    this.node = el("div", { class: "segments", role: "group", "aria-label": label });
    for (const { value, text, sign, lang } of options)
      this.node.append(
        el(
          "button",
          { type: "button", lang, data: { [name]: value }, onclick: () => choose(value) },
          sign ? icon(sign, 16) : null,
          el("span", { text }),
        ),
      );
  }

  /** @param {string} value */
  draw(value) {
    for (const button of childrenOf(this.node))
      attribute(button, "aria-pressed", String(button.dataset[this.name] === value));
  }
}

/** A choice under what it is about.
 *  @param {string} title @param {Node} choice @param {string} hint */
export function row(title, choice, hint = "") {
  return el(
    "div",
    { class: "setting" },
    el("h3", { text: title }),
    choice,
    hint ? el("p", { class: "fine", text: hint }) : null,
  );
}
