// detail/: one item: a picture, a page, a passage, a clip, and what is known of it.
//
// The detail panel: which item it shows, of which search it speaks, and the way to other items.
//
// One panel serves every screen. On wide windows it is a column that stays in view, on narrow ones
// a sheet over the page.

import { Frame } from "./frame.js";
import { listenToKeys } from "./keys.js";
import { Walk } from "./walk.js";
import { emit, on } from "../kit/bus.js";
import { find, isNarrow } from "../kit/dom.js";
import { Lightbox } from "../kit/lightbox.js";
import { getJson } from "../kit/net.js";
import { onSwipe } from "../kit/swipe.js";
import { said } from "../kit/toast.js";
import { place } from "../search/address.js";

/** @import { Answer } from "../search/types" */
/** @import { Component, Opening } from "../kit/types" */
/** @import { Shown, Subject } from "./types" */

/** Kinds in whose text the words of the query are marked. */
const MARKED = new Set(["page", "passage"]);

const LONGEST_WORDS = 1000; // characters of the query to be marked: they stand in an address

/** @param {Component} component */
export function start({ element }) {
  const detail = new Detail(find(element, ".detail-root"));
  emit("unheard");
  const named = Number(place("item"));
  if (named) detail.open({ id: named }); // the address names an item
}

export class Detail {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** The item that is to be shown; null while the panel is closed.
     *  @type {number | null} */
    this.id = null;
    /** The item that is shown: for a moment the one before.
     *  @type {Shown | null} */
    this.item = null;
    /** Why the item cannot be shown.
     *  @type {string | null} */
    this.failed = null;
    /** What the search on the board has found so far.
     *  @type {Answer | null} */
    this.answer = null;
    /** What had the focus before the panel was opened.
     *  @type {Element | null} */
    this.returnTo = null;
    /** @type {Lightbox | null} */
    this.lightbox = null;
    this.asked = 0; // number of the newest request; answers to older ones are dropped
    this.frame = new Frame(this);
    this.walk = new Walk(this, this.frame.walk);
    this.listen();
  }

  listen() {
    const { root } = this;
    on("open", root, (request) => this.open(request));
    on("close", root, () => this.close());
    on("scored", root, ({ value }) => this.follow(value));
    on("unasked", root, () => this.follow(null));
    on("forgotten", root, ({ ids }) => this.id !== null && ids.includes(this.id) && this.close());
    addEventListener("popstate", () => root.isConnected && this.frame.choose(place("detail")));
    onSwipe(this.frame.node, (by) => isNarrow() && this.walk.step(by));
    listenToKeys(this);
  }

  /** What the tabs speak of; null before there is an item.
   *  @returns {Subject | null} */
  get subject() {
    const { item, answer } = this;
    if (!item) return null;
    const hit = answer?.hits.find((one) => one.id === item.id) ?? null;
    return { item, hit, answer };
  }

  /** @param {Opening} request */
  async open({ id, value }) {
    const opening = this.id === null;
    if (opening) this.returnTo = document.activeElement;
    if (value !== undefined) this.answer = value;
    this.id = id;
    this.failed = null;
    document.body.dataset.detail = "open";
    if (opening) this.frame.begin();
    emit("opened", { id });
    this.draw();
    if (opening && isNarrow()) this.frame.node.focus({ preventScroll: true });
    await this.load();
  }

  /** An item that the panel itself leads to.
   *  @param {number} id */
  go(id) {
    return this.open({ id });
  }

  /** Ask for the item, and draw what comes of it. */
  async load() {
    const { id } = this;
    const number = (this.asked += 1);
    const words = this.answer?.asked.words ?? [];
    let item = null;
    try {
      item = await getJson(`/api/items/${id ?? 0}`, { q: words.join(" ").slice(0, LONGEST_WORDS) });
    } catch (error) {
      if (number === this.asked) this.failed = said(error);
    }
    if (number !== this.asked || !this.root.isConnected) return;
    this.item = item && { ...item, words };
    this.draw();
    this.show();
  }

  draw() {
    if (this.id === null) {
      this.root.replaceChildren();
      return;
    }
    if (!this.frame.node.isConnected) this.root.replaceChildren(this.frame.node);
    this.frame.draw(this);
    this.walk.draw();
    this.lightbox?.draw();
  }

  /** Speak of the search that is on the board, also after another one has begun there.
   *  @param {Answer | null} answer */
  follow(answer) {
    const { item } = this;
    const another = answer?.seq !== this.answer?.seq;
    this.answer = answer;
    if (this.id === null) return;
    const words = answer?.asked.words ?? [];
    const has = item && (MARKED.has(item.kind) || item.read?.outcome === "read");
    if (another && has && words.join(" ") !== item.words.join(" ")) this.load();
    this.draw();
  }

  /** Show the item as large as the window, with the way to the others. */
  enlarge() {
    const large = this.frame.large();
    if (!large || this.lightbox) return;
    const steps = {
      now: () => this.walk.now(),
      step: (/** @type {number} */ by) => this.walk.step(by),
    };
    this.lightbox = new Lightbox(large, steps, () => {
      this.lightbox = null;
      this.frame.takeBack();
    });
  }

  /** Where the window is filled, with what it is filled now. */
  show() {
    if (!this.lightbox) return;
    const large = this.frame.large();
    const text = this.failed ?? "";
    const node = document.createElement("p");
    node.textContent = text;
    this.lightbox.show(large ?? { title: "", node });
  }

  close() {
    const was = this.id !== null;
    this.asked += 1;
    this.id = null;
    this.item = null;
    this.failed = null;
    this.frame.end();
    this.draw();
    delete document.body.dataset.detail;
    emit("opened", null);
    const { returnTo } = this;
    this.returnTo = null;
    if (was && returnTo instanceof HTMLElement && returnTo.isConnected)
      returnTo.focus({ preventScroll: true });
  }
}
