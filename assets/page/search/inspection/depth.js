// The depth explorer: one slider through all depths that the run can tell of.

import { load, stateLine } from "./part.js";
import { hitsOf, tileLine, tiles } from "./tiles.js";
import { emit } from "../../kit/bus.js";
import { attribute, el, say } from "../../kit/dom.js";
import { ms } from "../../kit/format.js";
import { t } from "../../i18n/strings.js";

/** @import { Depths } from "./types" */
/** @import { Board } from "../board/board.js" */

/** How deep one run for looking around goes. */
const DEEP = 100;

export class DepthExplorer {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    this.run = 0;
    /** @type {Depths | null} */
    this.found = null;
    /** As `stateLine` takes it.
     *  @type {unknown} */
    this.state = null;
    /** The depth that is shown. */
    this.depth = 0;
    this.line = stateLine(() => this.load(this.run));
    this.slider = el("input", { type: "range", step: 1, "aria-label": t("inspect.depth") });
    this.slider.addEventListener("input", () => {
      this.depth = Number(this.slider.value);
      this.draw();
    });
    this.cost = el("output", { class: "inspect-cost", "data-explain": "cost" });
    this.top = tileLine("inspect.top");
    this.entered = tileLine("inspect.below");
    this.count = el("p", { class: "inspect-count", "data-explain": "cost" });
    /** @param {() => number} depth */
    const ask = (depth) => () => emit("ask", { change: () => ({ depth: depth() }) });
    /** @param {() => void} onclick */
    const button = (onclick) => el("button", { type: "button", class: "quiet", onclick });
    this.use = button(ask(() => this.depth));
    this.deeper = button(ask(() => DEEP));
    for (const one of [this.use, this.deeper]) attribute(one, "data-explain", "depth");
    say(this.deeper, t("inspect.deeper", { n: DEEP }));
    this.body = el(
      "div",
      { class: "inspect-body" },
      el("div", { class: "inspect-slider" }, this.slider, this.cost),
      this.top,
      this.count,
      this.entered,
    );
    this.node = el(
      "div",
      { class: "inspect-part inspect-depth" },
      el(
        "header",
        {},
        el("h3", { text: t("inspect.depth") }),
        el("p", { class: "fine", text: t("inspect.depth.hint") }),
        el("span", { class: "inspect-actions" }, this.use, this.deeper),
      ),
      this.line.node,
      this.body,
    );
  }

  /** @param {number} run */
  load(run) {
    return load(this, "depth", run, ({ depths }) => (this.depth = depths.at(-1)?.depth ?? 0));
  }

  draw() {
    const { board, found } = this;
    const held = [this.use, this.deeper].find((one) => one === document.activeElement);
    this.line.draw(this.state);
    this.body.hidden = !found;
    this.deeper.hidden = !found || found.depths.length === 0 || this.isDeepest(found);
    this.use.hidden = !found || this.depth === found.depths.at(-1)?.depth;
    say(this.use, t("inspect.use", { n: this.depth }));
    if (held?.hidden) this.slider.focus({ preventScroll: true });
    const shown = found?.depths.find((one) => one.depth === this.depth);
    if (!found || !shown) return;
    attribute(this.slider, "min", found.depths[0].depth);
    attribute(this.slider, "max", found.depths.at(-1)?.depth);
    this.slider.value = String(this.depth);
    const cost = t(found.measured ? "inspect.cost" : "inspect.cost.shared", {
      n: this.depth,
      time: ms(shown.milliseconds),
    });
    say(this.cost, cost);
    attribute(this.slider, "aria-valuetext", cost);
    const last = new Set(found.depths.at(-1)?.top);
    const leaving = new Set(shown.top.filter((id) => !last.has(id)));
    const mark = t("inspect.leaves");
    this.top.replaceChildren(...tiles(board, hitsOf(board, shown.top), { marked: leaving, mark }));
    const n = shown.entered.length;
    say(this.count, n ? t("inspect.entered", { n }) : t("inspect.none", { n: this.depth }));
    this.entered.replaceChildren(...tiles(board, hitsOf(board, shown.entered)));
  }

  /** Whether there is nothing deeper to look at.
   *  @param {Depths} found */
  isDeepest(found) {
    const { value } = this.board;
    return Boolean(value?.exhausted) || (found.depths.at(-1)?.depth ?? 0) >= DEEP;
  }
}
