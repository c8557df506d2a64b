// The tab that says why an item was found by the search on the board: by which stage at which rank,
// who stands beside it, and which words it holds; or why it was not found.

import { copiesBlock } from "./copies.js";
import { Elsewhere } from "./elsewhere.js";
import { wordsBlock } from "./matched.js";
import { neighboursOf } from "./neighbours.js";
import { queriesBlock, stageBlock, timesText, verdictBlock } from "./scores.js";
import { el } from "../kit/dom.js";
import { t } from "../i18n/strings.js";

/** @import { Detail } from "./detail.js" */
/** @import { Subject } from "./types" */

export class WhyTab {
  /** @param {Detail} detail */
  constructor(detail) {
    this.detail = detail;
    this.drawn = "";
    this.elsewhere = new Elsewhere(detail);
    this.node = el("div", { class: "panel-scores" });
  }

  /** Drawn anew only where something that it says has changed.
   *  @param {Subject} subject */
  draw(subject) {
    const { item, hit, answer } = subject;
    const beside = hit && answer ? neighboursOf(answer.hits, hit) : null;
    const key = JSON.stringify([item.id, item.words, answer?.seq, answer?.stage, hit, beside]);
    if (key === this.drawn) return;
    this.drawn = key;
    const held = this.node.contains(document.activeElement);
    this.node.replaceChildren(...this.parts(subject, beside).filter((part) => part !== null));
    if (held) this.detail.frame.list.focus();
  }

  /** @param {Subject} subject @param {ReturnType<typeof neighboursOf> | null} beside
   *  @returns {(HTMLElement | null)[]} */
  parts({ item, hit, answer }, beside) {
    if (!answer) return [el("p", { class: "fine why-none", text: t("why.none") })];
    if (!hit || !beside)
      return [this.elsewhere.block(item, answer), wordsBlock(item, answer, null)];
    return [
      verdictBlock(hit, answer),
      stageBlock("recall", hit, answer, beside.recall, this.detail),
      answer.rerank ? stageBlock("rerank", hit, answer, beside.rerank, this.detail) : null,
      queriesBlock(hit, answer),
      wordsBlock(item, answer, hit),
      copiesBlock(hit),
      timesText(hit, answer),
    ];
  }

  release() {
    this.drawn = "";
    this.node.replaceChildren();
  }
}
