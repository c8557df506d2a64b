// What can be judged: the questions of the history, each once, with how far this judge is.

import { attribute, childrenOf, el, say } from "../kit/dom.js";
import { getJson } from "../kit/net.js";
import { said } from "../kit/toast.js";
import { t } from "../i18n/strings.js";

/** @import { Judged, Pool } from "./types" */

export class Questions {
  /** @param {(run: number) => unknown} choose */
  constructor(choose) {
    this.choose = choose;
    this.list = el("ul", { class: "judge-questions" });
    this.say = el("p", { class: "fine", role: "status" });
    this.node = el(
      "nav",
      { "aria-label": t("judge.questions") },
      el("h2", { text: t("judge.questions") }),
      this.list,
      this.say,
    );
    /** As they stand in the list.
     *  @type {Judged[]} */
    this.known = [];
    this.asked = 0;
    /** @type {number | null} */
    this.run = null;
  }

  /** @param {string} judge @param {number} k */
  async load(judge, k) {
    const asked = ++this.asked;
    if (!this.list.childElementCount) say(this.say, t("judge.loading"));
    try {
      const { questions } = await getJson("/api/judging/questions", { judge, k });
      if (asked !== this.asked) return;
      this.known = questions;
      this.list.replaceChildren(...questions.map((one) => this.line(one)));
      this.mark(this.run);
      say(this.say, questions.length ? "" : t("judge.noQuestions"));
    } catch (error) {
      if (asked === this.asked) say(this.say, said(error));
    }
  }

  /** @param {Judged} one */
  line({ run, text, graded, items }) {
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "judge-question", data: { run }, onclick: () => this.choose(run) },
        el("span", { dir: "auto", "data-content": "", text: text || t("judge.byFiles") }),
        el("span", {
          class: "fine",
          "data-explain": "judging",
          text: t("judge.of", { graded, of: items }),
        }),
      ),
    );
  }

  /** The next question that is not graded to its end, after the one that is judged and round. */
  get next() {
    const at = this.known.findIndex(({ run }) => run === this.run);
    const others = [...this.known.slice(at + 1), ...this.known.slice(0, Math.max(at, 0))];
    return others.find(({ graded, items }) => graded < items) ?? null;
  }

  /** Turn to that. */
  goOn() {
    if (this.next) this.choose(this.next.run);
  }

  /** A grade was given or taken back.
   *  @param {number | null} run @param {Pool | null} pool */
  count(run, pool) {
    const items = pool?.items ?? [];
    const graded = items.filter((one) => one.grade !== null).length;
    for (const one of this.known) if (one.run === run) one.graded = graded;
    for (const line of childrenOf(this.list)) {
      const button = line.firstElementChild;
      if (!(button instanceof HTMLElement) || Number(button.dataset.run) !== run) continue;
      const number = button.lastElementChild;
      if (number) say(number, t("judge.of", { graded, of: items.length }));
    }
  }

  /** Say which of them is judged.
   *  @param {number | null} run */
  mark(run) {
    this.run = run;
    for (const line of childrenOf(this.list))
      for (const button of childrenOf(line))
        attribute(button, "aria-current", Number(button.dataset.run) === run ? "true" : null);
  }
}
