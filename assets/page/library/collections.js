// Collections afterwards: made, renamed, deleted. Their files stay whatever becomes of them.

import { el, find, findAll } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson, post } from "../kit/net.js";
import { complain, said, toast } from "../kit/toast.js";
import { isEditable, refresh } from "../shell/status.js";
import { t } from "../i18n/strings.js";

/** @import { Narrowing } from "./narrowing.js" */
/** @import { Collection } from "./types" */

export class Collections {
  /** @param {Narrowing} narrowing */
  constructor(narrowing) {
    this.narrowing = narrowing;
    /** @type {Collection[]} */
    this.rows = [];
    /** The one whose name is being changed. */
    this.renamed = "";
    const label = t("collections.edit");
    this.button = el(
      "button",
      {
        type: "button",
        class: "chip",
        "aria-expanded": "false",
        "aria-controls": "library-collections",
        "aria-label": label,
        title: label,
        onclick: () => this.show(Boolean(this.node.hidden)),
      },
      icon("sliders", 15),
    );
    this.list = el("ul", { class: "collection-list" });
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.node = el(
      "section",
      { id: "library-collections", class: "collections", "aria-label": label, hidden: true },
      el("p", { class: "fine", text: t("collections.hint") }),
      this.list,
      this.making(),
      this.problem,
    );
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      event.stopPropagation();
      if (this.renamed) this.rename("");
      else {
        this.show(false);
        this.button.focus();
      }
    });
  }

  making() {
    const input = nameField("", t("collections.new"));
    const form = el(
      "form",
      { class: "field-row" },
      input,
      el(
        "button",
        { type: "submit", class: "quiet" },
        icon("plus", 16),
        el("span", { text: t("collections.make") }),
      ),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!(await this.run(() => post("/api/collections/make", { name: input.value })))) return;
      input.value = "";
      input.focus();
    });
    return form;
  }

  know() {
    this.button.hidden = !isEditable();
    if (this.button.hidden) this.node.hidden = true;
  }

  /** @param {boolean} shown */
  async show(shown) {
    this.node.hidden = !shown;
    this.button.setAttribute("aria-expanded", String(shown));
    if (!shown) return;
    try {
      this.draw(await getJson("/api/collections"));
      findAll(this.node, "button, input")[0].focus({ preventScroll: true });
    } catch (error) {
      complain(error);
    }
  }

  /** Do one thing; what is wrong with a name is said beside it. Gives whether it was done.
   *  @param {() => Promise<Collection[]>} work */
  async run(work) {
    this.problem.hidden = true;
    try {
      const rows = await work();
      this.renamed = "";
      this.draw(rows);
      refresh();
      return true;
    } catch (error) {
      this.problem.textContent = said(error);
      this.problem.hidden = false;
      return false;
    }
  }

  /** @param {Collection[]} rows */
  draw(rows) {
    this.rows = rows;
    const drawn = rows.map((row) => (row.name === this.renamed ? this.form(row) : this.row(row)));
    this.list.replaceChildren(
      ...(drawn.length ? drawn : [el("li", { class: "fine", text: t("collections.none") })]),
    );
  }

  /** @param {Collection} row */
  row({ name, items }) {
    /** @param {string} sign @param {string} key @param {() => void} onclick */
    const button = (sign, key, onclick) =>
      el(
        "button",
        {
          type: "button",
          class: "quiet",
          title: t(key),
          "aria-label": `${t(key)}: ${name}`,
          onclick,
        },
        icon(sign, 15),
      );
    const show = () => this.narrowing.change({ collection: name }, "collection");
    return el(
      "li",
      { class: "collection", data: { name } },
      el("button", { type: "button", class: "link", dir: "auto", text: name, onclick: show }),
      el("span", { class: "number", text: t("collections.items", { n: count(items) }) }),
      el(
        "span",
        { class: "row-tools" },
        button("pencil", "collections.rename", () => this.rename(name)),
        button("bin", "collections.delete", () => this.ask({ name, items })),
      ),
    );
  }

  /** @param {Collection} row */
  form({ name }) {
    const input = nameField(name, t("collections.rename"));
    const form = el(
      "form",
      { class: "field-row" },
      input,
      el("button", { type: "submit", class: "primary", text: t("collections.save") }),
      el("button", {
        type: "button",
        class: "quiet",
        text: t("collections.cancel"),
        onclick: () => this.rename(""),
      }),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const given = input.value.trim().replace(/\s+/g, " ");
      if (!(await this.run(() => post("/api/collections/rename", { name, new: given })))) return;
      if (this.narrowing.asked.collection === name)
        this.narrowing.change({ collection: given }, "collection");
      this.focusRow(given);
    });
    return el("li", { class: "collection", data: { name } }, form);
  }

  /** Change the name of this one, or with "" of none.
   *  @param {string} name */
  rename(name) {
    const before = this.renamed;
    this.renamed = name;
    this.problem.hidden = true;
    this.draw(this.rows);
    if (!name) {
      this.focusRow(before);
      return;
    }
    const input = /** @type {HTMLInputElement} */ (find(this.list, "input"));
    input.focus();
    input.select();
  }

  /** @param {string} name */
  focusRow(name) {
    const row = findAll(this.list, ".collection").find((one) => one.dataset.name === name);
    if (row) findAll(row, "button")[0]?.focus();
  }

  /** Deleting asks first: who put what into it is not known afterwards.
   *  @param {Collection} row */
  ask({ name, items }) {
    const run = async () => {
      if (!(await this.run(() => post("/api/collections/delete", { name })))) return;
      if (this.narrowing.asked.collection === name)
        this.narrowing.change({ collection: "" }, "collection");
    };
    toast(t("collections.sure", { name, n: count(items) }), {
      action: { label: t("collections.delete"), run },
      seconds: 12,
    });
  }
}

/** @param {string} value @param {string} label */
const nameField = (value, label) =>
  el("input", {
    type: "text",
    dir: "auto",
    value,
    required: true,
    maxlength: 80,
    placeholder: label,
    "aria-label": label,
    autocomplete: "off",
  });
