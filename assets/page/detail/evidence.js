// The tab that shows by which parts of an item it was found: what both stages lose without each.
// It is computed on request, for it takes as long as judging the item some thirty times.

import { inspected, keyOf } from "./asked.js";
import { Finding } from "./finding.js";
import { fallsTable, wholeText } from "./falls.js";
import { heatOf } from "./heat.js";
import { remarkOf } from "./remark.js";
import { attribute, el } from "../kit/dom.js";
import { count, duration } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { t } from "../i18n/strings.js";

/** @import { Detail } from "./detail.js" */
/** @import { Evidence, Reading, Subject } from "./types" */

/** @type {Reading[]} */
const READINGS = ["relevance", "similarity"];

export class EvidenceTab {
  /** @param {Detail} detail */
  constructor(detail) {
    this.detail = detail;
    this.finding = new Finding(() => this.show());
    /** @type {string | null | undefined} */
    this.key = undefined;
    /** What the map shows.
     *  @type {Reading} */
    this.reading = "relevance";
    this.about = el("p", { class: "fine", text: t("evidence.about") });
    this.remark = el("div");
    this.bar = el("div", { class: "evidence-bar" });
    this.result = el("div", { class: "evidence-result" });
    this.spoken = el("p", { class: "spoken-only", role: "status" });
    this.node = el("div", { class: "panel-evidence" });
  }

  /** Begins anew where another hit or another search is meant.
   *  @param {Subject} subject */
  draw(subject) {
    const { item, hit, answer } = subject;
    const key = answer ? (keyOf(subject) ?? `none ${answer.seq}`) : null;
    if (key === this.key) return;
    this.key = key;
    this.finding.forget();
    if (!answer || !hit) {
      const text = t(answer ? "scores.elsewhere" : "evidence.none");
      this.node.replaceChildren(el("p", { class: "fine why-none", text }));
      return;
    }
    this.node.replaceChildren(this.about, this.remark, this.bar, this.spoken, this.result);
    this.finding.about(inspected(item.id, answer));
  }

  /** Draws what is known. */
  show() {
    const { state, evidence, failed, cost } = this.finding;
    this.remark.replaceChildren(...(cost ? remarkOf(cost) : []));
    const held = this.bar.contains(document.activeElement);
    this.bar.replaceChildren(...this.controls());
    if (held) (this.bar.querySelector("button") ?? this.detail.frame.list)?.focus();
    this.spoken.textContent = t(`evidence.${state}`);
    if (failed) {
      const text = el("span", { text: failed });
      this.result.replaceChildren(
        el("p", { class: "panel-gone", role: "alert" }, icon("alert", 22), text),
      );
    } else if (evidence) this.drawEvidence(evidence);
    else this.result.replaceChildren();
  }

  /** @returns {HTMLElement[]} */
  controls() {
    const { state, evidence, cost } = this.finding;
    if (state === "asking")
      return [el("p", { class: "fine", role: "status", text: t("evidence.asking") })];
    if (state === "running") return [this.progress(), this.stopButton()];
    if (state === "done" && evidence) return [this.doneText(evidence)];
    const seconds = cost?.seconds == null ? null : duration(cost.seconds);
    const passes = { n: cost?.passes ?? 0, count: count(cost?.passes ?? 0), time: seconds };
    const text = t(seconds ? "evidence.find" : "evidence.find.passes", passes);
    const start = () => (cost ? this.finding.find() : this.finding.again());
    const label = el("span", { text: cost ? text : t("detail.again") });
    const find = el(
      "button",
      { type: "button", class: "primary", "data-explain": "passes", onclick: start },
      icon(cost ? "eye" : "retry", 16),
      label,
    );
    const note = state === "stopped" ? t("evidence.stopped") : "";
    return [find, ...(note ? [el("p", { class: "fine", text: note })] : [])];
  }

  progress() {
    const { evidence, cost } = this.finding;
    const [done, most] = [evidence?.passes ?? 0, evidence?.most ?? cost?.passes ?? 0];
    const meter = el("i", { class: "meter" });
    meter.style.setProperty("--done", String(most ? done / most : 0));
    const text = t("evidence.progress", { done: count(done), count: count(most), n: most });
    return el(
      "div",
      { class: "evidence-progress", "data-explain": "passes" },
      meter,
      el("span", { class: "fine", text }),
    );
  }

  stopButton() {
    return el(
      "button",
      { type: "button", class: "quiet", onclick: () => this.finding.stop() },
      icon("stop", 16),
      el("span", { text: t("evidence.stop") }),
    );
  }

  /** @param {Evidence} evidence */
  doneText({ kept, passes, seconds }) {
    const values = { count: count(passes), n: passes, time: duration(seconds) };
    const text = t(kept ? "evidence.kept" : "evidence.took", values);
    return el("p", { class: "fine", "data-explain": "passes", text });
  }

  /** @param {Evidence} evidence */
  drawEvidence(evidence) {
    const known = READINGS.filter((one) => evidence.whole[one] !== null);
    if (!known.includes(this.reading)) this.reading = known[0] ?? "relevance";
    const focused = this.result.querySelector(":focus");
    const held = focused?.getAttribute("data-reading");
    const choice = known.map((one) => this.choice(one));
    const title = t("evidence.reading");
    const { item } = this.detail;
    if (!item) return;
    this.result.replaceChildren(
      wholeText(evidence),
      el("div", { class: "segments", role: "group", "aria-label": title }, ...choice),
      heatOf(item, evidence, this.reading),
      el("p", {
        class: "fine",
        data: { explain: "falls" },
        text: t(`evidence.colours.${this.reading}`),
      }),
      fallsTable(item, evidence, this.reading),
    );
    if (focused?.closest(".heat-walk")) this.walkOn();
    if (held) choice[known.indexOf(/** @type {Reading} */ (held))]?.focus({ preventScroll: true });
  }

  /** The map was drawn anew below the keyboard. */
  walkOn() {
    const part = this.result.querySelector(".heat-walk [tabindex='0']");
    if (part instanceof HTMLElement) part.focus({ preventScroll: true });
  }

  /** @param {Reading} reading */
  choice(reading) {
    const pick = () => {
      this.reading = reading;
      this.show();
    };
    const button = el("button", {
      type: "button",
      text: t(reading),
      data: { reading, explain: "falls" },
      onclick: pick,
    });
    attribute(button, "aria-pressed", String(reading === this.reading));
    return button;
  }

  release() {
    this.key = undefined;
    this.finding.forget();
    this.node.replaceChildren();
  }
}
