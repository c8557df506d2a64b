// All items as tiles, a page at a time as the person scrolls: in the order and as narrow as chosen,
// several at once where that is wanted.

import { on } from "../kit/bus.js";
import { childrenOf, el, findAll } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { answerOrder } from "../kit/order.js";
import { getJson } from "../kit/net.js";
import { complain } from "../kit/toast.js";
import { latest } from "../shell/status.js";
import { t } from "../i18n/strings.js";
import { BulkBar } from "./bulk.js";
import { chooseTiles, focusedIn, keepReached } from "./choosing.js";
import { Collections } from "./collections.js";
import { Found } from "./found.js";
import { frameOf, markChosen } from "./frames.js";
import { forget, forgetTogether } from "./leaving.js";
import { Narrowing } from "./narrowing.js";
import { Selection } from "./selection.js";
import { unfold } from "./unfolding.js";

/** @import { Status } from "../shell/types" */
/** @import { Listed } from "./types" */

const FIRST_PAGE = 60; // items; as many as the program sends at once

export class Grid {
  constructor() {
    /** Where the next page begins; null at the end.
     *  @type {string | null} */
    this.next = null;
    /** @type {number | null} */
    this.opened = null;
    this.loading = false;
    this.request = 0;
    this.selection = new Selection(() => this.drawChosen());
    this.narrowing = new Narrowing((by) => this.narrowed(by));
    this.collections = new Collections(this.narrowing);
    this.bar = new BulkBar(this);
    this.tiles = el("div", { class: "tiles", role: "group", "aria-label": t("library.items") });
    this.end = el("div", { class: "tiles-end" });
    this.found = new Found(this.narrowing);
    this.choosing = el(
      "button",
      { type: "button", class: "chip", onclick: () => this.selection.turn(!this.selection.isOn) },
      icon("check", 15),
      el("span", { text: t("choose") }),
    );
    this.narrowing.beside.append(this.collections.button);
    this.narrowing.end.append(this.choosing);
    this.node = el(
      "section",
      { class: "grid" },
      this.narrowing.node,
      this.collections.node,
      this.found.line,
      this.tiles,
      this.found.none,
      this.end,
      this.bar.node,
    );
    new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.more(), {
      rootMargin: "600px",
    }).observe(this.end);
    chooseTiles(this);
    on("opened", this.node, (opened) => this.mark(opened?.id ?? null));
    on("forgotten", this.node, ({ ids }) => {
      this.hide(ids, true);
      this.selection.drop(ids);
    });
    answerOrder(this.node, () => ({
      list: this.tiles,
      more: this.next === null ? undefined : () => this.load(false),
    }));
    this.drawChosen();
  }

  /** @param {Status} status */
  count(status) {
    this.narrowing.know(status);
    this.collections.know();
    this.choosing.hidden = status.read_only;
    this.bar.know(status);
  }

  /** Ids of the tiles that can be chosen, in their order. */
  shown() {
    return this.frames()
      .filter((frame) => this.canChoose(frame))
      .map(idOf);
  }

  frames() {
    return childrenOf(this.tiles).filter((node) => !node.hidden && node.dataset.id);
  }

  /** What a file unfolds to goes with its first tile; and strangers choose nothing.
   *  @param {HTMLElement} frame */
  canChoose(frame) {
    return !latest?.read_only && !frame.classList.contains("inside");
  }

  /** @param {string} by */
  narrowed(by) {
    // What is out of sight must not be removed unseen.
    if (by !== "order" && by !== "reverse") this.selection.clear();
    this.reload();
  }

  /** Only the items inside a folder. @param {string} folder */
  showFolder(folder) {
    this.narrowing.alone({ folder }, "folder");
  }

  /** Show the first page again, without a blank in between. */
  async reload() {
    this.next = null;
    if (!this.tiles.firstChild)
      this.tiles.replaceChildren(
        ...Array.from({ length: 12 }, () => el("div", { class: "ghost ghost-tile" })),
      );
    await this.load(true);
  }

  /** Put what came in since on top; what was scrolled to stays where it is. */
  async freshen() {
    const frames = this.frames();
    const { order, reverse, grouped } = this.narrowing.asked;
    if (frames.length <= FIRST_PAGE) {
      await this.reload();
      return;
    }
    if (order !== "newest" || reverse || grouped) return;
    const top = idOf(frames[0]);
    const page = await this.fetch(null);
    const fresh = (page?.items ?? []).filter((item) => item.id > top);
    if (fresh.length < (page?.items.length ?? 0))
      this.tiles.prepend(...fresh.map((item) => this.frame(item)));
    this.settle();
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
    const focused = first ? focusedIn(this.tiles) : null;
    if (first) this.tiles.replaceChildren();
    this.tiles.append(...page.items.map((item) => this.frame(item)));
    if (focused) findAll(this.tiles, `[data-id="${focused}"] .tile`)[0]?.focus();
    this.next = page.next;
    if (first) this.found.draw(page);
    this.settle();
  }

  settle() {
    keepReached(this);
    this.mark(this.opened);
    this.drawChosen();
  }

  /** One page of items; null where the program refused, which is said in their place.
   *  @param {string | null} after */
  async fetch(after) {
    const counted = after == null && (this.narrowing.isNarrow() || this.narrowing.asked.grouped);
    try {
      const parameters = { ...this.narrowing.parameters(), after, counted: counted || null };
      return await getJson("/api/listing", parameters);
    } catch (error) {
      if (this.frames().length) complain(error);
      else {
        this.tiles.replaceChildren();
        this.found.fail(error, () => this.reload());
      }
      return null;
    }
  }

  /** @param {Listed} item */
  frame(item) {
    const frame = frameOf(item, {
      forget: (one) => forget(this, one),
      unfold: (one, node) => unfold(this, one, node),
    });
    if (item.id === this.opened) frame.classList.add("opened");
    return frame;
  }

  /** Choose all that is listed, also what is not on the page yet. */
  async chooseAll() {
    if (latest?.read_only) return;
    try {
      const { ids, total } = await getJson("/api/listing/ids", this.narrowing.parameters());
      this.selection.replace(ids, total);
    } catch (error) {
      complain(error);
    }
  }

  drawChosen() {
    const { ids, isOn } = this.selection;
    for (const frame of this.frames()) markChosen(frame, ids.has(idOf(frame)));
    this.tiles.toggleAttribute("data-choosing", isOn || ids.size > 0);
    this.choosing.setAttribute("aria-pressed", String(isOn));
    this.bar.draw();
  }

  /** Remove what is chosen, or where nothing is, the file of `id`.
   *  @param {number} [id] */
  removeChosen(id) {
    const { ids } = this.selection;
    return forgetTogether(this, ids.size || !id ? [...ids] : [id]);
  }

  /** @param {number[]} ids @param {boolean} hidden */
  hide(ids, hidden) {
    const known = new Set(ids);
    const focused = focusedIn(this.tiles);
    for (const node of childrenOf(this.tiles)) if (known.has(idOf(node))) node.hidden = hidden;
    keepReached(this);
    if (!hidden || !focused || !known.has(Number(focused))) return;
    findAll(this.tiles, ".tile-frame:not([hidden]) .tile")[0]?.focus();
  }

  /** @param {number | null} id */
  mark(id) {
    this.opened = id;
    for (const node of childrenOf(this.tiles)) node.classList.toggle("opened", idOf(node) === id);
  }
}

/** @param {HTMLElement} frame */
const idOf = (frame) => Number(frame.dataset.id);
