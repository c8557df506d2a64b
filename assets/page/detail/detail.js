// The detail panel: one item as it really is, why it was found, and what to do with it.
//
// One panel serves every screen. On wide windows it is a column that stays in view, on narrow ones
// a sheet over the page.

import { place } from "../search/address.js";
import { clipView } from "./clip.js";
import { copiesBlock } from "./copies.js";
import { pageView } from "./page.js";
import { passageView } from "./passage.js";
import { pictureView } from "./picture.js";
import { factsBlock, scoresBlock } from "./facts.js";
import { tagsBlock } from "./tags.js";
import { emit, on } from "../kit/bus.js";
import { el, isNarrow } from "../kit/dom.js";
import { placeText } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson } from "../kit/net.js";
import { t } from "../i18n/strings.js";
import { disliking, liking, onlyLiking } from "../shell/wishes.js";

const VIEWS = {
  picture: pictureView,
  page: pageView,
  passage: passageView,
  video: clipView,
  moment: clipView,
};

/** Kinds in whose text the words of the query are marked. */
const MARKED = new Set(["page", "passage"]);

export function start({ element }) {
  const detail = new Detail(element.querySelector(".detail-root"));
  const named = Number(place("item"));
  if (named) detail.open({ id: named }); // the address names an item
}

const LONGEST_WORDS = 1000; // characters of the query to be marked: they stand in an address

class Detail {
  constructor(root) {
    this.root = root;
    this.asked = 0; // number of the newest request; answers to older ones are dropped
    this.clear();
    on("open", root, (request) => this.open(request));
    on("close", root, () => this.close());
    on("scored", root, ({ hits, value }) => this.follow(hits, value));
    on("unasked", root, () => this.follow([], null));
    on("forgotten", root, ({ ids }) => ids.includes(this.id) && this.close());
  }

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

  draw(item, hit, value) {
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
      this.actions(item),
      this.scores,
      copiesBlock(hit),
      tagsBlock(item),
      factsBlock(item),
    );
    this.root.replaceChildren(panel);
    this.view.shown?.();
    if (isNarrow()) panel.focus({ preventScroll: true });
  }

  /** Speak of the search that is on the board, also after another one has begun there. */
  follow(hits, value) {
    if (!this.scores || !this.root.contains(this.scores)) return;
    if (value?.stage === "begun") return; // the board still shows the rows of the one before
    const hit = hits.find((one) => one.id === this.id) ?? null;
    const words = value?.asked?.words ?? [];
    const marked = MARKED.has(this.item.kind) && words.join(" ") !== this.item.words.join(" ");
    if (value?.seq !== this.seq && marked) this.open({ id: this.id, hit, value, quiet: true });
    else this.drawScores(hit, value);
  }

  drawScores(hit, value) {
    this.seq = value?.seq;
    const elsewhere = value ? [el("p", { class: "fine", text: t("scores.elsewhere") })] : [];
    this.scores.replaceChildren(...(hit ? [scoresBlock(hit, value)] : elsewhere));
  }

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

  actions(item) {
    const wish = (make) => () => {
      if (isNarrow()) this.close();
      emit("ask", make(item));
    };
    const button = (tone, name, label, make) =>
      el(
        "button",
        { type: "button", class: tone, onclick: wish(make) },
        icon(name, 16),
        el("span", { text: t(label) }),
      );
    const pdf = item.place.page && item.file?.type === "application/pdf";
    const page = pdf ? `#page=${item.place.page}` : "";
    const open = item.file
      ? el(
          "a",
          { class: "quiet", href: `/m/full/${item.id}${page}`, target: "_blank", rel: "noopener" },
          icon("open", 16),
          el("span", { text: t(pdf ? "open.pdf" : "open.original", { page: item.place.page }) }),
        )
      : null;
    return el(
      "div",
      { class: "panel-actions" },
      button("primary", "sparkle", "more_like", onlyLiking),
      open,
      button("quiet", "plus", "like.add", liking),
      button("quiet", "minus", "like.not", disliking),
    );
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

  failure(error) {
    const message = el(
      "p",
      { class: "panel-gone" },
      icon("alert", 22),
      el("span", { text: error.message }),
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
    if (was && this.returnTo?.isConnected) this.returnTo.focus({ preventScroll: true });
    this.returnTo = null;
  }
}
