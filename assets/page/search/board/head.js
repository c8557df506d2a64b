// What stands above the results: what was found, what moved, and the buttons for how it is shown.

import { densityButton, sideButtons, viewButtons } from "./buttons.js";
import { Inspection } from "../inspection/inspection.js";
import { moreMenu } from "./more_menu.js";
import { Moves } from "./moves.js";
import { legend, phrase } from "./words.js";
import { childrenOf, el, say } from "../../kit/dom.js";
import { sizeButtons } from "../../kit/tile_size.js";
import { asToolbar, settle } from "../../kit/toolbar.js";
import { t } from "../../i18n/strings.js";

/** @import { Hit } from "../types" */
/** @import { Board } from "./board.js" */

export class BoardHead {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    this.status = el("p", {
      class: "board-status",
      "data-explain": "hits",
      role: "status",
      "aria-live": "polite",
    });
    this.legend = el("p", { class: "board-legend" });
    this.moves = new Moves(board);
    this.sides = sideButtons(board);
    this.density = densityButton(board);
    this.views = viewButtons(board);
    this.menu = moreMenu(board);
    this.inspection = new Inspection(board);
    this.tools = asToolbar(
      el(
        "div",
        { class: "board-tools", role: "toolbar", "aria-label": t("view.title") },
        sizeButtons(),
        this.sides,
        this.views,
        this.density,
        this.inspection.button,
        this.menu.button,
      ),
    );
    const { left, newer } = board.messages;
    this.node = el(
      "div",
      { class: "board-head" },
      this.status,
      this.moves.node,
      this.tools,
      this.menu.node,
      el("div", { class: "board-words" }, this.legend, left.node, this.inspection.line, newer),
    );
  }

  /** @param {Hit[]} hits */
  draw(hits) {
    const { root, stage } = this.board;
    this.density.setAttribute("aria-pressed", String(root.dataset.compact === "true"));
    for (const button of childrenOf(this.sides)) {
      button.setAttribute("aria-pressed", String(button.dataset.side === root.dataset.side));
    }
    say(this.status, phrase(this.board));
    this.legend.replaceChildren(...legend(this.board));
    this.moves.draw(hits);
    this.inspection.draw();
    this.node.hidden = stage === "empty";
    this.menu.button.hidden = !hits.length;
    settle(this.tools);
  }
}
