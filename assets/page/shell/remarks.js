// What the program found wrong with the library or its backups, and what it did about it: above
// every screen, until it is put away, and again when something new is found.

import { memory } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { t, worded } from "../i18n/strings.js";

/** @import { Message } from "../kit/types" */

const MOST_REMEMBERED = 20;

export class Remarks {
  constructor() {
    this.node = el("div", { class: "remarks", role: "status", hidden: true });
    this.key = "";
  }

  /** @param {Message[]} remarks */
  draw(remarks) {
    const put = memory.get("remarks", []);
    const shown = remarks.filter(({ text }) => !put.includes(text));
    const key = JSON.stringify(shown);
    if (key === this.key) return;
    this.key = key;
    this.node.hidden = !shown.length;
    this.node.replaceChildren(...shown.map((remark) => this.line(remark, remarks)));
  }

  /** @param {Message} remark @param {Message[]} remarks */
  line(remark, remarks) {
    const dismiss = () => {
      memory.set("remarks", [...memory.get("remarks", []), remark.text].slice(-MOST_REMEMBERED));
      this.draw(remarks);
    };
    const cross = el(
      "button",
      {
        type: "button",
        class: "bare",
        "aria-label": t("dismiss"),
        title: t("dismiss"),
        onclick: dismiss,
      },
      icon("close", 16),
    );
    return el(
      "div",
      { class: "remark" },
      icon("alert", 18),
      el("p", { dir: "auto", text: worded(remark), "data-content": "" }),
      cross,
    );
  }
}
