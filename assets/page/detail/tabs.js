// The tabs of the panel, and the list of their buttons: one Tab stop, arrows inside it.

import { EvidenceTab } from "./evidence.js";
import { ItemTab } from "./item.js";
import { SeenTab } from "./seen.js";
import { WhyTab } from "./why.js";
import { attribute, childrenOf, el } from "../kit/dom.js";
import { t } from "../i18n/strings.js";

/** @import { Detail } from "./detail.js" */
/** @import { Tab } from "./types" */

/** The tabs by the names that they have in the address, in their order, the default first.
 *  @type {Record<string, new (detail: Detail) => Tab>} */
export const TABS = { item: ItemTab, why: WhyTab, seen: SeenTab, evidence: EvidenceTab };

export class TabList {
  /** @param {Record<string, Tab>} tabs @param {(name: string) => void} turn */
  constructor(tabs, turn) {
    this.tabs = tabs;
    this.turn = turn;
    this.chosen = Object.keys(tabs)[0];
    const buttons = Object.entries(tabs).map(([name, { node }]) => {
      node.id = `panel-${name}`;
      attribute(node, "role", "tabpanel");
      attribute(node, "aria-labelledby", `tab-${name}`);
      const attributes = { type: "button", role: "tab", id: `tab-${name}`, data: { name } };
      const text = t(`tab.${name}`);
      return el("button", {
        ...attributes,
        "aria-controls": node.id,
        text,
        onclick: () => turn(name),
      });
    });
    this.node = el(
      "div",
      { class: "segments panel-tabs", role: "tablist", "aria-label": t("detail.title") },
      ...buttons,
    );
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {string} name */
  choose(name) {
    this.chosen = name;
    for (const button of childrenOf(this.node)) {
      const own = button.dataset.name === name;
      attribute(button, "aria-selected", String(own));
      button.tabIndex = own ? 0 : -1;
    }
    for (const [other, { node }] of Object.entries(this.tabs)) node.hidden = other !== name;
  }

  /** Go to the button of the tab that is shown. */
  focus() {
    childrenOf(this.node)
      .find((button) => button.tabIndex === 0)
      ?.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = childrenOf(this.node);
    const at = buttons.findIndex((button) => button.dataset.name === this.chosen);
    /** @type {Record<string, number>} */
    const ways = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    if (!(event.key in ways)) return;
    event.preventDefault();
    event.stopPropagation();
    const next = buttons.at(ways[event.key] % buttons.length);
    if (!next) return;
    this.turn(String(next.dataset.name));
    this.focus();
  }
}
