// What the Library's items are narrowed to and sorted by; all of it stands in the address.

import { debounced, childrenOf, el, find, say } from "../kit/dom.js";
import { count, pathTail } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { sizeButtons } from "../kit/tile_size.js";
import { t } from "../i18n/strings.js";
import { fromAddress, KINDS, ORDERS, toAddress } from "./narrowed.js";

/** @import { Status } from "../shell/types" */
/** @import { Kind } from "../kit/types" */
/** @import { Narrowed } from "./types" */

const TYPING = 200; // milliseconds after the last letter

export class Narrowing {
  /** @param {(by: keyof Narrowed) => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.asked = fromAddress();
    this.kinds = el("div", { class: "chips", role: "group", "aria-label": t("filter.kind") });
    this.kinds.append(this.chip(""), ...KINDS.map((kind) => this.chip(kind)));
    this.name = this.nameField();
    this.collections = this.select("collection", t("filter.collection"), t("collection.all"));
    this.tags = this.select("tag", t("tags.title"), t("tags.all"));
    this.order = el("select", { "aria-label": t("sort.title") });
    this.order.addEventListener("change", () =>
      this.change({ order: this.order.value, reverse: false }, "order"),
    );
    this.order.append(
      ...ORDERS.map((name) => el("option", { value: name, text: t(`sort.${name}`) })),
    );
    this.reverse = toggle("sort", "sort.reverse", () =>
      this.change({ reverse: !this.asked.reverse }, "reverse"),
    );
    this.grouped = toggle("copies", "grid.group", () =>
      this.change({ grouped: !this.asked.grouped }, "grouped"),
    );
    this.grouped.append(el("span", { text: t("grid.group") }));
    this.folder = el("button", {
      type: "button",
      class: "chip folder-chip",
      hidden: true,
      onclick: () => this.change({ folder: "" }, "folder"),
    });
    this.these = el("button", {
      type: "button",
      class: "chip these-chip",
      hidden: true,
      data: { explain: "tally" },
      onclick: () => this.change({ these: "" }, "these"),
    });
    /** Beside what chooses a collection and what sorts; for the screen to fill. */
    this.beside = el("div", { class: "narrow-beside" });
    this.end = el("div", { class: "narrow-end" });
    this.node = el(
      "div",
      { class: "grid-head narrowing", role: "search", "aria-label": t("find.title") },
      this.name,
      el("div", { class: "narrow-order" }, this.order, this.reverse, this.grouped, sizeButtons()),
      el(
        "div",
        { class: "narrow-filters" },
        this.kinds,
        this.collections,
        this.beside,
        this.tags,
        this.folder,
        this.these,
        this.end,
      ),
    );
    this.draw();
  }

  nameField() {
    const input = el("input", {
      type: "search",
      class: "find-field",
      dir: "auto",
      value: this.asked.name,
      placeholder: t("find.placeholder"),
      "aria-label": t("find.placeholder"),
      maxlength: 200,
      spellcheck: "false",
      autocomplete: "off",
    });
    const settle = debounced(() => this.change({ name: input.value.trim() }, "name"), TYPING);
    input.addEventListener("input", settle);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.change({ name: input.value.trim() }, "name");
      if (event.key !== "Escape" || !input.value) return;
      event.preventDefault();
      input.value = "";
      this.change({ name: "" }, "name");
    });
    return el("label", { class: "find" }, icon("search", 16), input);
  }

  /** @param {Kind | ""} kind */
  chip(kind) {
    return el(
      "button",
      {
        type: "button",
        class: "chip",
        data: { kind },
        onclick: () => this.change({ kind }, "kind"),
      },
      kind ? icon(kind, 15) : null,
      el("span", { text: t(kind ? `kinds.${kind}` : "kinds.all") }),
      el("span", { class: "number", "data-explain": "tally" }),
    );
  }

  /** @param {"collection" | "tag"} part @param {string} label @param {string} all */
  select(part, label, all) {
    const select = el("select", { "aria-label": label });
    select.addEventListener("change", () => this.change({ [part]: select.value }, part));
    select.append(el("option", { value: "", text: all }));
    return select;
  }

  /** @param {Partial<Narrowed>} change @param {keyof Narrowed} by */
  change(change, by) {
    this.become({ ...this.asked, ...change }, by);
  }

  /** As the address has it, after a step back or forward. */
  restore() {
    this.become(fromAddress(), "name");
  }

  /** @param {Narrowed} asked @param {keyof Narrowed} by */
  become(asked, by) {
    if (JSON.stringify(asked) === JSON.stringify(this.asked)) return;
    this.asked = asked;
    toAddress(asked);
    this.draw();
    this.changed(by);
  }

  /** Take back everything that leaves items out, but for one thing, where one is given.
   *  @param {Partial<Narrowed>} change @param {keyof Narrowed} by */
  alone(change = {}, by = "name") {
    const none = { name: "", collection: "", tag: "", folder: "", these: "" };
    this.change({ ...none, kind: "", ...change }, by);
  }

  /** Whether anything leaves items out. */
  isNarrow() {
    const { name, kind, collection, tag, folder, these } = this.asked;
    return Boolean(name || kind || collection || tag || folder || these);
  }

  /** As the program takes it. */
  parameters() {
    const { kind, reverse, grouped, ...rest } = this.asked;
    return {
      ...rest,
      kind: kind ? [kind] : [],
      reverse: reverse || null,
      grouped: grouped || null,
    };
  }

  draw() {
    const { name, kind, collection, tag, folder, these, order, reverse, grouped } = this.asked;
    const field = /** @type {HTMLInputElement} */ (find(this.name, "input"));
    if (field.value.trim() !== name) field.value = name;
    for (const chip of childrenOf(this.kinds))
      chip.setAttribute("aria-pressed", String(chip.dataset.kind === kind));
    choose(this.collections, collection);
    choose(this.tags, tag);
    this.order.value = order;
    this.reverse.setAttribute("aria-pressed", String(reverse));
    this.grouped.setAttribute("aria-pressed", String(grouped));
    this.these.hidden = !these;
    const n = these.split(",").length;
    this.these.title = t("these.any");
    this.these.replaceChildren(
      icon("filter", 15),
      el("span", { text: t("these.chip", { n, count: count(n) }) }),
      icon("close", 13),
    );
    this.folder.hidden = !folder;
    this.folder.title = folder;
    this.folder.setAttribute("aria-label", t("folder.anywhere", { path: folder }));
    this.folder.replaceChildren(
      icon("folder", 15),
      el("span", { dir: "auto", text: pathTail(folder) }),
      icon("close", 13),
    );
  }

  /** Counts beside the kinds, and what there is to choose from.
   *  @param {Status} status */
  know(status) {
    fill(this.collections, status.collections);
    fill(this.tags, status.tags);
    this.tags.hidden = !status.tags.length && !this.asked.tag;
    choose(this.collections, this.asked.collection);
    choose(this.tags, this.asked.tag);
    for (const chip of childrenOf(this.kinds)) {
      const kind = /** @type {Kind | ""} */ (chip.dataset.kind);
      const n = kind
        ? (status.items[kind] ?? 0)
        : Object.values(status.items).reduce((sum, one) => sum + one, 0);
      say(find(chip, ".number"), count(n));
      chip.hidden = Boolean(kind) && !n && this.asked.kind !== kind;
    }
  }
}

/** @param {string} name @param {string} label @param {() => void} run */
function toggle(name, label, run) {
  const attributes = { type: "button", class: "chip", title: t(label), "aria-label": t(label) };
  return el("button", { ...attributes, onclick: run }, icon(name, 16));
}

/** The names to choose from, behind the first option, which is all.
 *  @param {HTMLSelectElement} select @param {[name: string, n: number][]} named */
function fill(select, named) {
  const names = named.map(([name]) => name);
  const shown = [...select.options].slice(1).map((option) => option.value);
  if (JSON.stringify(names) === JSON.stringify(shown)) return;
  const options = names.map((name) => el("option", { value: name, text: name }));
  select.replaceChildren(select.options[0], ...options);
}

/** Choose `value`, also one that is not among the options any more.
 *  @param {HTMLSelectElement} select @param {string} value */
function choose(select, value) {
  if (![...select.options].some((option) => option.value === value))
    select.append(el("option", { value, text: value }));
  select.value = value;
}
