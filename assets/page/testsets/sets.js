// testsets/: Lab › Test sets: what sets have said so far, and pinned questions.
//
// Sets come from files by the command line; here is their history. Pins are asked again whenever
// this comes into sight and model, index, items or settings are not what they were.

import { emit, on } from "../kit/bus.js";
import { attribute, childrenOf, el, say } from "../kit/dom.js";
import { getJson } from "../kit/net.js";
import { t } from "../i18n/strings.js";
import { stateLine } from "../search/inspection/part.js";
import { history } from "./history.js";
import { Pins } from "./pins.js";

/** @import { KnownSets, SetRow } from "./types" */

export class Sets {
  constructor() {
    this.asked = 0;
    /** @type {string | null} */
    this.chosen = null;
    this.line = stateLine(() => this.show());
    this.none = el("p", { class: "fine", text: t("sets.none"), hidden: true });
    this.list = el("ul", { class: "sets-list" });
    this.shown = el("div", { class: "sets-history", role: "status" });
    this.pins = new Pins(() => this.show());
    this.node = el(
      "div",
      { class: "sets" },
      this.line.node,
      this.pins.node,
      el(
        "section",
        { class: "block" },
        el("h2", { text: t("lab.sets") }),
        el("p", { class: "fine", text: t("sets.hint") }),
        this.none,
        this.list,
        this.shown,
      ),
    );
    on("scored", this.node, ({ value }) => this.pins.follow(value?.run ?? null));
    emit("unheard");
  }

  /** The screen has come into sight. */
  async show() {
    const asked = ++this.asked;
    this.line.draw(this.list.childElementCount ? null : "loading");
    try {
      const found = await getJson("/api/sets");
      if (asked !== this.asked) return;
      this.line.draw(null);
      this.draw(found);
      this.pins.look();
      if (found.stale) this.pins.check();
    } catch (error) {
      if (asked === this.asked) this.line.draw(error);
    }
  }

  /** @param {KnownSets} found */
  draw({ sets, pins }) {
    this.pins.draw(pins);
    this.none.hidden = sets.length > 0;
    this.list.replaceChildren(...sets.map((one) => this.row(one)));
    const names = sets.map(({ name }) => name);
    const chosen = names.includes(this.chosen ?? "") ? this.chosen : names[0];
    if (chosen != null) this.choose(chosen);
    else this.shown.replaceChildren();
  }

  /** @param {SetRow} one */
  row({ name, questions, documents, grades }) {
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "quiet", data: { set: name }, onclick: () => this.choose(name) },
        el("b", { dir: "auto", "data-content": "", text: name }),
        el("span", {
          class: "fine",
          "data-explain": "sets",
          text: t("sets.counts", { questions, documents, grades }),
        }),
      ),
    );
  }

  /** @param {string} name */
  async choose(name) {
    this.chosen = name;
    for (const line of childrenOf(this.list))
      for (const button of childrenOf(line))
        attribute(button, "aria-current", button.dataset.set === name ? "true" : null);
    try {
      const found = await getJson("/api/sets/history", { name });
      if (name === this.chosen) this.shown.replaceChildren(...history(found));
    } catch (error) {
      if (name === this.chosen) say(this.shown, error instanceof Error ? error.message : "");
    }
  }
}
