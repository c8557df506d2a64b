// The results as a wall of pictures, best first: for looking through many of them.

import { movement } from "./row.js";
import { firstUnrelated, foldedBehind, ordered, shownOf } from "./shown.js";
import { around, attribute, el, find, findAll, say } from "../../kit/dom.js";
import { draggable } from "../../kit/drag.js";
import { badgeText, fitOf, thumbOf } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { isolated, t } from "../../i18n/strings.js";

/** @import { Hit } from "../types" */
/** @import { Board } from "./board.js" */

/** By how many tiles a key walks along a line.
 *  @type {Record<string, number>} */
const SIDEWAYS = { ArrowRight: 1, ArrowLeft: -1, j: 1, k: -1 };

export class BoardGrid {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    /** Tiles by the ids of their items.
     *  @type {Map<number, HTMLElement>} */
    this.tiles = new Map();
    this.node = el("div", {
      class: "tiles board-grid",
      role: "group",
      "aria-label": t("view.grid"),
      hidden: true,
    });
    this.divider = el("p", { class: "divider", hidden: true, text: t("divider") });
    this.node.addEventListener("click", (event) => this.clicked(around(event.target, ".tile")));
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  /** Draw the first hits, reranked ones before the others.
   *  @param {Hit[]} hits */
  draw(hits) {
    const chosen = this.board.chosen();
    const shown = shownOf(ordered(hits, "rerank"), chosen);
    const folded = foldedBehind(
      shownOf(ordered(hits, "rerank"), { ...chosen, grouped: false }),
      chosen,
    );
    const side = shown.some((hit) => hit.rel != null) ? "rerank" : "recall";
    const { isSettled } = this.board.rerank;
    const unrelated = isSettled || side === "recall" ? firstUnrelated(shown, side) : 0;
    const wanted = new Set(shown.map((hit) => hit.id));
    for (const [id, tile] of this.tiles) {
      if (wanted.has(id)) continue;
      tile.remove();
      this.tiles.delete(id);
    }
    /** @type {HTMLElement | null} */
    let before = null;
    this.divider.hidden = !unrelated;
    for (const [n, hit] of shown.entries()) {
      if (unrelated && n === unrelated) {
        before?.after(this.divider);
        before = this.divider;
      }
      const tile = this.tiles.get(hit.id) ?? this.add(hit);
      fill(tile, hit, folded.get(hit.id) ?? 0);
      /** @type {ChildNode | null} */
      const place = before ? before.nextSibling : this.node.firstChild;
      if (tile !== place) this.node.insertBefore(tile, place);
      before = tile;
    }
    if (!unrelated) this.divider.remove();
    if (!this.node.contains(document.activeElement)) this.reach(this.all[0] ?? null);
  }

  /** The tiles, in the order in which they stand. */
  get all() {
    return findAll(this.node, ".tile");
  }

  /** @param {Hit} hit */
  add(hit) {
    const tile = makeTile(hit);
    this.tiles.set(hit.id, tile);
    return tile;
  }

  /** @param {HTMLElement | null} tile */
  clicked(tile) {
    if (!tile) return;
    this.reach(tile);
    this.board.open(tile.dataset.id);
  }

  /** Arrows walk; up and down by as many tiles as stand in a line.
   *  @param {KeyboardEvent} event */
  key(event) {
    const tile = around(event.target, ".tile");
    if (!tile || event.ctrlKey || event.metaKey || event.altKey) return;
    const columns = getComputedStyle(this.node).gridTemplateColumns.split(" ").length;
    /** @type {Record<string, number>} */
    const ways = { ...SIDEWAYS, ArrowDown: columns, ArrowUp: -columns };
    const by = ways[event.key];
    const { all } = this;
    const next = by && all[all.indexOf(tile) + by];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    if (!next) return;
    this.reach(next);
    next.focus();
  }

  /** Make one tile the one that Tab reaches.
   *  @param {HTMLElement | null} tile */
  reach(tile) {
    for (const other of findAll(this.node, '[tabindex="0"]')) other.tabIndex = -1;
    if (tile) tile.tabIndex = 0;
  }

  /** @param {number | null} id */
  markOpened(id) {
    for (const [known, tile] of this.tiles)
      attribute(tile, "aria-current", known === id ? "true" : null);
  }
}

/** Nothing lies over the picture but, on hover and on focus, both numbers.
 *  @param {Hit} hit */
function makeTile(hit) {
  const picture = el("img", {
    src: thumbOf(hit),
    alt: "",
    loading: "lazy",
    decoding: "async",
    draggable: "false",
    width: 200,
    height: 150,
    data: { fit: fitOf(hit) },
  });
  const short = badgeText(hit.kind, hit.place);
  const tile = el(
    "button",
    { type: "button", class: "tile", tabindex: "-1", title: hit.title, data: { id: hit.id } },
    el(
      "span",
      { class: "tile-thumb" },
      picture,
      el("span", { class: "tile-scores", "data-explain": "relevance" }),
    ),
    el("span", { class: "tile-moved", "data-explain": "movement" }),
    el(
      "span",
      { class: "tile-line" },
      el("b", { class: "tile-rank", "data-explain": "rank" }),
      icon(hit.kind, 14),
      el("span", { class: "tile-title", dir: "auto", "data-content": "", text: hit.title }),
      short ? el("span", { class: "tile-place", "data-explain": "place", text: short }) : null,
      el("span", { class: "tile-behind", "data-explain": "copies" }),
    ),
  );
  draggable(tile, hit);
  return tile;
}

/** @param {HTMLElement} tile @param {Hit} hit @param {number} folded */
function fill(tile, hit, folded) {
  const rank = String(hit.r1 ?? hit.r0);
  const [sign, tone] = movement(hit);
  const scores = [
    hit.sim == null ? "" : `${t("similarity")} ${hit.sim.toFixed(3)}`,
    hit.rel == null ? "" : `${t("relevance")} ${hit.rel.toFixed(3)}`,
  ].filter(Boolean);
  const behind = hit.copies.length + folded;
  say(find(tile, ".tile-rank"), rank);
  say(find(tile, ".tile-scores"), scores.join(" · "));
  say(find(tile, ".tile-moved"), sign);
  find(tile, ".tile-moved").dataset.tone = tone;
  say(find(tile, ".tile-behind"), behind ? `+${behind}` : "");
  const spoken = [rank, isolated(hit.title), t(`kind.${hit.kind}`), ...scores, sign];
  attribute(tile, "aria-label", spoken.filter(Boolean).join(", "));
}
