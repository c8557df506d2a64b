// Compare: the question on the board under two settings, side by side; or several questions, those
// that differ most first. Nothing of it changes what is asked in Search, until *Use this*.

import { emit, on } from "../kit/bus.js";
import { el, findAll, say } from "../kit/dom.js";
import { getJson, isAborted, postForLines } from "../kit/net.js";
import { said } from "../kit/toast.js";
import { t, worded } from "../i18n/strings.js";
import { DEFAULTS, fromQuestion } from "../search/question/state.js";
import { Missing } from "./missing.js";
import { Several } from "./several.js";
import { Side } from "./side.js";

/** @import { Answer, SentQuestion } from "../search/types" */
/** @import { CompareLine, Comparison } from "./types" */

export class Compare {
  constructor() {
    /** What is on the board.
     *  @type {SentQuestion | null} */
    this.question = null;
    /** @type {AbortController | null} */
    this.running = null;
    /** @type {Record<string, number>} */
    this.grades = {};
    this.sides = [new Side("left"), new Side("right")];
    this.title = el("h2", { dir: "auto", "data-content": "" });
    this.go = this.button("compare.go", () => this.run(false), "primary");
    this.judge = this.button("compare.judge", () => this.run(true));
    this.stop = this.button("upload.stop", () => this.running?.abort());
    this.stop.hidden = true;
    this.say = el("p", { class: "compare-say", role: "status", "data-explain": "overlap" });
    this.several = new Several(() => this.settings());
    this.missing = new Missing();
    this.node = el(
      "div",
      { class: "compare" },
      el("header", { class: "judge-head" }, this.title, this.go, this.judge, this.stop),
      this.say,
      el("div", { class: "compare-sides" }, ...this.sides.map(({ node }) => node)),
      this.missing.node,
      this.several.node,
    );
    on("scored", this.node, ({ value }) => this.follow(value));
    this.draw();
  }

  /** @param {string} label @param {() => unknown} run @param {string} look */
  button(label, run, look = "quiet") {
    return el("button", { type: "button", class: look, text: t(label), onclick: run });
  }

  show() {
    this.missing.load();
    this.loadSpaces();
    emit("unheard");
  }

  async loadSpaces() {
    const spaces = await getJson("/api/comparison/spaces").catch(() => null);
    if (spaces) for (const side of this.sides) side.offer(spaces);
  }

  settings() {
    const [left, right] = this.sides.map((side) => side.changes);
    return { left, right, answered: this.sides.map((side) => side.answering.value) };
  }

  /** The Lab is about what is on the board; a running comparison goes on.
   *  @param {Answer | null} value */
  follow(value) {
    if (!value || value.typing || this.running) return;
    const { question } = value;
    if (JSON.stringify(question) === JSON.stringify(this.question)) return;
    this.question = question;
    const { choices } = fromQuestion(question);
    for (const side of this.sides) side.begin({ ...DEFAULTS, ...choices });
    this.draw();
  }

  /** @param {boolean} keep whether both searches go into the history, to be judged */
  async run(keep) {
    const { question } = this;
    if (!question || this.running) return;
    this.running = new AbortController();
    for (const side of this.sides) side.clear();
    this.draw(t("compare.running"));
    const job = { questions: [question], ...this.settings(), keep };
    try {
      /** @type {AsyncGenerator<CompareLine>} */
      const lines = postForLines("/api/comparison", job, this.running.signal);
      for await (const line of lines) this.take(line);
    } catch (error) {
      this.draw(isAborted(error) ? t("compare.stopped") : said(error));
    }
    this.running = null;
    this.draw();
  }

  /** @param {CompareLine} line */
  take({ side, value, comparison, grades, runs, message }) {
    if (side !== undefined && value) this.sides[side].take(value, this.grades);
    if (message) say(this.say, worded(message));
    if (!comparison) return;
    this.grades = grades ?? {};
    const moved = new Map(comparison.movers.map((one) => [one.item, one]));
    for (const one of this.sides) one.compare(moved, this.grades);
    say(this.say, sentence(comparison));
    const [first, ...also] = (runs ?? []).filter((run) => run != null);
    if (first !== undefined) emit("judge", { run: first, also });
  }

  /** @param {string} [text] */
  draw(text) {
    const { question, running } = this;
    const words = question ? question.text || t("judge.byFiles") : t("lab.compare");
    say(this.title, words);
    if (text !== undefined) say(this.say, text);
    else if (!question) say(this.say, t("compare.none"));
    else if (this.say.textContent === t("compare.none")) say(this.say, t("compare.hint"));
    this.go.disabled = this.judge.disabled = !question || Boolean(running);
    this.stop.hidden = !running;
    for (const button of findAll(this.node, ".compare-use"))
      button.toggleAttribute("disabled", !question);
  }
}

/** @param {Comparison} comparison */
export const sentence = ({ k, overlap, difference, movers }) =>
  t("compare.said", {
    k,
    overlap: String(Math.round(overlap * 100)),
    difference: difference.toFixed(3),
    n: movers.length,
  });
