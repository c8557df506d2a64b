// What stands around the tabs of the panel: title, cross, the way to other items; and in their
// place while an item is on its way, or cannot be shown.

import { TABS, TabList } from "./tabs.js";
import { keep, place } from "../search/address.js";
import { memory } from "../kit/bus.js";
import { attribute, el } from "../kit/dom.js";
import { placeText } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { t } from "../i18n/strings.js";

/** @import { Large } from "../kit/types" */
/** @import { Detail } from "./detail.js" */
/** @import { Shown, Tab } from "./types" */

const LAST = "detail.tab"; // the tab that was used last

export class Frame {
  /** @param {Detail} detail */
  constructor(detail) {
    this.detail = detail;
    /** @type {Shown | null} */
    this.drawn = null;
    /** @type {Record<string, Tab>} */
    this.tabs = Object.fromEntries(
      Object.entries(TABS).map(([name, Made]) => [name, new Made(detail)]),
    );
    this.list = new TabList(this.tabs, (name) => this.turn(name));
    this.walk = el("div", {
      class: "walk",
      "data-explain": "hits",
      role: "group",
      "aria-label": t("walk.title"),
    });
    this.head = el("header", { class: "panel-head" });
    this.body = el(
      "div",
      { class: "panel-body" },
      ...Object.values(this.tabs).map((tab) => tab.node),
    );
    this.instead = el("div", { class: "panel-instead" });
    const bar = el("div", { class: "panel-bar" }, this.list.node, this.walk);
    this.top = el("div", { class: "panel-top" }, this.head, bar);
    this.node = el(
      "aside",
      { class: "panel", "aria-label": t("detail.title"), tabindex: "-1" },
      this.top,
      this.instead,
      this.body,
    );
    this.list.choose(first());
  }

  /** The panel opens: at the tab that the address names, which leaves out the first one, or where
   *  it names no item yet, at the tab that was used last. */
  begin() {
    this.turn(place("detail") || (place("item") ? first() : memory.get(LAST, first())));
  }

  /** A person turns to a tab, which the address notes.
   *  @param {string} name */
  turn(name) {
    this.choose(name);
    memory.set(LAST, this.list.chosen);
    keep({ detail: this.list.chosen === first() ? null : this.list.chosen });
  }

  /** @param {string} name */
  choose(name) {
    this.list.choose(name in this.tabs ? name : first());
    this.drawTab();
  }

  /** @param {Detail} detail */
  draw({ id, item, failed }) {
    const held = this.node.contains(document.activeElement);
    const late = item !== null && item.id !== id;
    attribute(this.node, "aria-busy", !failed && (!item || late) ? "true" : null);
    this.instead.hidden = Boolean(item && !failed);
    this.body.hidden = !this.instead.hidden;
    this.list.node.hidden = this.body.hidden;
    if (!this.instead.hidden)
      this.instead.replaceChildren(...(failed ? this.failure(failed) : ghosts()));
    if (item !== this.drawn) this.drawHead(item);
    if (!this.body.hidden) this.drawTab();
    if (held && !this.node.contains(document.activeElement))
      this.node.focus({ preventScroll: true });
  }

  /** @param {Shown | null} item */
  drawHead(item) {
    const another = item?.id !== this.drawn?.id;
    this.drawn = item;
    if (another) this.node.scrollTop = 0;
    const place = item && [t(`kind.${item.kind}`), placeText(item.kind, item.place)];
    this.head.replaceChildren(
      item
        ? el("span", { class: "kind-mark", data: { kind: item.kind } }, icon(item.kind, 20))
        : el("span"),
      el(
        "div",
        { class: "panel-title", "aria-live": "polite" },
        el("h2", { dir: "auto", "data-content": "", text: item?.title ?? "", title: item?.title }),
        el("p", { "data-explain": "place", text: place?.filter(Boolean).join(" · ") ?? "" }),
      ),
      this.cross(),
    );
  }

  drawTab() {
    const { subject } = this.detail;
    if (subject) this.tabs[this.list.chosen].draw(subject);
  }

  cross() {
    const attributes = {
      type: "button",
      class: "bare",
      "aria-label": t("close"),
      title: `${t("close")} (Esc)`,
    };
    return el("button", { ...attributes, onclick: () => this.detail.close() }, icon("close"));
  }

  /** @param {string} text */
  failure(text) {
    const again = el(
      "button",
      { type: "button", class: "quiet", onclick: () => this.detail.go(this.detail.id ?? 0) },
      icon("retry", 16),
      el("span", { text: t("detail.again") }),
    );
    return [
      el("p", { class: "panel-gone", role: "alert" }, icon("alert", 22), el("span", { text })),
      again,
    ];
  }

  /** What fills the window; null where no item is shown.
   *  @returns {Large | null} */
  large() {
    const { failed } = this.detail;
    if (!failed && this.detail.item)
      this.tabs[first()].draw(/** @type {any} */ (this.detail.subject));
    return failed ? null : (this.tabs[first()].large?.() ?? null);
  }

  /** The window is not filled any more. */
  takeBack() {
    this.tabs[first()].takeBack?.();
    if (!this.node.contains(document.activeElement)) this.node.focus({ preventScroll: true });
  }

  /** Stop what plays, and let go of what the tabs hold. */
  end() {
    for (const tab of Object.values(this.tabs)) tab.release?.();
    this.drawn = null;
    keep({ detail: null });
  }
}

const first = () => Object.keys(TABS)[0];

function ghosts() {
  return [
    el("div", { class: "ghost ghost-view" }),
    el("div", { class: "ghost ghost-line" }),
    el("div", { class: "ghost ghost-line" }),
  ];
}
