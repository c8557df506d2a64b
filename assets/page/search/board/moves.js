// How many hits the second stage moved, and where: each count shows those hits alone.

import { isInSight } from "./shown.js";
import { attribute, childrenOf, el, find, say } from "../../kit/dom.js";
import { count } from "../../kit/format.js";
import { asToolbar, settle } from "../../kit/toolbar.js";
import { t } from "../../i18n/strings.js";

/** @import { Hit, Moved } from "../types" */
/** @import { Board } from "./board.js" */

/** @type {Record<Moved, string>} */
const TONES = { rescued: "up", promoted: "up", kept: "same", demoted: "down", dropped: "down" };
const MOVES = /** @type {Moved[]} */ (Object.keys(TONES));

export class Moves {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    const buttons = MOVES.map((moved) =>
      el(
        "button",
        {
          type: "button",
          class: `tally ${TONES[moved]}`,
          "data-explain": "movement",
          data: { moved },
          title: t(`moved.${moved}.hint`),
          onclick: () => board.narrow((now) => now.toggleMoved(moved)),
        },
        el("span"),
      ),
    );
    this.node = asToolbar(
      el("div", { class: "moves", role: "toolbar", "aria-label": t("moved.title") }, ...buttons),
    );
  }

  /** @param {Hit[]} hits */
  draw(hits) {
    const { stage, value } = this.board;
    const { moves } = this.board.narrowing;
    const known = ["rerank", "done", "stopped"].includes(stage) && Boolean(value?.rerank);
    const top = value?.top ?? 0;
    for (const button of childrenOf(this.node)) {
      const moved = /** @type {Moved} */ (button.dataset.moved);
      const n = hits.filter((hit) => hit.moved === moved && isInSight(hit, top)).length;
      button.hidden = !known || (!n && !moves.has(moved));
      say(find(button, "span"), t(`moved.${moved}`, { n: count(n) }));
      attribute(button, "aria-pressed", String(moves.has(moved)));
    }
    settle(this.node);
  }
}
