// The results as a wall of pictures, best first: for looking through many of them.

import { around, attribute, childrenOf, el, find, findAll, say } from "../../kit/dom.js";
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
    this.node.addEventListener("click", (event) => this.clicked(around(event.target, ".tile")));
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  /** Draw the first `top` hits, reranked ones before the others.
   *  @param {Hit[]} hits @param {number} top */
  draw(hits, top) {
    const shown = [...hits]
      .sort((a, b) => (a.r1 ?? 1e6 + a.r0) - (b.r1 ?? 1e6 + b.r0))
      .slice(0, top);
    const wanted = new Set(shown.map((hit) => hit.id));
    for (const [id, tile] of this.tiles) {
      if (wanted.has(id)) continue;
      tile.remove();
      this.tiles.delete(id);
    }
    /** @type {HTMLElement | null} */
    let before = null;
    for (const hit of shown) {
      const tile = this.tiles.get(hit.id) ?? this.add(hit);
      fill(tile, hit);
      /** @type {ChildNode | null} */
      const place = before ? before.nextSibling : this.node.firstChild;
      if (tile !== place) this.node.insertBefore(tile, place);
      before = tile;
    }
    if (!this.node.contains(document.activeElement)) this.reach(childrenOf(this.node)[0] ?? null);
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
    const all = childrenOf(this.node);
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

/** @param {Hit} hit */
function makeTile(hit) {
  const short = badgeText(hit.kind, hit.place);
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
  const badge = el(
    "span",
    { class: "badge" },
    icon(hit.kind, 13),
    short ? el("span", { text: short }) : null,
  );
  const head = el("span", { class: "tile-rank" });
  const tile = el(
    "button",
    { type: "button", class: "tile", tabindex: "-1", title: hit.title, data: { id: hit.id } },
    el("span", { class: "tile-thumb" }, picture, badge, head),
    el("span", { class: "tile-title", dir: "auto", text: hit.title }),
    el("span", { class: "tile-score" }),
  );
  draggable(tile, hit);
  return tile;
}

/** @param {HTMLElement} tile @param {Hit} hit */
function fill(tile, hit) {
  const rank = hit.r1 ?? hit.r0;
  const name = hit.rel == null ? "similarity" : "relevance";
  const score = hit.rel ?? hit.sim;
  say(
    find(tile, ".tile-rank"),
    hit.copies.length ? `${rank}  +${hit.copies.length}` : String(rank),
  );
  say(find(tile, ".tile-score"), score == null ? "" : `${t(name)} ${score.toFixed(3)}`);
  attribute(tile, "aria-label", [rank, isolated(hit.title), t(`kind.${hit.kind}`)].join(", "));
}
