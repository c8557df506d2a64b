// One of the two lists. Rows have a fixed height, so where a row stands is arithmetic and nothing
// has to be measured; they are placed by transforms, which shift no layout, and only those in view
// are animated.

import { mixedBar } from "./mixed.js";
import { fillRow, makeRow } from "./row.js";
import { standings } from "./scores.js";
import { firstUnrelated, foldedBehind, ordered, shownOf } from "./shown.js";
import { rankedBy, wordsOf } from "./words.js";
import { marked } from "../../kit/highlight.js";
import { attribute, childrenOf, el, findAll, isCalm, isNarrow, say } from "../../kit/dom.js";
import { ms } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

/** @import { Hit, Line, Side } from "../types" */
/** @import { Board } from "./board.js" */

const GAP = 6;
const DIVIDER = 24; // pixels between what is related and what probably is not
const FLIGHT = { duration: 420, easing: "cubic-bezier(.2,.75,.25,1)" };
const SKELETONS = 6;

export class Column {
  /** @param {Board} board @param {Side} side */
  constructor(board, side) {
    this.board = board;
    this.side = side;
    /** Rows by the ids of their items.
     *  @type {Map<number, HTMLElement>} */
    this.rows = new Map();
    /** Pixels from the top of the list, by the ids of items.
     *  @type {Map<number, number>} */
    this.places = new Map();
    /** @type {number | null} */
    this.opened = null;
    const title = t(`column.${side}`);
    this.sub = el("span", { class: "column-sub", "data-explain": "ms" });
    this.meter = el("i", { class: "meter" });
    this.list = el("ol", { class: "rows", "aria-label": title });
    this.more = el("button", { type: "button", class: "more", onclick: () => board.toggleAll() });
    this.mixed = mixedBar();
    this.heading = el("h2", { text: title });
    const head = el(
      "div",
      { class: "column-head" },
      this.heading,
      this.mixed.node,
      this.sub,
      this.meter,
    );
    this.divider = el("p", { class: "divider", hidden: true, text: t("divider") });
    this.waiting = el("p", { class: "column-waiting", hidden: true, text: t("typing.waiting") });
    this.ghosts = el("div", { class: "ghosts", "aria-hidden": "true" });
    for (let n = 0; n < SKELETONS; n += 1) this.ghosts.append(el("div", { class: "ghost" }));
    this.box = el("div", { class: "rows-box" }, this.list, this.divider);
    this.node = el(
      "section",
      { class: `column column-${side}` },
      head,
      this.ghosts,
      this.waiting,
      this.box,
      this.more,
    );
  }

  /** Height of a row in pixels, as `row.css` has it. */
  get height() {
    if (this.board.root.dataset.compact === "true") return 60;
    return isNarrow() ? 92 : 88;
  }

  get pitch() {
    return this.height + GAP;
  }

  /** @param {Hit[]} hits */
  draw(hits) {
    const { board, side } = this;
    const chosen = board.chosen();
    const all = ordered(hits, side);
    // While a person types, nothing is judged yet.
    const isLater = side === "rerank" && Boolean(board.value?.typing);
    const shown = isLater ? [] : shownOf(all, chosen);
    this.waiting.hidden = !isLater;
    this.ghosts.hidden = !(board.stage === "begun" && !hits.length);
    this.mixed.draw(shown);
    this.put(shown, foldedBehind(shownOf(all, { ...chosen, grouped: false }), chosen));
    this.drawHead(hits);
    this.drawMore(isLater || chosen.moves.size ? 0 : all.length, Math.min(all.length, chosen.top));
    if (!this.list.querySelector('[tabindex="0"]') || !this.node.contains(document.activeElement)) {
      this.release();
      const [first] = childrenOf(this.list);
      if (first && this.side === this.leading) first.tabIndex = 0;
    }
  }

  /** A hit, and below it its near copies where the person unfolded them.
   *  @param {Hit} hit @returns {Line[]} */
  withCopies(hit) {
    if (!this.board.narrowing.unfolded.has(hit.id)) return [hit];
    return [hit, ...hit.copies.map((copy) => ({ ...copy, copyOf: hit.id }))];
  }

  get leading() {
    return this.board.root.dataset.mode === "single" ? "recall" : "rerank";
  }

  /** @param {Set<number>} wanted */
  drop(wanted) {
    for (const [id, row] of [...this.rows]) {
      if (wanted.has(id)) continue;
      row.remove();
      this.rows.delete(id);
      this.places.delete(id);
    }
  }

  /** Put the shown hits into their places, each followed by its near copies.
   *  @param {Hit[]} shown @param {Map<number, number>} folded */
  put(shown, folded) {
    const margins = this.side === "rerank" ? this.board.head.inspection.margins : null;
    const standing = standings(shown, this.side, folded, margins);
    const lines = shown.flatMap((hit, n) =>
      this.withCopies(hit).map((line) => ({ line, standing: standing[n] })),
    );
    this.drop(new Set(lines.map(({ line }) => line.id)));
    const { height, pitch } = this;
    const unrelated = this.isSettled ? firstUnrelated(shown, this.side) : 0;
    const from = this.places;
    this.places = new Map();
    /** @type {HTMLElement | null} */
    let before = null;
    let y = 0;
    for (const { line, standing } of lines) {
      const isFirst = unrelated > 0 && line.id === shown[unrelated].id;
      if (isFirst) this.divider.style.transform = `translateY(${y}px)`;
      if (isFirst) y += DIVIDER;
      const row = this.rows.get(line.id) ?? this.add(line);
      fillRow(row, line, this.side, standing, this.board.narrowing.unfolded.has(line.id));
      /** @type {ChildNode | null} */
      const wanted = before ? before.nextSibling : this.list.firstChild;
      if (row !== wanted) this.list.insertBefore(row, wanted);
      before = row;
      this.places.set(line.id, y);
      row.style.transform = `translateY(${y}px)`;
      row.style.height = `${height}px`;
      const point = this.side === "recall" ? 1 : 2;
      attribute(row, "data-point", line.id === this.board.pointed ? point : null);
      y += pitch;
    }
    this.divider.hidden = !unrelated;
    this.list.style.height = `${Math.max(0, y - GAP)}px`;
    this.mark();
    if (!isCalm()) this.fly(from);
  }

  /** Whether the ranks of this column will not change any more. */
  get isSettled() {
    return this.side === "recall" || ["done", "stopped"].includes(this.board.stage);
  }

  /** Mark the exact words in the rows. */
  mark() {
    const texts = [...this.rows.values()].flatMap((row) => [
      ...row.querySelectorAll(".row-title, .row-place, .row-snippet"),
    ]);
    marked(texts, wordsOf(this.board.value), `row-words-${this.side}`);
  }

  /** Let the rows in view go from where they were to where they are.
   *  @param {Map<number, number>} from */
  fly(from) {
    const offset = this.list.getBoundingClientRect().top;
    /** @param {number} y */
    const inView = (y) => offset + y < innerHeight && offset + y + this.pitch > 0;
    for (const [id, y] of this.places) {
      const old = from.get(id);
      if (old === undefined || old === y || !(inView(old) || inView(y))) continue;
      const ends = [old, y].map((at) => ({ transform: `translateY(${at}px)` }));
      this.rows.get(id)?.animate(ends, FLIGHT);
    }
  }

  /** @param {Line} hit */
  add(hit) {
    const row = makeRow(hit);
    this.rows.set(hit.id, row);
    attribute(row, "aria-current", hit.id === this.opened ? "true" : null);
    return row;
  }

  /** @param {Hit[]} hits */
  drawHead(hits) {
    const { value, stage } = this.board;
    const judging = this.side === "rerank" && ["recall", "rerank"].includes(stage);
    this.meter.classList.toggle("running", judging || stage === "begun");
    const done = judging && value && hits.length ? value.done / hits.length : 0;
    this.meter.style.setProperty("--done", String(done));
    if (stage === "begun" || !value) say(this.sub, "");
    else if (this.side === "recall")
      say(this.sub, `${t(rankedBy(value))} · ${ms(value.ms.embed + value.ms.recall)}`);
    else if (judging) say(this.sub, t("judged", { done: value.done, total: hits.length }));
    else say(this.sub, `${t("relevance")} · ${ms(value.ms.rerank)}`);
  }

  /** @param {number} total @param {number} shown without what is folded */
  drawMore(total, shown) {
    const rest = total - shown;
    const { value } = this.board;
    const { all } = this.board.narrowing;
    this.more.hidden = !(rest > 0 || (all && total > (value?.top ?? 0)));
    if (this.more.hidden) return;
    const text = all ? t("more.less", { top: value?.top }) : t(`more.${this.side}`, { n: rest });
    this.more.replaceChildren(el("span", { text, "data-explain": "hits" }), icon("down", 16));
    attribute(this.more, "aria-expanded", String(all));
  }

  /** Take every row out of the Tab order. */
  release() {
    for (const row of findAll(this.list, '[tabindex="0"]')) row.tabIndex = -1;
  }

  /** @param {number | null} id */
  markOpened(id) {
    this.opened = id;
    for (const [known, row] of this.rows)
      attribute(row, "aria-current", known === id ? "true" : null);
  }
}
