// A set is asked from the page: which stages, how far it is, Stop.

import { el, say } from "../kit/dom.js";
import { isAborted, postLines } from "../kit/net.js";
import { said } from "../kit/toast.js";
import { t, worded } from "../i18n/strings.js";

/** @import { EvaluateLine } from "./types" */

const STAGES = ["both", "recall", "rerank"];

export class Evaluating {
  /** @param {() => unknown} over a run was added to the history */
  constructor(over) {
    this.over = over;
    /** The set that is shown; null where there is none.
     *  @type {string | null} */
    this.name = null;
    /** @type {AbortController | null} */
    this.running = null;
    this.stage = el(
      "select",
      { "aria-label": t("sets.stages") },
      ...STAGES.map((name) => el("option", { value: name, text: t(`sets.stages.${name}`) })),
    );
    this.go = el("button", {
      type: "button",
      class: "primary",
      text: t("sets.evaluate"),
      onclick: () => this.run(),
    });
    this.stop = el("button", {
      type: "button",
      class: "quiet",
      text: t("upload.stop"),
      hidden: true,
      onclick: () => this.running?.abort(),
    });
    this.say = el("p", { class: "fine", role: "status", "data-explain": "progress" });
    this.meter = el("i", { class: "judge-meter" });
    this.track = el("div", { class: "judge-track", hidden: true }, this.meter);
    this.node = el(
      "div",
      { class: "sets-asking" },
      el("div", { class: "sets-tools" }, this.stage, this.go, this.stop, this.say),
      this.track,
    );
  }

  async run() {
    const { name } = this;
    if (this.running || name === null) return;
    this.running = new AbortController();
    this.draw(t("sets.asking"), 0);
    let end = "";
    try {
      const job = { name, stage: this.stage.value };
      await postLines("/api/sets/evaluate", job, this.running.signal, (line) => {
        end = this.take(line);
      });
    } catch (error) {
      end = isAborted(error) ? t("compare.stopped") : said(error);
    }
    this.running = null;
    this.draw(end, 0);
    this.over();
  }

  /** A line of the answer; what is to be said when it was the last.
   *  @param {EvaluateLine} line */
  take({ done, of, missing, message }) {
    if (message) return worded(message);
    if (of) this.draw(t("several.done", { done: done ?? 0, of }), (done ?? 0) / of);
    return missing ? t("sets.missing", { n: missing }) : "";
  }

  /** @param {string} text @param {number} share */
  draw(text, share) {
    const running = Boolean(this.running);
    const [gone, next] = running ? [this.go, this.stop] : [this.stop, this.go];
    this.stop.hidden = this.go.disabled = false; // what is hidden cannot be focused
    if (document.activeElement === gone) next.focus();
    this.stop.hidden = !running;
    this.go.disabled = this.stage.disabled = running;
    this.track.hidden = !running;
    this.meter.style.setProperty("--done", String(share));
    say(this.say, text);
  }
}
