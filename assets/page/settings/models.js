// The models of both stages, side by side: what is in use, and what could be.

import { el } from "../kit/dom.js";
import { getJson } from "../kit/net.js";
import { said } from "../kit/toast.js";
import { t } from "../i18n/strings.js";
import { isEditable, latest } from "../shell/status.js";
import { StageCard } from "./stage.js";

/** @import { Stages, Status } from "../shell/types" */
/** @import { Job, Known, Source } from "./types" */

const BUSY = 1000; // milliseconds between two looks at what is being got
const EMBEDDING = 3000; // and at how many items are embedded, while some are
export const MOVING = new Set(["waiting", "getting"]);

const SOURCES = /** @type {const} */ (["hugging-face", "modelscope"]);

export class Models {
  constructor() {
    /** @type {Known | null} */
    this.known = null;
    /** @type {Stages | null} */
    this.stages = null;
    /** @type {Source} */
    this.source = "hugging-face";
    this.seen = ""; // of the status, what was loaded for
    this.loaded = 0; // when
    this.timer = 0;
    this.cards = [new StageCard("embedder", this), new StageCard("reranker", this)];
    this.from = this.sources();
    this.waiting = el("p", { class: "fine", role: "status", text: t("models.loading") });
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.again = el("button", {
      type: "button",
      class: "quiet",
      hidden: true,
      text: t("retry"),
      onclick: () => this.load(),
    });
    this.node = el(
      "div",
      { class: "models-choice" },
      el("div", { class: "model-cards" }, ...this.cards.map((card) => card.node)),
      this.waiting,
      this.problem,
      this.again,
      this.from,
    );
  }

  /** Draw what the page's own poll tells, and ask for more where that has changed.
   *  @param {Status} status */
  show(status) {
    const { models, coming = [], index, writable, read_only: demo } = status;
    this.cards.forEach((card, n) =>
      card.showNow(models[n], coming.find(({ role }) => role === card.role) ?? null),
    );
    this.from.hidden = !this.known || !isEditable();
    if (demo) this.waiting.hidden = true;
    if (demo || !this.node.offsetParent) return;
    const seen = JSON.stringify([models, coming, index.state, writable]);
    const old = Date.now() - this.loaded > EMBEDDING;
    const filling = this.cards.some((card) => card.isFilling);
    if (
      seen !== this.seen ||
      !this.problem.hidden ||
      (old && (filling || index.state === "indexing"))
    ) {
      this.seen = seen;
      this.load();
    }
  }

  async load() {
    if (latest?.read_only) return;
    this.loaded = Date.now();
    try {
      const [stages, known] = await Promise.all([
        getJson("/api/models/stages"),
        getJson("/api/models/known"),
      ]);
      this.stages = stages;
      this.take(known);
      this.fail("");
    } catch (error) {
      this.fail(said(error));
    }
  }

  /** @param {string} why */
  fail(why) {
    this.waiting.hidden = true;
    this.problem.textContent = why;
    this.problem.hidden = this.again.hidden = !why;
  }

  /** @param {Known} known */
  take(known) {
    this.known = known;
    this.from.hidden = !isEditable();
    this.draw();
  }

  /** What is being got has moved; a model that came or went changes the whole list.
   *  @param {Job[]} getting */
  moved(getting) {
    if (!this.known) return;
    const before = this.known.getting;
    this.known = { ...this.known, getting };
    const settled = getting.some(
      ({ repository, stage }) =>
        !MOVING.has(stage) && before.find((one) => one.repository === repository)?.stage !== stage,
    );
    if (settled) this.load();
    else this.draw();
  }

  draw() {
    const { known, stages } = this;
    if (!known || !stages) return;
    this.cards.forEach((card, n) => card.showChoice(stages.stages[n], known));
    clearTimeout(this.timer);
    if (known.getting.some(({ stage }) => MOVING.has(stage)))
      this.timer = setTimeout(() => this.look(), BUSY);
  }

  async look() {
    if (!this.node.isConnected) return;
    try {
      this.moved((await getJson("/api/models/getting")).getting);
      this.fail("");
    } catch (error) {
      this.fail(said(error));
    }
  }

  /** Where models are got from: one choice for all of them. */
  sources() {
    const choice = el("div", { class: "segments", role: "group", "aria-label": t("models.from") });
    /** @param {Source} source */
    const choose = (source) => {
      this.source = source;
      for (const button of choice.querySelectorAll("button"))
        button.setAttribute("aria-pressed", String(button.dataset.source === source));
    };
    for (const source of SOURCES)
      choice.append(
        el("button", {
          type: "button",
          data: { source },
          text: t(`models.${source}`),
          onclick: () => choose(source),
        }),
      );
    choose(this.source);
    return el(
      "div",
      { class: "models-from", hidden: true },
      el("span", { class: "label", text: t("models.from") }),
      choice,
      el("p", { class: "fine", text: t("models.from.hint") }),
    );
  }
}
