// What stands above the results: what was asked and found, and the buttons for how it is shown.

import { densityButton, sideButtons, viewButtons } from "./buttons.js";
import { legend, phrase } from "./words.js";
import { childrenOf, el, say } from "../../kit/dom.js";
import { sizeButtons } from "../../kit/tile_size.js";

/** @import { Hit } from "../types" */
/** @import { Board } from "./board.js" */

export class BoardHead {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    this.status = el("p", { class: "board-status", role: "status", "aria-live": "polite" });
    this.legend = el("p", { class: "board-legend" });
    this.sides = sideButtons(board);
    this.density = densityButton(board);
    this.views = viewButtons(board);
    this.tools = el(
      "div",
      { class: "board-tools" },
      sizeButtons(),
      this.sides,
      this.views,
      this.density,
    );
    const { left, newer } = board.messages;
    const words = el("div", { class: "board-words" }, this.status, this.legend, left.node, newer);
    this.node = el("div", { class: "board-head" }, words, this.tools);
  }

  /** @param {Hit[]} hits */
  draw(hits) {
    const { root, stage } = this.board;
    this.density.setAttribute("aria-pressed", String(root.dataset.compact === "true"));
    for (const button of childrenOf(this.sides)) {
      button.setAttribute("aria-pressed", String(button.dataset.side === root.dataset.side));
    }
    say(this.status, phrase(this.board));
    this.legend.replaceChildren(...legend(this.board, hits));
    this.node.hidden = stage === "empty";
  }
}
