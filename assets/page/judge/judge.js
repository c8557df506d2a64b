// judge/: hits of both stages are graded without knowing which stage, score or name they have.
//
// The state is here, once: which question, which of its items, who judges. Every grade goes to the
// program at once, so that nothing is lost when the window is closed.

import { memory, on, emit } from "../kit/bus.js";
import { attribute, debounced, el } from "../kit/dom.js";
import { getJson, post, put } from "../kit/net.js";
import { complain, said } from "../kit/toast.js";
import { t } from "../i18n/strings.js";
import { GradeCard } from "./card.js";
import { Heading } from "./heading.js";
import { listenToKeys } from "./keys.js";
import { Questions } from "./questions.js";
import { Results } from "./results.js";
import { choices } from "./settings.js";

/** @import { Blind, Grade, Pool, State } from "./types" */

const PAUSE = 500; // milliseconds without a key until a note or a name is taken

export class Judge {
  constructor() {
    /** @type {Pool | null} */
    this.pool = null;
    /** The run that is judged, or is to be.
     *  @type {number | null} */
    this.run = null;
    /** Further runs of the same question, which are pooled with it.
     *  @type {number[]} */
    this.also = [];
    /** The run on the board.
     *  @type {number | null} */
    this.current = null;
    this.at = 0;
    this.busy = false;
    this.judge = memory.get("judge", "") || t("judge.me");
    this.first = Number(memory.get("judge-first", 10));
    /** @type {State} */
    this.state = "idle";
    this.why = "";
    this.results = new Results(() => this.turn(false));
    this.questions = new Questions((run) => this.load(run));
    this.card = new GradeCard({
      grade: (grade) => this.grade(grade),
      step: (by) => this.step(by),
      undo: () => this.undo(),
      note: debounced((/** @type {string} */ note) => this.note(note), PAUSE),
    });
    this.heading = new Heading({
      results: () => this.turn(true),
      again: () => this.load(this.run),
      next: () => this.questions.goOn(),
    });
    this.judging = el(
      "section",
      { class: "judge-one", "aria-label": t("lab.judge") },
      this.heading.node,
      this.card.node,
      this.heading.foot,
    );
    this.node = this.build();
    on("judge", this.node, ({ run, also }) => this.load(run, also));
    on("scored", this.node, ({ value }) => this.follow(value?.run ?? null));
    listenToKeys(this);
    emit("unheard");
    this.draw();
  }

  build() {
    const tools = choices(this.judge, this.first, {
      judge: debounced((/** @type {string} */ name) => this.named(name), PAUSE),
      first: (first) => this.deep(first),
    });
    const main = el("div", { class: "judge-main" }, this.judging, this.results.node);
    return el("div", { class: "judge" }, el("aside", {}, tools, this.questions.node), main);
  }

  /** The screen has come into sight. */
  show() {
    emit("close"); // the detail would say what is to be hidden
    this.questions.load(this.judge, this.first);
    if (this.state === "idle" || this.state === "failed") this.load(this.run ?? this.current);
  }

  /** The board has a finished search: that is what the Lab is about now.
   *  @param {number | null} run */
  follow(run) {
    if (run === null || run === this.current) return;
    this.current = run;
    this.state = "idle";
    this.run = run;
    if (this.node.offsetParent) this.show();
  }

  /** @param {number | null} run @param {number[]} [also] */
  async load(run, also = run === this.run ? this.also : []) {
    this.run = run;
    this.also = also;
    this.turn(false);
    if (run === null) {
      this.draw();
      return;
    }
    this.state = "loading";
    this.draw();
    try {
      const pool = await this.asked(run);
      if (run !== this.run) return; // another one was chosen meanwhile
      this.pool = pool;
      this.state = "ready";
      this.at = Math.max(
        0,
        pool.items.findIndex((item) => item.grade === null),
      );
    } catch (error) {
      if (run !== this.run) return;
      this.state = "failed";
      this.why = said(error);
    }
    this.draw();
  }

  /** @param {number} run */
  asked(run) {
    return getJson("/api/judging/pool", {
      run: [run, ...this.also],
      judge: this.judge,
      k: this.first,
    });
  }

  get item() {
    return this.state === "ready" ? (this.pool?.items[this.at] ?? null) : null;
  }

  /** @param {Grade} grade */
  async grade(grade) {
    const { item } = this;
    if (!item || this.busy || !(await this.keep(item, grade, item.note))) return;
    const items = this.pool?.items ?? [];
    const next = [...items.slice(this.at + 1), ...items].find((one) => one.grade === null);
    if (next) this.at = items.indexOf(next);
    else this.at = Math.min(this.at + 1, items.length - 1);
    this.draw();
  }

  /** @param {string} note */
  async note(note) {
    const { item } = this;
    if (item && item.note !== note) {
      item.note = note;
      if (item.grade !== null) await this.keep(item, item.grade, note);
    }
  }

  /** @param {Blind} item @param {Grade} grade @param {string} note */
  async keep(item, grade, note) {
    const { run, judge } = this;
    this.busy = true;
    try {
      await put("/api/judging/grade", { run, item: item.id, judge, grade, note });
      item.grade = grade;
      this.questions.count(run, this.pool);
      return true;
    } catch (error) {
      complain(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async undo() {
    const { run, judge, pool } = this;
    if (run === null || !pool || this.busy) return;
    this.busy = true;
    try {
      const { undone } = await post("/api/judging/undo", { run, judge });
      if (undone) {
        const now = await this.asked(run);
        const known = new Map(pool.items.map((item) => [item.id, item.grade]));
        const changed = now.items.findIndex((item) => known.get(item.id) !== item.grade);
        this.pool = now;
        if (changed >= 0) this.at = changed;
        this.questions.count(run, now);
      }
    } catch (error) {
      complain(error);
    } finally {
      this.busy = false;
    }
    this.draw();
  }

  /** @param {number} by */
  step(by) {
    const last = (this.pool?.items.length ?? 1) - 1;
    this.at = Math.max(0, Math.min(last, this.at + by));
    this.draw();
  }

  /** @param {string} name */
  named(name) {
    this.judge = name.trim() || t("judge.me");
    memory.set("judge", this.judge);
    this.questions.load(this.judge, this.first);
    this.load(this.run);
  }

  /** @param {number} first */
  deep(first) {
    this.first = first;
    memory.set("judge-first", first);
    this.questions.load(this.judge, this.first);
    this.load(this.run);
  }

  /** Turn to the results, or back to judging.
   *  @param {boolean} results */
  turn(results) {
    this.judging.hidden = results;
    if (results) this.results.load(this.run, this.first);
    else this.results.close();
  }

  draw() {
    this.questions.mark(this.run);
    const items = this.state === "ready" ? (this.pool?.items ?? []) : [];
    this.card.draw(this.item, { at: this.at, of: items.length });
    this.card.node.hidden = !items.length;
    this.heading.draw(this.state, this.pool, this.why, this.questions.next !== null);
    attribute(this.judging, "data-state", this.state);
  }
}
