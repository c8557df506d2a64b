// The row under the query box: kinds, collection, how many, exact words, reranking, and the
// buttons that unfold the rest.

import { chosen, DEFAULTS, FILTERS, TOPS } from "./state.js";
import { attribute, el, say } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

const KINDS = ["picture", "page", "passage", "video"];
const WORDS = ["off", "on", "only"];
const ADVANCED = ["unlike", "unlike_weight", "depth", "collapse", "instruction"];

export class Bar {
  constructor(set) {
    this.set = set;
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
      set,
    );
    this.top = choice(
      "top",
      TOPS.map((n) => [n, t("asking.top", { n })]),
      t("asking.results"),
      (changes) => set({ top: Number(changes.top) }),
    );
    this.words = choice(
      "words",
      WORDS.map((mode) => [mode, t(`words.${mode}`)]),
      t("words.title"),
      set,
    );
    this.rerank = el("button", {
      type: "button",
      class: "chip asking-rerank",
      onclick: () => set({ rerank: !this.now.rerank }),
    });
    this.rerank.append(icon("check", 15), el("span", { text: t("asking.rerank") }));
    this.folds = [
      fold("filter", "filters.more"),
      fold("sliders", "asking.advanced"),
      historyButton(),
    ];
    this.folds[2].hidden = true; // until the program says that it keeps one
    this.row = el("div", { class: "asking-row", id: "asking-row" });
    this.row.append(this.kinds, this.collection, this.top, this.words, this.rerank, ...this.folds);
    this.toggle = this.buildToggle();
    this.node = el("div", { class: "asking-bar" }, this.toggle, this.row);
  }

  /** On a phone all of it is folded away behind one button. */
  buildToggle() {
    const show = (shown) => {
      this.node.toggleAttribute("data-open", shown);
      attribute(toggle, "aria-expanded", String(shown));
    };
    const isOpen = () => this.node.hasAttribute("data-open");
    const attributes = {
      type: "button",
      class: "quiet asking-toggle",
      "aria-expanded": "false",
      "aria-controls": "asking-row",
    };
    const toggle = el(
      "button",
      { ...attributes, onclick: () => show(!isOpen()) },
      icon("filter", 16),
      el("span", { text: t("filters") }),
      el("span", { class: "number" }),
    );
    for (const node of [toggle, this.row]) onEscape(node, isOpen, () => show(false), toggle);
    return toggle;
  }

  /** Tie the last buttons to the panels they show; `shown` is called whenever one is. */
  unfold(panels) {
    this.folds.forEach((button, n) => {
      const { node: panel, shown } = panels[n];
      panel.id = `asking-panel-${n}`;
      attribute(button, "aria-controls", panel.id);
      const show = (shown) => {
        panel.hidden = !shown;
        attribute(button, "aria-expanded", String(shown));
      };
      button.addEventListener("click", () => {
        show(panel.hidden);
        if (panel.hidden) return;
        shown?.call(panels[n]);
        panel.querySelector("input, select, textarea")?.focus({ preventScroll: true });
      });
      button.fold = () => show(false);
      for (const node of [button, panel])
        onEscape(
          node,
          () => !panel.hidden,
          () => show(false),
          button,
        );
    });
  }

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

  draw(choices) {
    this.now = choices;
    for (const chip of this.kinds.children)
      attribute(chip, "aria-pressed", String(choices.kinds.includes(chip.dataset.kind)));
    attribute(this.rerank, "aria-pressed", String(choices.rerank));
    show(this.collection, choices.collection);
    show(this.top, choices.top);
    show(this.words, choices.words);
    const active = Object.keys(chosen(choices));
    const filters = active.filter((name) => FILTERS.includes(name));
    const [more, advanced] = this.folds;
    count(more, filters.filter((name) => name !== "kinds" && name !== "collection").length);
    count(advanced, active.filter((name) => ADVANCED.includes(name)).length);
    count(this.toggle, filters.length);
  }

  /** The library's collections changed. */
  know({ collections, history }) {
    this.folds[2].hidden = !history;
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

function choice(name, options, label, set) {
  const nodes = options.map(([value, text]) => el("option", { value, text }));
  return el(
    "select",
    {
      class: "pill",
      data: { name },
      "aria-label": label,
      onchange: (event) => set({ [name]: event.target.value }),
    },
    ...nodes,
  );
}

/** Show `value` in a select, also one that it does not know: an address may name anything. */
function show(select, value) {
  const text = String(value);
  const label = select.dataset.name === "top" ? t("asking.top", { n: text }) : text;
  if (![...select.options].some((option) => option.value === text))
    select.append(el("option", { value: text, text: label }));
  select.value = text;
  select.classList.toggle("chosen", text !== String(DEFAULTS[select.dataset.name]));
}

/** Escape inside `node` closes what is open, and the focus goes to the button that opened it. */
function onEscape(node, isOpen, close, opener) {
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !isOpen()) return;
    event.preventDefault();
    close();
    opener.focus();
  });
}

function fold(name, label) {
  const attributes = { type: "button", class: "chip fold-button", "aria-expanded": "false" };
  return el(
    "button",
    attributes,
    icon(name, 15),
    el("span", { text: t(label) }),
    el("span", { class: "number" }),
    icon("down", 14),
  );
}

/** By its sign alone, so that the row stays one line on a laptop. */
function historyButton() {
  const title = t("history.title");
  return el(
    "button",
    {
      type: "button",
      class: "chip history-button",
      "aria-expanded": "false",
      "aria-label": title,
      title,
    },
    icon("moment", 15),
  );
}

function count(button, n) {
  say(button.querySelector(".number"), n ? String(n) : "");
  button.classList.toggle("chosen", n > 0);
}
