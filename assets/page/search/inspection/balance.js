// How kinds compete: where the scores of each lie, and what rank a hit has within its kind.

import { load, stateLine } from "./part.js";
import { nameOf } from "./tiles.js";
import { el, svg } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

/** @import { Kinds, KindScores, Placed, Quartiles } from "./types" */
/** @import { Board } from "../board/board.js" */

/** Of a strip, in the units of its drawing. */
const WIDTH = 200;
const HEIGHT = 14;

export class Balance {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    this.run = 0;
    /** @type {Kinds | null} */
    this.found = null;
    /** As `stateLine` takes it.
     *  @type {unknown} */
    this.state = null;
    this.line = stateLine(() => this.load(this.run));
    this.kinds = el("div", { class: "inspect-kinds" });
    this.list = el("ol", {
      class: "inspect-margins",
      tabindex: "0",
      "aria-label": t("balance.list"),
    });
    this.node = el(
      "details",
      { class: "inspect-part inspect-balance", hidden: true },
      el("summary", {}, el("h3", { text: t("balance.title") })),
      el("p", { class: "fine", text: t("balance.hint") }),
      this.line.node,
      this.kinds,
      this.list,
    );
  }

  /** @param {number} run */
  load(run) {
    return load(this, "balance", run);
  }

  draw() {
    const { found } = this;
    this.line.draw(this.state);
    const kinds = found?.kinds ?? [];
    this.node.hidden = this.state === null && kinds.length < 2; // nothing competes
    this.kinds.replaceChildren(...rows(kinds));
    const top = this.board.value?.top ?? 0;
    this.list.replaceChildren(...(found?.hits ?? []).slice(0, top).map((hit) => this.row(hit)));
  }

  /** @param {Placed} hit */
  row({ item, kind, rank, within }) {
    return el(
      "li",
      {},
      el("span", { "data-explain": "rank", text: String(rank) }),
      el("span", {
        class: "inspect-name",
        dir: "auto",
        "data-content": "",
        text: nameOf(this.board, item),
      }),
      icon(kind, 14),
      el("span", {
        "data-explain": "kinds",
        text: t("balance.within", { kind: t(`kind.${kind}`), n: within }),
      }),
    );
  }
}

/** @param {KindScores[]} kinds */
function rows(kinds) {
  const ends = kinds.flatMap(({ similarity }) => similarity ?? []);
  const scale = { from: Math.min(...ends), to: Math.max(...ends) };
  return kinds.map((one) =>
    el(
      "div",
      { class: "inspect-kind" },
      el(
        "b",
        { "data-explain": "kinds" },
        icon(one.kind, 14),
        t("balance.kind", { kind: t(`kinds.${one.kind}`), n: one.count, shown: one.shown }),
      ),
      strip("similarity", one.similarity, scale),
      strip("relevance", one.relevance, { from: 0, to: 1 }),
    ),
  );
}

/** A line from the lowest to the highest score, a box around the middle half, a mark at the median.
 *  @param {"similarity" | "relevance"} name @param {Quartiles | null} scores
 *  @param {{ from: number, to: number }} scale */
export function strip(name, scores, { from, to }) {
  if (!scores) return null;
  const [low, first, median, third, high] = scores.map(
    (score) => ((score - from) / (to - from || 1)) * WIDTH,
  );
  const numbers = scores.map((score) => score.toFixed(3)).join(" · ");
  const drawn = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { class: "whisker", d: `M${low} ${HEIGHT / 2}H${high}` }),
    svg("rect", {
      class: "box",
      x: first,
      y: 2,
      width: Math.max(third - first, 1),
      height: HEIGHT - 4,
    }),
    svg("path", { class: "median", d: `M${median} 0V${HEIGHT}` }),
  );
  return el(
    "div",
    { class: "inspect-strip", title: t("balance.numbers", { numbers }) },
    el("span", { text: t(name) }),
    drawn,
    el("span", { "data-explain": "kinds", text: t("balance.median", { n: scores[2].toFixed(3) }) }),
    el("span", {
      class: "spoken-only",
      text: t("balance.numbers", { numbers }),
      "data-explain": "kinds",
    }),
  );
}
