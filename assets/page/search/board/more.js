// The button below the results, the same for every view: what is there but folded away in the wall
// of pictures, then a search that looks further. At the most that can be asked for, it says so
// instead.

import { DEFAULTS, TOPS } from "../question/state.js";
import { emit } from "../../kit/bus.js";
import { el } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

export class MoreResults {
  constructor(board) {
    this.board = board;
    this.end = el("p", { class: "fine board-end", hidden: true });
    this.node = el("button", {
      type: "button",
      class: "more board-more",
      hidden: true,
      onclick: () => this.press?.(),
    });
  }

  /** Offer what leads to more than the `found` hits. While a search runs, a focused button
   *  stays. */
  draw(found) {
    const { stage } = this.board;
    const held = document.activeElement === this.node;
    const settled = ["done", "stopped"].includes(stage);
    const offer = settled ? this.offer(found) : null;
    this.press = offer?.press;
    this.end.hidden = !offer?.over;
    if (offer?.over) this.end.textContent = offer.text;
    const button = offer && !offer.over;
    this.node.hidden = !button && !(held && !settled && stage !== "error");
    if (button) this.node.replaceChildren(el("span", { text: offer.text }), icon("down", 16));
    if (held && this.node.hidden)
      this.board.root.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  offer(found) {
    const { all, root, value } = this.board;
    const folded = all ? 0 : found - value.top;
    if (folded > 0) {
      if (root.dataset.view !== "grid") return null; // columns and table unfold by themselves
      return { text: t("more.rerank", { n: folded }), press: () => this.board.toggleAll() };
    }
    const top = Math.min(TOPS.at(-1), 2 * Math.max(found, value.top));
    const asked = value.rerank
      ? Math.max(value.asked.choices.depth ?? DEFAULTS.depth, value.top)
      : value.top;
    const exhausted = found + (value.left?.collapsed ?? 0) < asked;
    if (exhausted) return null;
    if (top <= found) return { over: true, text: t("more.over", { n: count(found) }) };
    return {
      text: t("more.further", { n: top }),
      press: () => emit("ask", { change: () => ({ top }) }),
    };
  }
}
