// The button below the results, the same for every view: what is there but folded away in the wall
// of pictures, then a search that looks further. At the most that can be asked for, it says so
// instead.

import { reachable } from "./rows.js";
import { MOST } from "../question/state.js";
import { emit } from "../../kit/bus.js";
import { el } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

/** @import { Board } from "./board.js" */

/** What the button offers; without `press` there is nothing more to be had, and no button.
 *  @typedef {{ text: string, press?: () => void }} Offer */

export class MoreResults {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    /** @type {(() => void) | undefined} */
    this.press = undefined;
    this.end = el("p", { class: "fine board-end", "data-explain": "hits", hidden: true });
    this.node = el("button", {
      type: "button",
      class: "more board-more",
      "data-explain": "hits",
      hidden: true,
      onclick: () => this.press?.(),
    });
  }

  /** Offer what leads to more than the `found` hits. While a search runs, a focused button
   *  stays.
   *  @param {number} found */
  draw(found) {
    const { stage } = this.board;
    const held = document.activeElement === this.node;
    const settled = ["done", "stopped"].includes(stage);
    const offer = settled ? this.offer(found) : null;
    this.press = offer?.press;
    this.end.hidden = !offer || Boolean(offer.press);
    if (offer && !offer.press) this.end.textContent = offer.text;
    this.node.hidden = !offer?.press && !(held && !settled && stage !== "error");
    if (offer?.press) this.node.replaceChildren(el("span", { text: offer.text }), icon("down", 16));
    if (held && this.node.hidden) reachable(this.board)?.focus({ preventScroll: true });
  }

  /** @param {number} found @returns {Offer | null} */
  offer(found) {
    const { root, value } = this.board;
    const { all } = this.board.narrowing;
    if (!value) return null;
    const folded = all ? 0 : found - value.top;
    if (folded > 0) {
      if (root.dataset.view !== "grid") return null; // columns and table unfold by themselves
      return { text: t("more.rerank", { n: folded }), press: () => this.board.toggleAll() };
    }
    if (value.exhausted) return null;
    const top = Math.min(MOST, 2 * Math.max(found, value.top));
    if (top <= found) return { text: t("more.over", { n: count(found) }) };
    return {
      text: t("more.further", { n: top }),
      press: () => emit("ask", { change: () => ({ top }) }),
    };
  }
}
