// Ties and stability: on demand all candidates are judged again in other ways, which costs as much
// as the search did. So it is said before, can be stopped, and what is known by then stays.

import { stateLine } from "./part.js";
import { nameOf } from "./tiles.js";
import { attribute, el, findAll, say } from "../../kit/dom.js";
import { bytes, duration } from "../../kit/format.js";
import { getJson, isAborted, postLines, Refused } from "../../kit/net.js";
import { t, worded } from "../../i18n/strings.js";

/** @import { Margin, Margins, Plan, PlannedWay } from "./types" */
/** @import { Board } from "../board/board.js" */

/** Smaller than what is written with four digits. */
const UNSEEN = 0.00005;

export class Stability {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    this.run = 0;
    /** What it would cost; null until that was asked.
     *  @type {Plan | null} */
    this.plan = null;
    /** @type {Margins | null} */
    this.found = null;
    /** As `stateLine` takes it.
     *  @type {unknown} */
    this.state = null;
    /** Stops what runs; null where nothing does.
     *  @type {AbortController | null} */
    this.running = null;
    this.stopped = false;
    this.line = stateLine(() => this.ask());
    this.cost = el("p", { class: "inspect-count", "data-explain": "cost" });
    this.ways = el("div", {
      class: "inspect-ways",
      role: "group",
      "aria-label": t("stability.ways"),
    });
    this.ways.addEventListener("change", () => this.draw());
    this.begin = el("button", {
      type: "button",
      class: "primary",
      text: t("stability.begin"),
      onclick: () => this.judge(),
    });
    this.stop = el("button", {
      type: "button",
      class: "quiet",
      text: t("stability.stop"),
      onclick: () => this.running?.abort(),
    });
    this.bar = el("progress", { max: 1, value: 0, "aria-label": t("stability.title") });
    this.progress = el("span", { "data-explain": "progress", role: "status" });
    this.ties = el("ul", { class: "inspect-ties", "data-explain": "margin" });
    this.list = el("ol", {
      class: "inspect-margins",
      tabindex: "0",
      "aria-label": t("stability.list"),
    });
    this.node = el(
      "details",
      { class: "inspect-part inspect-stability" },
      el("summary", {}, el("h3", { text: t("stability.title") })),
      el("p", { class: "fine", text: t("stability.hint") }),
      this.line.node,
      this.cost,
      this.ways,
      el("p", { class: "inspect-slider" }, this.begin, this.stop, this.bar, this.progress),
      this.ties,
      this.list,
    );
    this.node.addEventListener("toggle", () => this.node.open && this.ask());
  }

  /** Another run is on the board.
   *  @param {number} run */
  load(run) {
    this.running?.abort();
    this.run = run;
    this.plan = null;
    this.found = null;
    this.stopped = false;
    this.draw();
    if (this.node.open) this.ask();
  }

  /** Ask what it would cost. */
  async ask() {
    const { run } = this;
    if (this.plan || !run) return;
    this.state = "loading";
    this.draw();
    try {
      const plan = await getJson(`/api/inspect/${run}/stability`);
      if (run !== this.run) return;
      this.plan = plan;
      this.state = null;
      this.ways.replaceChildren(...plan.ways.map(choice));
    } catch (error) {
      if (run !== this.run) return;
      this.state = error;
    }
    this.draw();
  }

  /** Judge all candidates again, in the ways that are chosen. */
  async judge() {
    const { run, board } = this;
    const running = new AbortController();
    this.running = running;
    this.stopped = false;
    this.state = null;
    this.draw();
    this.stop.focus();
    try {
      await postLines(
        `/api/inspect/${run}/stability`,
        { ways: this.chosen() },
        running.signal,
        (line) => {
          if (line.failed) throw new Refused(worded(line.failed), 0);
          if (run !== this.run) return;
          this.found = line;
          board.head.inspection.mark(line.done ? marginsOf(line) : null);
          this.draw();
        },
      );
    } catch (error) {
      // A stream that breaks off says so in the words of the browser.
      const why = error instanceof Refused ? error : new Refused(t("offline"), 0);
      if (run === this.run && !isAborted(error)) this.state = why;
    }
    if (this.running !== running) return;
    this.running = null;
    this.stopped = running.signal.aborted;
    const held = document.activeElement === this.stop;
    this.draw();
    if (held) this.begin.focus();
  }

  /** @returns {string[]} */
  chosen() {
    const boxes = /** @type {HTMLInputElement[]} */ (findAll(this.ways, "input"));
    return boxes.filter((one) => one.checked).map((one) => one.value);
  }

  draw() {
    const { plan, found, running } = this;
    this.line.draw(this.state);
    const ways = this.chosen().length;
    for (const part of [this.cost, this.ways]) part.hidden = !plan;
    if (plan) {
      const time = duration(plan.seconds * ways);
      say(this.cost, t("stability.cost", { n: plan.candidates, ways, time }));
    }
    this.begin.hidden = !plan || Boolean(running);
    this.begin.disabled = !ways;
    this.stop.hidden = !running;
    this.bar.hidden = !running;
    const { done, total } = found ?? { done: 0, total: 0 };
    attribute(this.bar, "value", total ? done / total : 0);
    const halted = this.stopped ? "stability.stopped" : "stability.progress";
    say(this.progress, running || this.stopped ? t(halted, { done, total }) : "");
    for (const part of [this.ties, this.list]) part.hidden = !found?.done;
    if (found?.done) this.drawFound(found);
  }

  /** @param {Margins} found */
  drawFound({ hits, ties, done, total }) {
    const said = ties.map(([first, last]) => t("stability.ties", { first, last }));
    if (!said.length && done === total) said.push(t("stability.apart"));
    this.ties.replaceChildren(...said.map((text) => el("li", { text })));
    const top = hits.slice(0, this.board.value?.top ?? hits.length);
    this.list.replaceChildren(
      ...top.map((hit, n) => {
        const tied = ties.some(([first, last]) => first <= n + 1 && n + 1 <= last);
        const text = marginText(hit);
        const range = el("i", { class: "range-bar" });
        range.style.setProperty("--low", String(hit.low));
        range.style.setProperty("--high", String(hit.high));
        return el(
          "li",
          { data: tied ? { tied: "" } : {} },
          el("span", { "data-explain": "rank", text: String(n + 1) }),
          el("span", {
            class: "inspect-name",
            dir: "auto",
            "data-content": "",
            text: nameOf(this.board, hit.item),
          }),
          range,
          el("span", { "data-explain": "margin", text: `${hit.relevance.toFixed(4)} ± ${text}` }),
        );
      }),
    );
  }
}

/** Half of the range, with as many digits as the program tells.
 *  @param {{ low: number, high: number }} hit */
function marginText({ low, high }) {
  const margin = (high - low) / 2;
  return margin < UNSEEN ? "< 0.0001" : margin.toFixed(4);
}

/** What the rows of the board say of it: ± of every hit, and which of them are tied.
 *  @param {Margins} found @returns {Map<number, Margin>} */
const marginsOf = ({ hits, ties }) =>
  new Map(
    hits.map((hit, n) => {
      const tied = ties.find(([first, last]) => first <= n + 1 && n + 1 <= last) ?? null;
      return [hit.item, { text: `± ${marginText(hit)}`, tied }];
    }),
  );

/** A way that can be left out; one that is not possible says why.
 *  @param {PlannedWay} planned */
function choice({ way, why_not, memory, dtype }) {
  const input = el("input", { type: "checkbox", value: way, disabled: Boolean(why_not) });
  input.checked = !why_not;
  const more = why_not
    ? worded(why_not)
    : memory
      ? t("stability.memory", { size: bytes(memory) })
      : "";
  return el(
    "label",
    { class: "check" },
    input,
    el("span", { text: t(`stability.${way}`, { dtype }), "data-explain": "margin" }),
    el("span", { class: "fine", "data-explain": "memory", text: more }),
  );
}
