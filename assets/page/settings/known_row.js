// One model to choose: what it is, what it would cost here, and what can be done with it.

import { el, say } from "../kit/dom.js";
import { bytes, count, duration, ms } from "../kit/format.js";
import { post } from "../kit/net.js";
import { complain, toast } from "../kit/toast.js";
import { t, worded } from "../i18n/strings.js";
import { isEditable } from "../shell/status.js";
import { confirmed } from "../kit/confirm.js";
import { nameOf } from "./names.js";
import { GettingLine } from "./getting_line.js";

/** @import { Job, Known, KnownModel } from "./types" */
/** @import { StageCard } from "./stage" */

export class KnownRow {
  /** @param {StageCard} card */
  constructor(card) {
    this.card = card;
    /** @type {KnownModel | null} */
    this.model = null;
    this.name = el("b", { class: "known-name", dir: "auto", "data-content": "" });
    this.facts = el("p", { class: "fine", dir: "auto", "data-explain": "memory" });
    this.time = el("p", { class: "fine", "data-explain": "memory" });
    this.trouble = el("p", {
      class: "known-trouble",
      dir: "auto",
      "data-explain": "memory",
      hidden: true,
    });
    this.line = new GettingLine();
    const { models } = card;
    this.get = this.button("models.get", () => this.tell("get", { source: models.source }));
    this.pause = this.button("models.pause", () => this.tell("pause"));
    this.goOn = this.button("models.goOn", () => this.tell("get"));
    this.again = this.button("models.tryAgain", () => this.tell("get", { source: models.source }));
    this.cancel = this.button("models.cancel", () => this.tell("cancel"));
    this.use = this.button("models.use", () => this.used());
    this.remove = this.button("models.remove", () => this.removed());
    this.now = el("span", { class: "known-now", text: t("models.now") });
    this.buttons = [
      this.get,
      this.pause,
      this.goOn,
      this.again,
      this.cancel,
      this.use,
      this.remove,
    ];
    this.node = el(
      "li",
      { class: "known-row", tabindex: "-1" },
      this.name,
      this.facts,
      this.time,
      this.trouble,
      this.line.node,
      el("div", { class: "known-tools" }, this.now, ...this.buttons),
    );
  }

  /** @param {string} label @param {() => unknown} onclick */
  button(label, onclick) {
    return el("button", { type: "button", class: "quiet", text: t(label), onclick });
  }

  /** @param {KnownModel} model @param {Known} known @param {boolean} used */
  show(model, known, used) {
    this.model = model;
    const job = known.getting.find(({ repository }) => repository === model.repository) ?? null;
    const name = nameOf(model);
    say(this.name, name);
    say(this.facts, factsOf(model, job));
    const time = timeOf(model, known);
    this.time.hidden = !time;
    say(this.time, time);
    const trouble = troublesOf(model, known, used);
    this.trouble.hidden = !trouble;
    say(this.trouble, trouble);
    this.line.show(job, model);
    this.now.hidden = !used;
    this.node.toggleAttribute("data-used", used);
    const may = isEditable();
    const stage = job?.stage ?? "";
    const there = model.folder !== null;
    const moving = stage === "getting" || stage === "waiting";
    const stopped = !there && (stage === "paused" || stage === "failed");
    this.get.hidden = !may || there || moving || stopped || !model.repository;
    this.pause.hidden = !may || !moving;
    this.goOn.hidden = !may || there || stage !== "paused";
    this.again.hidden = !may || there || stage !== "failed";
    this.cancel.hidden = !may || !(moving || stopped);
    this.use.hidden = !may || !there || used || model.trouble !== null;
    this.remove.hidden = !may || !model.removable || used;
    for (const button of this.buttons)
      button.setAttribute("aria-label", `${button.textContent}: ${name}`);
  }

  /** @param {"get" | "pause" | "cancel"} verb @param {object} more */
  async tell(verb, more = {}) {
    try {
      const body = { repository: this.model?.repository, ...more };
      this.card.models.moved((await post(`/api/models/${verb}`, body)).getting);
    } catch (error) {
      complain(error);
    }
  }

  async used() {
    const { model } = this;
    if (!model) return;
    try {
      await this.card.use({ wanted: model.wanted, adapter: "" }, model);
    } catch (error) {
      complain(error);
    }
  }

  async removed() {
    const { model } = this;
    if (!model) return;
    const text = t("models.remove.sure", { name: nameOf(model), size: bytes(model.size) });
    if (!(await confirmed(text, t("models.remove")))) return;
    try {
      const answer = await post("/api/models/remove", { repository: model.repository });
      this.card.models.take(answer);
      toast(t("models.removed", { size: bytes(answer.freed) }));
    } catch (error) {
      complain(error);
    }
  }
}

/** @param {KnownModel} model @param {Job | null} job how far it is stands below */
function factsOf({ size, licence, place, folder, got }, job) {
  const where = folder === null && got && !job ? "left" : folder ? place : "nowhere";
  return [
    size ? bytes(size) : "",
    licence === "apache-2.0" ? "Apache-2.0" : licence,
    t(`models.place.${where}`, { size: bytes(got) }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {KnownModel} model @param {Known} known */
function timeOf({ seconds, role, embedded }, { items }) {
  if (!seconds) return "";
  const each = { time: seconds < 10 ? ms(1000 * seconds) : duration(seconds) };
  if (role === "reranker") return t("models.time.each", each);
  const left = items - embedded;
  if (!items) return t("models.time.item", each);
  if (left <= 0) return t("models.time.none");
  return t("models.time", { n: count(left), time: duration(seconds * left) });
}

/** What is in the way. What is used has its memory already, be that free or not.
 *  @param {KnownModel} model @param {Known} known @param {boolean} used */
function troublesOf(model, known, used) {
  if (model.trouble) return worded(model.trouble);
  const lines = [];
  const size = bytes(model.memory);
  if (model.fits_memory === false)
    lines.push(t("models.memory.short", { size, all: bytes(known.memory) }));
  else if (model.fits_now === false && !used)
    lines.push(t("models.memory.full", { size, free: bytes(known.memory_free) }));
  if (model.fits_disk === false)
    lines.push(
      t("models.disk.short", { size: bytes(model.size - model.got), free: bytes(known.free) }),
    );
  return lines.join(" ");
}
