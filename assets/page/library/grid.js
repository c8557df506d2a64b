// All items as tiles, newest first, a page at a time as the person scrolls.

import { emit, on } from "../kit/bus.js";
import { childrenOf, el, find } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { answerOrder } from "../kit/order.js";
import { getJson, remove } from "../kit/net.js";
import { sayRemoved } from "./removing.js";
import { refresh } from "../shell/status.js";
import { t } from "../i18n/strings.js";
import { complain } from "../kit/toast.js";
import { sizeButtons } from "../kit/tile_size.js";
import { tile } from "../search/welcome.js";

/** @import { Status } from "../shell/types" */
/** @import { Card, Kind } from "../kit/types" */

/** @type {Kind[]} */
const KINDS = ["picture", "page", "passage", "video", "moment"];
const FIRST_PAGE = 60; // items; as many as the program sends at once

export class Grid {
  constructor() {
    /** @type {Kind | ""} */
    this.kind = "";
    /** Where the next page begins; null at the end.
     *  @type {number | null} */
    this.next = null;
    /** @type {number | null} */
    this.opened = null;
    this.loading = false;
    this.collection = "";
    this.request = 0;
    this.kinds = el("div", { class: "chips", role: "group", "aria-label": t("filter.kind") });
    this.collections = el("select", {
      "aria-label": t("filter.collection"),
      onchange: () => this.filter(),
    });
    this.tiles = el("div", { class: "tiles" });
    this.end = el("div", { class: "tiles-end" });
    this.none = el("p", { class: "empty", hidden: true });
    this.node = el(
      "section",
      { class: "grid" },
      el("div", { class: "grid-head" }, this.kinds, this.collections, sizeButtons()),
      this.tiles,
      this.none,
      this.end,
    );
    this.kinds.append(this.chip(""), ...KINDS.map((kind) => this.chip(kind)));
    this.collections.append(el("option", { value: "", text: t("collection.all") }));
    new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.more(), {
      rootMargin: "600px",
    }).observe(this.end);
    on("opened", this.node, (opened) => this.mark(opened?.id ?? null));
    on("forgotten", this.node, ({ ids }) => this.hide(ids, true));
    answerOrder(this.node, () => ({
      list: this.tiles,
      more: this.next === null ? undefined : () => this.load(false),
    }));
  }

  /** @param {Kind | ""} kind */
  chip(kind) {
    const choose = () => {
      this.kind = kind;
      this.reload();
    };
    return el(
      "button",
      { type: "button", class: "chip", data: { kind }, onclick: choose },
      kind ? icon(kind, 15) : null,
      el("span", { text: t(kind ? `kinds.${kind}` : "kinds.all") }),
      el("span", { class: "number", "data-explain": "tally" }),
    );
  }

  filter() {
    this.collection = this.collections.value;
    this.reload();
  }

  /** Counts beside the filters, and the collections to choose from.
   *  @param {Status} status */
  count(status) {
    for (const chip of childrenOf(this.kinds)) {
      const kind = /** @type {Kind | ""} */ (chip.dataset.kind);
      const n = kind
        ? (status.items[kind] ?? 0)
        : Object.values(status.items).reduce((a, b) => a + b, 0);
      find(chip, ".number").textContent = count(n);
      chip.hidden = Boolean(kind) && !n && this.kind !== kind;
    }
    const names = status.collections.map(([name]) => name);
    const shown = [...this.collections.options].slice(1).map((option) => option.value);
    if (JSON.stringify(names) === JSON.stringify(shown)) return;
    const options = names.map((name) => el("option", { value: name, text: name }));
    this.collections.replaceChildren(this.collections.options[0], ...options);
    this.collections.value = names.includes(this.collection) ? this.collection : "";
  }

  /** Show the first page again, without a blank in between. */
  async reload() {
    for (const chip of childrenOf(this.kinds))
      chip.setAttribute("aria-pressed", String(chip.dataset.kind === this.kind));
    this.next = null;
    await this.load(true);
  }

  /** Put what came in since on top; what was scrolled to stays where it is. */
  async freshen() {
    const top = Number(childrenOf(this.tiles)[0]?.dataset.id ?? 0);
    if (!top || this.tiles.childElementCount <= FIRST_PAGE) {
      await this.reload();
      return;
    }
    const page = await this.fetch(null);
    const fresh = (page?.items ?? []).filter((item) => item.id > top);
    if (fresh.length < (page?.items.length ?? 0))
      this.tiles.prepend(...fresh.map((item) => this.tile(item)));
  }

  async more() {
    if (this.next != null && !this.loading && this.node.offsetParent) await this.load(false);
  }

  /** @param {boolean} first */
  async load(first) {
    const number = (this.request += 1);
    this.loading = true;
    const page = await this.fetch(first ? null : this.next);
    if (number !== this.request) return;
    this.loading = false;
    if (!page) return;
    const tiles = page.items.map((item) => this.tile(item));
    if (first) this.tiles.replaceChildren(...tiles);
    else this.tiles.append(...tiles);
    this.next = page.next;
    this.none.hidden = this.tiles.childElementCount > 0;
    this.none.textContent = t(this.kind || this.collection ? "grid.filtered" : "grid.empty");
    this.mark(this.opened);
  }

  /** One page of items; null where the program refused, which was said then.
   *  @param {number | null} after */
  async fetch(after) {
    try {
      return await getJson("/api/items", {
        after,
        kind: this.kind ? [this.kind] : [],
        collection: this.collection,
      });
    } catch (error) {
      complain(error);
      return null;
    }
  }

  /** @param {Card} item */
  tile(item) {
    const node = el("div", { class: "tile-frame", data: { id: item.id } }, tile(item));
    const label = t("forget", { title: item.title });
    node.append(
      el(
        "button",
        {
          type: "button",
          class: "bare tile-bin",
          "aria-label": label,
          title: t("forget.short"),
          onclick: () => this.forget(item),
        },
        icon("bin", 16),
      ),
    );
    return node;
  }

  /** Take a file out of the library; Undo brings it back, and so does Recently removed.
   *  @param {Card} item */
  async forget(item) {
    const { siblings } = await getJson(`/api/items/${item.id}`).catch(() => ({ siblings: [item] }));
    const ids = siblings.map((one) => one.id);
    this.hide(ids, true);
    try {
      sayRemoved(item.title, await remove(`/api/items/${item.id}`), () => this.reload());
      emit("forgotten", { ids });
      refresh();
    } catch (error) {
      complain(error);
      this.hide(ids, false);
    }
  }

  /** @param {number[]} ids @param {boolean} hidden */
  hide(ids, hidden) {
    for (const node of childrenOf(this.tiles))
      if (ids.includes(Number(node.dataset.id))) node.hidden = hidden;
  }

  /** @param {number | null} id */
  mark(id) {
    this.opened = id;
    for (const node of childrenOf(this.tiles))
      node.classList.toggle("opened", Number(node.dataset.id) === id);
  }
}
