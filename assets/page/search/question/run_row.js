// One search of the history: ask it again, save it, name it, delete it.

import { attribute, el, say } from "../../kit/dom.js";
import { date, ms } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";
import { picturesOf, questionText, titleOf } from "./runs.js";

/** @import { Run } from "../types" */

const PICTURE = 36; // pixels

/** What a row can be told to do.
 *  @typedef {{ ask: (run: Run) => void, forget: (run: Run) => void,
 *    save: (run: Run, how: { pinned: boolean, name?: string }) => Promise<boolean> }} Acts */

export class RunRow {
  /** @param {Run} run @param {Acts} acts */
  constructor(run, acts) {
    this.run = run;
    this.acts = acts;
    this.name = el("b", { dir: "auto", "data-content": "" });
    this.question = el("span", { class: "fine", dir: "auto", "data-content": "" });
    this.ask = el(
      "button",
      { type: "button", class: "history-ask", onclick: () => acts.ask(this.run) },
      this.name,
      this.question,
      facts(run),
    );
    this.save = tool("bookmark", () => acts.save(this.run, { pinned: !this.run.pinned }));
    this.rename = tool("pencil", () => this.edit(true));
    this.forget = tool("bin", () => acts.forget(this.run));
    this.field = el("input", { type: "text", maxlength: 200, dir: "auto" });
    this.naming = this.form();
    this.tools = el("span", { class: "history-tools" }, this.save, this.rename, this.forget);
    const pictures = picturesOf(run, PICTURE);
    this.node = el(
      "li",
      { class: "history-row", data: { id: run.id } },
      pictures.length ? el("span", { class: "history-pictures" }, ...pictures) : null,
      this.ask,
      this.naming,
      this.tools,
    );
    this.draw(run);
  }

  /** @param {Run} run */
  draw(run) {
    this.run = run;
    const title = titleOf(run);
    const question = questionText(run);
    say(this.name, title);
    say(this.question, run.name ? question : "");
    this.question.hidden = !run.name;
    attribute(this.save, "aria-pressed", String(run.pinned));
    this.rename.hidden = !run.pinned;
    label(this.save, t(run.pinned ? "history.unsave" : "history.save"), title);
    label(this.rename, t("history.rename"), title);
    label(this.forget, t("history.forget"), title);
    this.field.placeholder = question;
    attribute(this.field, "aria-label", `${t("history.name")}: ${title}`);
  }

  /** The name, in the place of what is asked again. */
  form() {
    const save = async () => {
      // What was typed stays in the field where the program cannot keep it.
      if (await this.acts.save(this.run, { pinned: true, name: this.field.value.trim() }))
        this.edit(false);
    };
    const form = el(
      "form",
      { class: "history-naming", hidden: true },
      this.field,
      tool("check", null, t("history.keep")),
      tool("close", () => this.edit(false), t("history.cancel")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // the panel stays open
      event.stopPropagation();
      this.edit(false);
    });
    return form;
  }

  /** @param {boolean} on */
  edit(on) {
    this.naming.hidden = !on;
    this.ask.hidden = this.tools.hidden = on;
    if (on) this.field.value = this.run.name;
    (on ? this.field : this.rename).focus();
  }
}

/** When it was asked, what came of it, how long that took and by which models.
 *  @param {Run} run */
function facts(run) {
  const models = [run.model, run.reranker].filter(Boolean).join(" + ");
  /** @param {string} text @param {string | null} title @param {string} about */
  const fact = (text, title, about) => el("span", { text, title, "data-explain": about });
  return el(
    "span",
    { class: "fine history-facts" },
    el("time", { datetime: run.asked, text: date(run.asked) }),
    fact(t("history.hits", { n: run.hits }), t("history.hits.what"), "hits"),
    fact(ms(run.ms), t("history.ms.what"), "ms"),
    models ? el("span", { "data-content": "", text: t("history.models", { models }) }) : null,
  );
}

/** @param {string} name @param {(() => unknown) | null} run none for the button of a form
 *  @param {string} title */
function tool(name, run, title = "") {
  const kind = run ? "button" : "submit";
  const node = el(
    "button",
    { type: kind, class: "bare", onclick: run ?? undefined },
    icon(name, 16),
  );
  if (title) label(node, title, "");
  return node;
}

/** @param {HTMLElement} button @param {string} what @param {string} which */
function label(button, what, which) {
  attribute(button, "title", what);
  attribute(button, "aria-label", which ? `${what}: ${which}` : what);
}
