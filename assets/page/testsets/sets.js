// testsets/: Lab › Test sets: what sets have said so far, and pinned questions.
//
// Sets come from files; here they are asked, and here is their history. Pins are asked again
// whenever model, index, items or settings are not what they were.

import { emit, on } from "../kit/bus.js";
import { confirmed } from "../kit/confirm.js";
import { attribute, childrenOf, el, say } from "../kit/dom.js";
import { getJson, post } from "../kit/net.js";
import { complain, said } from "../kit/toast.js";
import { t } from "../i18n/strings.js";
import { stateLine } from "../search/inspection/part.js";
import { isEditable } from "../shell/status.js";
import { Bringing, taking } from "./bringing.js";
import { Evaluating } from "./evaluating.js";
import { history, MEASURES, named } from "./history.js";
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
    this.heading = el("h3", { dir: "auto", "data-content": "" });
    this.measure = el(
      "select",
      { "aria-label": t("sets.measure"), onchange: () => this.look() },
      ...MEASURES.map((name) => el("option", { value: name, text: named(name) })),
    );
    this.evaluating = new Evaluating(() => this.look());
    this.bringing = new Bringing((name) => this.brought(name));
    this.shown = el("div", { class: "sets-history" });
    this.taken = el("div");
    this.gone = el("button", {
      type: "button",
      class: "quiet sets-remove",
      text: t("sets.remove"),
      onclick: () => this.remove(),
    });
    this.title = el("h2", { tabindex: "-1", text: t("lab.sets") });
    this.one = el(
      "div",
      { class: "sets-one", hidden: true },
      el("header", { class: "judge-head" }, this.heading, this.measure, this.gone),
      this.evaluating.node,
      this.shown,
      this.taken,
    );
    this.pins = new Pins(() => this.show());
    this.node = el(
      "div",
      { class: "sets" },
      this.line.node,
      this.pins.node,
      el(
        "section",
        { "aria-label": t("lab.sets") },
        el("header", { class: "judge-head" }, this.title),
        el("p", { class: "fine", text: t("sets.hint") }),
        this.bringing.node,
        this.none,
        el("div", { class: "sets-body" }, this.list, this.one),
      ),
    );
    on("scored", this.node, ({ value }) => this.pins.follow(value?.run ?? null));
    on("status", this.node, () => this.know());
    emit("unheard");
  }

  /** Nothing is offered that the program would refuse to keep. */
  know() {
    attribute(this.node, "data-fixed", isEditable() ? null : "");
  }

  /** The screen has come into sight. */
  async show() {
    const asked = ++this.asked;
    this.know();
    this.line.draw(this.list.childElementCount ? null : "loading");
    try {
      const found = await getJson("/api/sets");
      if (asked !== this.asked) return;
      this.line.draw(null);
      this.draw(found);
      this.pins.look();
      if (found.stale && isEditable()) this.pins.check();
    } catch (error) {
      if (asked === this.asked) this.line.draw(error);
    }
  }

  /** @param {KnownSets} found */
  draw({ sets, pins, local }) {
    this.pins.draw(pins);
    this.bringing.node.hidden = !local;
    this.none.hidden = sets.length > 0;
    this.one.hidden = !sets.length;
    this.list.replaceChildren(...sets.map((one) => this.row(one)));
    const names = sets.map(({ name }) => name);
    const chosen = names.includes(this.chosen ?? "") ? this.chosen : names[0];
    if (chosen != null) this.choose(chosen);
  }

  /** @param {SetRow} one */
  row({ name, questions, documents, grades }) {
    const counts = [
      t("sets.questions", { n: questions }),
      t("sets.documents", { n: documents }),
      t("sets.grades", { n: grades }),
    ];
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "bare", data: { set: name }, onclick: () => this.choose(name) },
        el("b", { dir: "auto", "data-content": "", text: name }),
        el("span", { class: "fine", "data-explain": "sets", text: counts.join(" · ") }),
      ),
    );
  }

  /** @param {string} name */
  choose(name) {
    if (this.evaluating.running && name !== this.evaluating.name) return; // it ends first
    this.chosen = this.evaluating.name = name;
    say(this.heading, name);
    for (const line of childrenOf(this.list))
      for (const button of childrenOf(line))
        attribute(button, "aria-current", button.dataset.set === name ? "true" : null);
    this.taken.replaceChildren(taking(name));
    this.look();
  }

  /** A set is there, and shown at once.
   *  @param {string} name */
  brought(name) {
    if (!this.evaluating.running) this.chosen = name;
    this.title.focus();
    this.show();
  }

  async remove() {
    const name = this.chosen;
    if (name === null || this.evaluating.running) return;
    if (!(await confirmed(t("sets.remove.sure", { name }), t("sets.remove")))) return;
    try {
      await post("/api/sets/remove", { name });
      this.title.focus();
      this.show();
    } catch (error) {
      complain(error);
    }
  }

  /** What the chosen set has said so far. */
  async look() {
    const [name, measure] = [this.chosen, this.measure.value];
    if (name === null) return;
    const isWanted = () => name === this.chosen && measure === this.measure.value;
    try {
      const found = await getJson("/api/sets/history", { name, measure });
      if (isWanted()) this.shown.replaceChildren(...history(found));
    } catch (error) {
      if (isWanted()) this.shown.replaceChildren(el("p", { class: "fine", text: said(error) }));
    }
  }
}
