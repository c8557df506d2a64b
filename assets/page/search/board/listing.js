// What passes the filters where nothing else is asked for: newest first, a page at a time.

import { isEmpty } from "./messages.js";
import { chosen, cleared, FILTERS } from "../question/state.js";
import { emit, on } from "../../kit/bus.js";
import { childrenOf, el, say } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { getJson } from "../../kit/net.js";
import { t } from "../../i18n/strings.js";
import { complain } from "../../kit/toast.js";
import { tile } from "../welcome.js";

/** @import { Choices, Items } from "../types" */
/** @import { Kind } from "../../kit/types" */

/** @type {Kind[]} */
const KINDS = ["picture", "page", "passage", "video", "moment"];
const LARGEST_PAGE = 200; // items; as many as the program sends at once

export class Listing {
  /** `told` is called when it is known how many there are, and again when more are shown.
   *  @param {() => void} told */
  constructor(told) {
    this.told = told;
    /** Parameters of `/api/items`; null while nothing is listed.
     *  @type {Record<string, unknown> | null} */
    this.where = null;
    this.request = 0;
    /** By kind; null before the first page.
     *  @type {Items["counts"] | null} */
    this.counts = null;
    /** Where the next page begins; null at the end.
     *  @type {number | null} */
    this.next = null;
    /** @type {number | null} */
    this.opened = null;
    this.tiles = el("div", { class: "tiles" });
    this.why = el("p");
    this.clear = el("button", {
      type: "button",
      class: "quiet",
      text: t("chips.clear"),
      onclick: () => emit("narrow", () => cleared(FILTERS)),
    });
    this.none = el(
      "div",
      { class: "listing-none", hidden: true },
      icon("filter", 40),
      el("h2", { text: t("nothing.title") }),
      this.why,
      this.clear,
    );
    this.shown = el("span");
    this.more = el(
      "button",
      {
        type: "button",
        class: "more",
        "data-explain": "hits",
        hidden: true,
        onclick: () => this.load(),
      },
      this.shown,
      icon("down", 16),
    );
    this.node = el(
      "section",
      { class: "listing", "aria-label": t("listing.title"), hidden: true },
      this.tiles,
      this.none,
      this.more,
    );
    on("opened", this.node, (opened) => this.mark(opened?.id ?? null));
    on("forgotten", this.node, ({ ids }) =>
      this.all().forEach((one) => ids.includes(Number(one.dataset.id)) && one.remove()),
    );
    on("changed", this.node, () => this.where && this.freshen());
  }

  all() {
    return childrenOf(this.tiles);
  }

  /** List what passes the filters of these choices.
   *  @param {Choices} choices */
  async begin(choices) {
    const filters = Object.fromEntries(FILTERS.map((name) => [name, chosen(choices)[name]]));
    const { kinds } = choices;
    // A video brings its moments here as in a search.
    this.where = {
      ...filters,
      kinds: null,
      kind: kinds.includes("video") ? [...kinds, "moment"] : kinds,
    };
    this.counts = null;
    this.next = null;
    await this.load();
  }

  end() {
    if (!this.where) return;
    this.request += 1;
    this.where = null;
    this.tiles.replaceChildren();
  }

  /** One page, as the program answers it; null where it is not wanted any more or was refused.
   *  @param {Record<string, unknown>} parameters */
  async fetch(parameters) {
    const number = (this.request += 1);
    try {
      const page = await getJson("/api/items", { ...this.where, ...parameters });
      return number === this.request ? page : null;
    } catch (error) {
      if (number === this.request) complain(error);
      return null;
    }
  }

  async load() {
    const first = this.counts === null;
    const page = await this.fetch(first ? { counted: true } : { after: this.next });
    if (!page) return;
    const tiles = page.items.map(tile);
    if (first) {
      this.tiles.replaceChildren(...tiles);
      this.counts = page.counts ?? {};
    } else this.tiles.append(...tiles);
    this.next = page.next;
    this.settle(tiles[0]);
  }

  /** The library changed: what is new comes first, and what was scrolled to stays. */
  async freshen() {
    const top = Number(this.all()[0]?.dataset.id ?? 0);
    const page = await this.fetch({ counted: true, limit: LARGEST_PAGE });
    if (!page) return;
    this.counts = page.counts ?? {};
    const fresh = page.items.filter((item) => item.id > top);
    this.tiles.prepend(...fresh.map(tile));
    if (this.next === null && page.next !== null) this.next = Number(this.all().at(-1)?.dataset.id);
    this.settle();
  }

  /** Where the button goes, the focus goes to the first tile that it brought.
   *  @param {HTMLElement} [newest] */
  settle(newest) {
    const held = document.activeElement === this.more;
    const shown = this.tiles.childElementCount;
    this.none.hidden = shown > 0;
    say(this.why, t(isEmpty() ? "nothing.empty" : "listing.none"));
    this.clear.hidden = isEmpty(); // no filter hides what is not there
    this.more.hidden = this.next === null;
    say(this.shown, t("listing.more", { shown: count(shown), total: count(this.total) }));
    if (held && this.more.hidden) newest?.focus({ preventScroll: true });
    this.mark(this.opened);
    this.told();
  }

  get total() {
    return Object.values(this.counts ?? {}).reduce((sum, n) => sum + n, 0);
  }

  /** What is shown, read out by screen readers. */
  phrase() {
    if (!this.counts) return t("status.begun");
    if (isEmpty()) return t("nothing.title");
    const shown = this.tiles.childElementCount;
    const form = !this.total ? "none" : shown < this.total ? "part" : "all";
    return t(`listing.${form}`, { n: this.total, shown: count(shown), total: count(this.total) });
  }

  /** How many of every kind, where there are several. */
  tally() {
    const kinds = KINDS.filter((kind) => this.counts?.[kind]);
    if (kinds.length < 2) return [];
    return kinds.map((kind) =>
      el("span", {
        class: "tally",
        text: `${t(`kinds.${kind}`)} ${count(this.counts?.[kind] ?? 0)}`,
      }),
    );
  }

  /** @param {number | null} id */
  mark(id) {
    this.opened = id;
    for (const one of this.all()) one.classList.toggle("opened", Number(one.dataset.id) === id);
  }
}
