// The row under the query box: kinds, the buttons that unfold filters and options, the history.

import { count, foldButton, historyButton, unfolds } from "./folds.js";
import { chosen, DEFAULTS, FILTERS, OPTIONS } from "./state.js";
import { attribute, childrenOf, el } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { asToolbar } from "../../kit/toolbar.js";
import { t } from "../../i18n/strings.js";

/** @import { Status } from "../../shell/types" */
/** @import { Choices, SetChoices } from "../types" */
/** @import { Panel } from "./folds.js" */
/** @import { Kind } from "../../kit/types" */

/** @type {Kind[]} */
const KINDS = ["picture", "page", "passage", "video"];

export class Bar {
  /** @param {SetChoices} set */
  constructor(set) {
    this.set = set;
    /** @type {Choices} */
    this.now = DEFAULTS;
    this.kinds = el(
      "div",
      { class: "segments asking-kinds", role: "group", "aria-label": t("filter.kind") },
      ...KINDS.map((kind) => this.kind(kind)),
    );
    this.filters = foldButton("filter", "filters");
    this.options = foldButton("sliders", "options");
    this.history = historyButton();
    this.history.hidden = true; // until the program says that it keeps one
    this.foldHistory = () => {}; // nothing is unfolded before there is a panel
    this.node = asToolbar(
      el(
        "div",
        { class: "asking-row", role: "toolbar", "aria-label": t("asking.row") },
        this.kinds,
        this.filters,
        this.options,
        this.history,
      ),
    );
  }

  /** Tie the last buttons to the panels that they unfold.
   *  @param {Panel[]} panels */
  unfold([filters, options, history]) {
    unfolds(this.filters, filters, 0);
    unfolds(this.options, options, 1);
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
    const name = t(`kinds.${kind}`);
    return el(
      "button",
      { type: "button", data: { kind }, "aria-label": name, title: name, onclick: press },
      icon(kind, 16),
      el("span", { text: name }),
    );
  }

  /** @param {Choices} choices */
  draw(choices) {
    this.now = choices;
    /** @type {Set<string | undefined>} */
    const pressed = new Set(choices.kinds);
    for (const button of childrenOf(this.kinds))
      attribute(button, "aria-pressed", String(pressed.has(button.dataset.kind)));
    const active = chosen(choices);
    const filters = FILTERS.filter((name) => name in active && name !== "kinds");
    count(this.filters, filters.length);
    count(this.options, OPTIONS.filter((name) => name in active).length);
  }

  /** @param {Status} status */
  know({ history }) {
    this.history.hidden = !history;
  }
}
