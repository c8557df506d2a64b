// search/inspection/: what a finished search shows when asked: other depths, ties, kinds.
//
// The strip above the results: how far the stages agree, in one line, and behind a button the rest.
// It speaks of the run on the board; while another search runs, what it showed stays, dimmed.

import { Balance } from "./balance.js";
import { DepthExplorer } from "./depth.js";
import { Stability } from "./stability.js";
import { onEscape } from "../question/folds.js";
import { attribute, el, say } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { getJson } from "../../kit/net.js";
import { t } from "../../i18n/strings.js";

/** @import { Board } from "../board/board.js" */
/** @import { Margin } from "./types" */

export class Inspection {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    /** The finished search on the board; null for one that cannot be inspected.
     *  @type {number | null} */
    this.run = null;
    /** How sure each relevance is, once that was found out, for the rows.
     *  @type {Map<number, Margin> | null} */
    this.margins = null;
    this.open = false;
    /** Whether the parts know the run. */
    this.asked = false;
    const label = t("inspect.title");
    this.line = el("p", { class: "board-agreement", "data-explain": "agreement", hidden: true });
    this.button = el(
      "button",
      {
        type: "button",
        class: "quiet inspect-button",
        "aria-label": label,
        title: label,
        "aria-controls": "inspection",
        onclick: () => this.show(!this.open),
      },
      icon("depth", 16),
    );
    this.parts = [new DepthExplorer(board), new Stability(board), new Balance(board)];
    this.again = el("p", { class: "board-agreement again", "data-explain": "agreement" });
    this.why = el("p", { class: "fine inspect-why", role: "status" });
    this.node = el(
      "section",
      { id: "inspection", class: "inspection", "aria-label": label, hidden: true },
      this.why,
      this.again,
      ...this.parts.map((part) => part.node),
    );
    const fold = () => this.show(false);
    for (const one of [this.button, this.node]) onEscape(one, () => this.open, fold, this.button);
  }

  /** @param {boolean} open */
  show(open) {
    this.open = open;
    this.draw();
  }

  /** Why there is nothing to be inspected; empty where there is. */
  reason() {
    const { stage, value } = this.board;
    if (["begun", "recall", "rerank"].includes(stage)) return t("inspect.later");
    if (stage !== "done" || !value) return t("inspect.unfinished");
    if (!value.hits.some((hit) => hit.rel != null)) return t("inspect.unjudged");
    return value.run == null ? t("inspect.off") : "";
  }

  draw() {
    const { value, stage } = this.board;
    const why = this.reason();
    const run = why ? null : (value?.run ?? null);
    const hasHits = Boolean(value?.hits.length) && stage !== "empty" && stage !== "listing";
    if (run !== this.run) this.take(run);
    this.button.hidden = !hasHits;
    this.node.hidden = !this.open || !hasHits;
    attribute(this.button, "aria-expanded", String(this.open));
    say(this.why, why);
    this.why.hidden = !why;
    const waits = Boolean(why) && this.asked && ["begun", "recall", "rerank"].includes(stage);
    this.why.classList.toggle("spoken-only", waits); // nothing moves while scores arrive
    for (const { node } of this.parts) {
      if (why && node.contains(document.activeElement)) this.button.focus({ preventScroll: true });
      node.toggleAttribute("data-out", Boolean(why) && !waits);
      node.toggleAttribute("inert", Boolean(why));
    }
    if (run !== null && this.open && !this.asked) this.load(run);
  }

  /** Another run, or none, is on the board.
   *  @param {number | null} run */
  async take(run) {
    this.run = run;
    this.margins = null;
    this.line.hidden = this.again.hidden = true;
    if (run === null) return;
    this.asked = false;
    try {
      const { tau, overlap, k } = await getJson(`/api/inspect/${run}/agreement`);
      if (run !== this.run || tau === null) return;
      for (const line of [this.line, this.again])
        say(line, t("agreement.line", { tau: tau.toFixed(2).replace("-", "−"), overlap, k }));
      this.line.hidden = this.again.hidden = false;
    } catch {
      // The line is left out; what the strip shows says why itself.
    }
  }

  /** @param {Map<number, Margin> | null} margins */
  mark(margins) {
    this.margins = margins;
    this.board.later();
  }

  /** @param {number} run */
  load(run) {
    this.asked = true;
    for (const part of this.parts) part.load(run);
  }
}
