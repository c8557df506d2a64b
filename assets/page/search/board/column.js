// One of the two lists. Rows have a fixed height, so where a row stands is arithmetic and nothing
// has to be measured; only rows in view are animated.

import { fillRow, makeRow } from "./row.js";
import { marked } from "../../kit/highlight.js";
import { attribute, childrenOf, el, findAll, isCalm, isNarrow, say } from "../../kit/dom.js";
import { ms } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

/** @import { Answer, Hit, Line, Side } from "../types" */
/** @import { Board } from "./board.js" */

const GAP = 6;
const FLIGHT = { duration: 420, easing: "cubic-bezier(.2,.75,.25,1)" };
const SKELETONS = 6;

/** What orders the recall column: several rankings become one by their ranks, not by a score.
 *  @param {Answer} value */
function rankedBy({ asked, hits }) {
  const words = asked.choices?.words;
  if (words === "only") return "ranked.words";
  return words === "on" || hits.some((hit) => hit.by.length > 1) ? "ranked.fused" : "similarity";
}

/** What is marked in the rows: exact words only, because everything else is near by meaning.
 *  @param {Answer | null} value */
function wordsOf(value) {
  const { choices, words } = value?.asked ?? {};
  return ["on", "only"].includes(choices?.words ?? "off") ? (words ?? []) : [];
}

export class Column {
  /** @param {Board} board @param {Side} side */
  constructor(board, side) {
    this.board = board;
    this.side = side;
    /** Rows by the ids of their items.
     *  @type {Map<number, HTMLElement>} */
    this.rows = new Map();
    /** Positions from the top, by the ids of items.
     *  @type {Map<number, number>} */
    this.places = new Map();
    /** @type {number | null} */
    this.opened = null;
    const title = t(`column.${side}`);
    this.sub = el("span", { class: "column-sub" });
    this.meter = el("i", { class: "meter" });
    this.list = el("ol", { class: "rows", "aria-label": title });
    this.more = el("button", { type: "button", class: "more", onclick: () => board.toggleAll() });
    const head = el(
      "h2",
      { class: "column-head" },
      el("span", { text: title }),
      this.sub,
      this.meter,
    );
    this.ghosts = el("div", { class: "ghosts", "aria-hidden": "true" });
    for (let n = 0; n < SKELETONS; n += 1) this.ghosts.append(el("div", { class: "ghost" }));
    this.node = el(
      "section",
      { class: `column column-${side}` },
      head,
      this.ghosts,
      this.list,
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

  /** @param {Hit[]} hits @param {number} top */
  draw(hits, top) {
    const ordered = this.ordered(hits);
    const shown = ordered.slice(0, top);
    const lines = shown.flatMap((hit) => this.withCopies(hit));
    this.ghosts.hidden = !(this.board.stage === "begun" && !hits.length);
    this.drop(new Set(lines.map((hit) => hit.id)));
    this.put(lines, top);
    this.drawHead(hits);
    this.drawMore(ordered.length, shown.length);
    if (!this.list.querySelector('[tabindex="0"]') || !this.node.contains(document.activeElement)) {
      this.release();
      const [first] = childrenOf(this.list);
      if (first && this.side === this.leading) first.tabIndex = 0;
    }
  }

  /** A hit, and below it its near copies where the person unfolded them.
   *  @param {Hit} hit @returns {Line[]} */
  withCopies(hit) {
    if (!this.board.unfolded.has(hit.id)) return [hit];
    return [hit, ...hit.copies.map((copy) => ({ ...copy, copyOf: hit.id }))];
  }

  get leading() {
    return this.board.root.dataset.mode === "single" ? "recall" : "rerank";
  }

  /** @param {Hit[]} hits */
  ordered(hits) {
    if (this.side === "recall") return [...hits].sort((a, b) => a.r0 - b.r0);
    return [...hits].sort((a, b) => (a.r1 ?? 1e6 + a.r0) - (b.r1 ?? 1e6 + b.r0));
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

  /** @param {Line[]} shown @param {number} top */
  put(shown, top) {
    const { pitch } = this;
    const from = this.places;
    const height = this.height;
    const offset = this.list.getBoundingClientRect().top;
    /** @param {number} place */
    const inView = (place) =>
      offset + place * pitch < innerHeight && offset + (place + 1) * pitch > 0;
    /** @type {[row: HTMLElement, distance: number][]} */
    const flights = [];
    this.places = new Map();
    /** @type {HTMLElement | null} */
    let before = null;
    shown.forEach((hit, place) => {
      const row = this.rows.get(hit.id) ?? this.add(hit);
      fillRow(row, hit, this.side, { top, unfolded: this.board.unfolded.has(hit.id) });
      const wanted = before ? before.nextSibling : this.list.firstChild;
      if (row !== wanted) this.list.insertBefore(row, wanted);
      before = row;
      this.places.set(hit.id, place);
      row.style.setProperty("top", `${place * pitch}px`);
      row.style.setProperty("height", `${height}px`);
      const old = from.get(hit.id);
      if (old === place) return;
      if (old !== undefined && (inView(old) || inView(place)))
        flights.push([row, (old - place) * pitch]);
    });
    const texts = [...this.rows.values()].flatMap((row) => [
      ...row.querySelectorAll(".row-title, .row-place, .row-snippet"),
    ]);
    marked(texts, wordsOf(this.board.value), `row-words-${this.side}`);
    this.list.style.height = `${Math.max(0, shown.length * pitch - GAP)}px`;
    if (isCalm()) return;
    for (const [row, distance] of flights) {
      row.animate([{ transform: `translateY(${distance}px)` }, { transform: "none" }], FLIGHT);
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

  /** @param {number} total @param {number} shown */
  drawMore(total, shown) {
    const rest = total - shown;
    const { all, value } = this.board;
    this.more.hidden = !(rest > 0 || (all && total > (value?.top ?? 0)));
    if (this.more.hidden) return;
    const text = all ? t("more.less", { top: value?.top }) : t(`more.${this.side}`, { n: rest });
    this.more.replaceChildren(el("span", { text }), icon("down", 16));
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
