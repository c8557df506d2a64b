// Above and below the item that is graded: the question, how far the judge is, what is in the way.

import { el, say } from "../kit/dom.js";
import { t } from "../i18n/strings.js";
import { latest } from "../shell/status.js";

/** @import { Pool, State } from "./types" */

export class Heading {
  /** @param {{ results: () => unknown, again: () => unknown, next: () => unknown }} acts */
  constructor(acts) {
    this.title = el("h2", { dir: "auto", "data-content": "" });
    this.progress = el("span", { class: "fine", role: "status", "data-explain": "judging" });
    this.meter = el("i", { class: "judge-meter" });
    this.say = el("p", { class: "fine judge-say", role: "status" });
    this.again = button("retry", acts.again);
    this.next = el(
      "button",
      { type: "button", class: "primary", onclick: () => acts.next() },
      el("span", { text: t("judge.nextQuestion") }),
      el("kbd", { text: "n" }),
    );
    this.node = el(
      "div",
      {},
      el(
        "header",
        { class: "judge-head" },
        this.title,
        this.progress,
        button("judge.results", acts.results),
      ),
      el("div", { class: "judge-track" }, this.meter),
    );
    this.foot = el("div", { class: "judge-foot" }, this.say, this.again, this.next);
  }

  /** @param {State} state @param {Pool | null} pool @param {string} why it failed
   *  @param {boolean} more whether another question is to be graded */
  draw(state, pool, why, more) {
    const items = state === "ready" ? (pool?.items ?? []) : [];
    const graded = items.filter((one) => one.grade !== null).length;
    const of = items.length;
    this.again.hidden = state !== "failed";
    this.next.hidden = !of || graded < of || !more;
    say(this.title, state === "ready" ? pool?.text || t("judge.byFiles") : t("lab.judge"));
    say(this.progress, of ? t("judge.progress", { graded, of }) : "");
    this.meter.style.setProperty("--done", String(of ? graded / of : 0));
    say(this.say, of && graded === of ? t("judge.done") : remark(state, of, why));
  }
}

/** @param {State} state @param {number} items @param {string} why */
function remark(state, items, why) {
  if (state === "failed") return why;
  if (state === "loading") return t("judge.loading");
  if (state === "ready") return items ? "" : t("judge.gone");
  return t(latest && !latest.history ? "judge.noHistory" : "judge.none");
}

/** @param {string} label @param {() => unknown} run */
const button = (label, run) =>
  el("button", { type: "button", class: "quiet", text: t(label), onclick: run });
