// A set is brought from files of this computer, which stay where they are; and taken along again.

import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { labelled } from "../kit/labelled.js";
import { post } from "../kit/net.js";
import { said, toast } from "../kit/toast.js";
import { t } from "../i18n/strings.js";

/** Formats in which a set can be taken along, and what each is called. */
const FORMS = { beir: "BEIR", trec: "TREC", csv: "CSV" };

export class Bringing {
  /** @param {(name: string) => unknown} brought */
  constructor(brought) {
    this.brought = brought;
    this.path = field({ placeholder: t("sets.bring.path.hint"), required: true });
    this.name = field({ maxlength: "100" });
    this.qrels = field({});
    this.split = field({ value: "test", maxlength: "100" });
    this.collection = field({ maxlength: "80" });
    this.index = el("input", { type: "checkbox", checked: true });
    this.go = el("button", { type: "submit", class: "primary", text: t("sets.bring.go") });
    this.problem = el("p", { class: "problem", role: "alert", "data-content": "", hidden: true });
    this.node = this.form();
  }

  form() {
    const form = el(
      "form",
      { class: "sets-bring-form" },
      el("p", { class: "fine", text: t("sets.bring.hint") }),
      labelled("sets.bring.path", this.path),
      labelled("sets.bring.name", this.name),
      el(
        "details",
        {},
        el("summary", { text: t("sets.bring.more") }),
        labelled("sets.bring.qrels", this.qrels),
        labelled("sets.bring.split", this.split),
        labelled("sets.bring.collection", this.collection),
        el("label", { class: "check" }, this.index, el("span", { text: t("sets.bring.index") })),
      ),
      el("div", { class: "sets-tools" }, this.go),
      this.problem,
    );
    form.addEventListener("input", () => (this.problem.hidden = true));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.bring();
    });
    const head = el("summary", {}, icon("plus", 16), el("span", { text: t("sets.bring") }));
    return el("details", { class: "sets-bring" }, head, form);
  }

  async bring() {
    if (this.go.disabled) return;
    this.go.disabled = true;
    this.problem.hidden = true;
    try {
      const { name, files } = await post("/api/sets/bring", {
        path: this.path.value,
        name: this.name.value,
        qrels: this.qrels.value,
        split: this.split.value,
        collection: this.collection.value,
        index: this.index.checked,
      });
      toast(files ? t("sets.brought.files", { name }) : t("sets.brought", { name }));
      for (const box of [this.path, this.name, this.qrels]) box.value = "";
      this.node.removeAttribute("open");
      this.brought(name);
    } catch (error) {
      this.problem.textContent = said(error);
      this.problem.hidden = false;
    }
    this.go.disabled = false;
  }
}

/** The files of a set, to be saved.
 *  @param {string} name */
export function taking(name) {
  const links = Object.entries(FORMS).map(([form, text]) => {
    const href = `/api/sets/file?${new URLSearchParams({ name, form })}`;
    return el("a", { href, download: "", "data-content": "", text });
  });
  return el("p", { class: "fine sets-taking" }, t("sets.take"), ...links);
}

/** @param {Record<string, string | boolean>} attributes */
const field = (attributes) =>
  el("input", { type: "text", spellcheck: "false", autocomplete: "off", ...attributes });
