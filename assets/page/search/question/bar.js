// The row under the query box: kinds, collection, how many, exact words, reranking, and the
// buttons that unfold the rest.

import { count, foldButton, historyButton, onEscape, unfolds } from "./folds.js";
import { chosen, DEFAULTS, FILTERS, TOPS } from "./state.js";
import { attribute, childrenOf, el } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

/** @import { Status } from "../../shell/types" */
/** @import { Choices, SetChoices } from "../types" */
/** @import { Panel } from "./folds.js" */
/** @import { Kind } from "../../kit/types" */

/** @type {Kind[]} */
const KINDS = ["picture", "page", "passage", "video"];
const WORDS = ["off", "on", "only"];
/** @type {(keyof Choices)[]} */
const ADVANCED = ["unlike", "unlike_weight", "depth", "picture_words", "collapse", "instruction"];

export class Bar {
  /** @param {SetChoices} set */
  constructor(set) {
    this.set = set;
    /** @type {Choices} */
    this.now = DEFAULTS;
    this.kinds = el("div", {
      class: "chips asking-kinds",
      role: "group",
      "aria-label": t("filter.kind"),
    });
    this.kinds.append(...KINDS.map((kind) => this.kind(kind)));
    this.collection = choice(
      "collection",
      [["", t("collection.all")]],
      t("filter.collection"),
      (collection) => set({ collection }),
    );
    this.top = choice(
      "top",
      TOPS.map((n) => [n, t("asking.top", { n })]),
      t("asking.results"),
      (top) => set({ top: Number(top) }),
    );
    this.words = choice(
      "words",
      WORDS.map((mode) => [mode, t(`words.${mode}`)]),
      t("words.title"),
      (words) => set({ words: /** @type {Choices["words"]} */ (words) }),
    );
    this.rerank = el("button", {
      type: "button",
      class: "chip asking-rerank",
      onclick: () => set({ rerank: !this.now.rerank }),
    });
    this.rerank.append(icon("check", 15), el("span", { text: t("asking.rerank") }));
    this.more = foldButton("filter", "filters.more");
    this.advanced = foldButton("sliders", "asking.advanced");
    this.history = historyButton();
    this.history.hidden = true; // until the program says that it keeps one
    this.foldHistory = () => {}; // nothing is unfolded before there is a panel
    this.row = el("div", { class: "asking-row", id: "asking-row" });
    this.row.append(this.kinds, this.collection, this.top, this.words, this.rerank);
    this.row.append(this.more, this.advanced, this.history);
    this.node = el("div", { class: "asking-bar" });
    this.toggle = this.buildToggle();
    this.node.append(this.toggle, this.row);
  }

  /** On a phone all of it is folded away behind one button. */
  buildToggle() {
    /** @param {boolean} shown */
    const show = (shown) => {
      this.node.toggleAttribute("data-open", shown);
      attribute(toggle, "aria-expanded", String(shown));
    };
    const isOpen = () => this.node.hasAttribute("data-open");
    const toggle = el(
      "button",
      {
        type: "button",
        class: "quiet asking-toggle",
        "aria-expanded": "false",
        "aria-controls": "asking-row",
      },
      icon("filter", 16),
      el("span", { text: t("filters") }),
      el("span", { class: "number" }),
    );
    toggle.addEventListener("click", () => show(!isOpen()));
    for (const node of [toggle, this.row]) onEscape(node, isOpen, () => show(false), toggle);
    return toggle;
  }

  /** Tie the last buttons to the panels that they unfold.
   *  @param {Panel[]} panels */
  unfold([filters, advanced, history]) {
    unfolds(this.more, filters, 0);
    unfolds(this.advanced, advanced, 1);
    this.foldHistory = unfolds(this.history, history, 2);
  }

  /** @param {Kind} kind */
  kind(kind) {
    const press = () => {
      const { kinds } = this.now;
      this.set({
        kinds: kinds.includes(kind) ? kinds.filter((one) => one !== kind) : [...kinds, kind],
      });
    };
    return el(
      "button",
      { type: "button", class: "chip", data: { kind }, onclick: press },
      icon(kind, 15),
      el("span", { text: t(`kinds.${kind}`) }),
    );
  }

  /** @param {Choices} choices */
  draw(choices) {
    this.now = choices;
    /** @type {Set<string | undefined>} */
    const pressed = new Set(choices.kinds);
    for (const chip of childrenOf(this.kinds))
      attribute(chip, "aria-pressed", String(pressed.has(chip.dataset.kind)));
    attribute(this.rerank, "aria-pressed", String(choices.rerank));
    show(this.collection, choices.collection);
    show(this.top, choices.top);
    show(this.words, choices.words);
    const active = chosen(choices);
    const filters = FILTERS.filter((name) => name in active);
    const more = filters.filter((name) => name !== "kinds" && name !== "collection");
    count(this.more, more.length);
    count(this.advanced, ADVANCED.filter((name) => name in active).length);
    count(this.toggle, filters.length);
  }

  /** The library's collections changed.
   *  @param {Status} status */
  know({ collections, history }) {
    this.history.hidden = !history;
    const names = collections.map(([name]) => name);
    const shown = [...this.collection.options].slice(1).map((option) => option.value);
    if (JSON.stringify(names) === JSON.stringify(shown)) return;
    this.collection.replaceChildren(
      this.collection.options[0],
      ...names.map((name) => el("option", { value: name, text: name })),
    );
    show(this.collection, this.now.collection);
  }
}

/** @param {string} name @param {[value: string | number, text: string][]} options
 *  @param {string} label @param {(value: string) => void} set @returns {HTMLSelectElement} */
function choice(name, options, label, set) {
  const nodes = options.map(([value, text]) => el("option", { value, text }));
  const node = el("select", { class: "pill", data: { name }, "aria-label": label }, ...nodes);
  node.addEventListener("change", () => set(node.value));
  return node;
}

/** Show `value` in a select, also one that it does not know: an address may name anything.
 *  @param {HTMLSelectElement} select @param {string | number} value */
function show(select, value) {
  const text = String(value);
  const usual = String(
    DEFAULTS[/** @type {"collection" | "top" | "words"} */ (select.dataset.name)],
  );
  const label = select.dataset.name === "top" ? t("asking.top", { n: text }) : text;
  if (![...select.options].some((option) => option.value === text))
    select.append(el("option", { value: text, text: label }));
  select.value = text;
  select.classList.toggle("chosen", text !== usual);
}
