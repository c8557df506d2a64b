// How far a model is that is being got: a bar, what has come, how fast, how long still.

import { el, say } from "../kit/dom.js";
import { bytes, duration } from "../kit/format.js";
import { t, worded } from "../i18n/strings.js";

/** @import { Job, KnownModel } from "./types" */

export class GettingLine {
  constructor() {
    this.meter = el("i", { class: "meter" });
    this.amount = el("p", { class: "fine", "data-explain": "progress" });
    this.note = el("p", {
      class: "known-trouble",
      "data-explain": "progress",
      role: "status",
      dir: "auto",
      hidden: true,
    });
    this.node = el("div", { class: "getting", hidden: true }, this.meter, this.amount, this.note);
  }

  /** @param {Job | null} job @param {KnownModel} model */
  show(job, model) {
    const shown = job !== null && !["done", "cancelled"].includes(job.stage) && !model.folder;
    this.node.hidden = !shown;
    if (!job || !shown) return;
    this.node.dataset.stage = job.stage;
    const total = job.total || model.size;
    this.meter.style.setProperty("--done", String(total ? Math.min(1, job.done / total) : 0));
    this.meter.hidden = !job.done && job.stage === "failed";
    say(this.amount, amountOf(job, total));
    const why = job.stage === "failed" ? job.message : job.note;
    this.note.hidden = !why;
    say(this.note, why ? worded(why) : "");
  }
}

/** @param {Job} job @param {number} total */
function amountOf({ stage, done, speed, left }, total) {
  const parts = [];
  if (stage === "waiting") parts.push(t("models.waiting"));
  if (stage === "paused") parts.push(t("models.paused"));
  if (done || stage === "getting")
    parts.push(t("models.amount", { done: bytes(done), total: bytes(total) }));
  if (stage === "getting" && speed) parts.push(`${bytes(speed)}/s`);
  if (stage === "getting" && left != null) parts.push(t("index.left", { time: duration(left) }));
  return parts.join(" · ");
}
