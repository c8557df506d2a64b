// detail/: one item: a picture, a page, a passage, a clip, and what is known of it.
//
// The detail panel: one item as it really is, why it was found, and what to do with it.
//
// One panel serves every screen. On wide windows it is a column that stays in view, on narrow ones
// a sheet over the page.

import { actionsBlock } from "./actions.js";
import { place } from "../search/address.js";
import { clipView } from "./clip.js";
import { copiesBlock } from "./copies.js";
import { pageView } from "./page.js";
import { passageView } from "./passage.js";
import { pictureView } from "./picture.js";
import { factsBlock, scoresBlock } from "./facts.js";
import { tagsBlock } from "./tags.js";
import { emit, on } from "../kit/bus.js";
import { el, find, isNarrow } from "../kit/dom.js";
import { placeText } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson } from "../kit/net.js";
import { t } from "../i18n/strings.js";
import { said } from "../kit/toast.js";

/** @import { Answer, Hit } from "../search/types" */
/** @import { Component, Opening } from "../kit/types" */
/** @import { Shown, View } from "./types" */

const VIEWS = {
  picture: pictureView,
  page: pageView,
  passage: passageView,
  video: clipView,
  moment: clipView,
};

/** Kinds in whose text the words of the query are marked. */
const MARKED = new Set(["page", "passage"]);

/** @param {Component} component */
export function start({ element }) {
  const detail = new Detail(find(element, ".detail-root"));
  const named = Number(place("item"));
  if (named) detail.open({ id: named }); // the address names an item
}

const LONGEST_WORDS = 1000; // characters of the query to be marked: they stand in an address

class Detail {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {number | null} */
    this.id = null;
    /** @type {Shown | null} */
    this.item = null;
    /** @type {View | null} */
    this.view = null;
    /** What is said of the item as a hit, while there is an item.
     *  @type {HTMLElement | null} */
    this.scores = null;
    /** The search of which it is said.
     *  @type {number | undefined} */
    this.seq = undefined;
    /** What had the focus before the panel was opened.
     *  @type {Element | null} */
    this.returnTo = null;
    this.asked = 0; // number of the newest request; answers to older ones are dropped
    this.clear();
    on("open", root, (request) => this.open(request));
    on("close", root, () => this.close());
    on("scored", root, ({ hits, value }) => this.follow(hits, value));
    on("unasked", root, () => this.follow([], null));
    on("forgotten", root, ({ ids }) => this.id !== null && ids.includes(this.id) && this.close());
  }

  /** @param {Opening} request */
  async open({ id, hit = null, value = null, quiet = false }) {
    const number = (this.asked += 1);
    this.returnTo ??= document.activeElement;
    this.id = id;
    document.body.dataset.detail = "open";
    emit("opened", { id });
    if (!quiet && !this.root.firstChild) this.root.replaceChildren(this.skeleton());
    const words = value?.asked?.words ?? [];
    let item;
    try {
      item = await getJson(`/api/items/${id}`, { q: words.join(" ").slice(0, LONGEST_WORDS) });
    } catch (error) {
      if (number === this.asked) this.root.replaceChildren(this.failure(error));
      return;
    }
    if (number !== this.asked || !this.root.isConnected) return;
    this.release();
    this.draw({ ...item, words }, hit, value);
  }

  /** @param {Shown} item @param {Hit | null} hit @param {Answer | null} value */
  draw(item, hit, value) {
    /** @param {number} id */
    const go = (id) => this.open({ id, quiet: true });
    this.view = VIEWS[item.kind](item, go);
    this.item = item;
    this.scores = el("div", { class: "panel-scores" });
    this.drawScores(hit, value);
    const panel = el(
      "aside",
      { class: "panel", "aria-label": t("detail.title"), tabindex: "-1" },
      this.header(item),
      el("div", { class: "panel-view" }, this.view.node),
      actionsBlock(item, () => this.close()),
      this.scores,
      copiesBlock(hit),
      tagsBlock(item),
      factsBlock(item),
    );
    this.root.replaceChildren(panel);
    this.view.shown?.();
    if (isNarrow()) panel.focus({ preventScroll: true });
  }

  /** Speak of the search that is on the board, also after another one has begun there.
   *  @param {Hit[]} hits @param {Answer | null} value */
  follow(hits, value) {
    const { id, item } = this;
    if (id === null || !item || !this.root.contains(this.scores)) return;
    if (value?.stage === "begun") return; // the board still shows the rows of the one before
    const hit = hits.find((one) => one.id === id) ?? null;
    const words = value?.asked?.words ?? [];
    const has = MARKED.has(item.kind) || item.read?.outcome === "read";
    const marked = has && words.join(" ") !== item.words.join(" ");
    if (value?.seq !== this.seq && marked) this.open({ id, hit, value, quiet: true });
    else this.drawScores(hit, value);
  }

  /** @param {Hit | null} hit @param {Answer | null} value */
  drawScores(hit, value) {
    this.seq = value?.seq;
    const elsewhere = value ? [el("p", { class: "fine", text: t("scores.elsewhere") })] : [];
    this.scores?.replaceChildren(...(hit ? [scoresBlock(hit, value)] : elsewhere));
  }

  /** @param {Shown} item */
  header(item) {
    const place = [t(`kind.${item.kind}`), placeText(item.kind, item.place)]
      .filter(Boolean)
      .join(" · ");
    return el(
      "header",
      { class: "panel-head" },
      el("span", { class: "kind-mark", data: { kind: item.kind } }, icon(item.kind, 20)),
      el(
        "div",
        { class: "panel-title" },
        el("h2", { dir: "auto", text: item.title, title: item.title }),
        el("p", { text: place }),
      ),
      this.cross(),
    );
  }

  cross() {
    const attributes = {
      type: "button",
      class: "bare",
      "aria-label": t("close"),
      title: `${t("close")} (Esc)`,
    };
    return el("button", { ...attributes, onclick: () => this.close() }, icon("close"));
  }

  skeleton() {
    return el(
      "aside",
      { class: "panel", "aria-busy": "true", "aria-label": t("detail.title") },
      el("div", { class: "ghost ghost-title" }),
      el("div", { class: "ghost ghost-view" }),
      el("div", { class: "ghost" }),
    );
  }

  /** @param {unknown} error */
  failure(error) {
    const message = el(
      "p",
      { class: "panel-gone" },
      icon("alert", 22),
      el("span", { text: said(error) }),
    );
    return el(
      "aside",
      { class: "panel" },
      el("header", { class: "panel-head" }, el("span"), el("span"), this.cross()),
      message,
    );
  }

  /** Stop what plays, and let go of what the old view holds. */
  release() {
    this.view?.release?.();
    this.view = null;
  }

  clear() {
    this.asked += 1;
    this.release();
    this.root.replaceChildren();
    delete document.body.dataset.detail;
    this.id = null;
    this.scores = null;
  }

  close() {
    const was = document.body.dataset.detail;
    this.clear();
    emit("opened", null);
    const { returnTo } = this;
    if (was && returnTo instanceof HTMLElement && returnTo.isConnected)
      returnTo.focus({ preventScroll: true });
    this.returnTo = null;
  }
}
