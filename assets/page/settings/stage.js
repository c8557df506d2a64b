// One stage of a search: the model that does it now, and those that could.

import { el, say } from "../kit/dom.js";
import { bytes, count } from "../kit/format.js";
import { post } from "../kit/net.js";
import { complain, toast } from "../kit/toast.js";
import { t, worded } from "../i18n/strings.js";
import { isEditable, refresh } from "../shell/status.js";
import { Fidelity } from "./fidelity.js";
import { FolderForm } from "./folder_form.js";
import { keepFocus } from "./held.js";
import { KnownRow } from "./known_row.js";
import { isUsed, nameOfChoice } from "./names.js";
import { wantsIt } from "./replacing.js";

/** @import { Model, Stage } from "../shell/types" */
/** @import { Choice, Known, KnownModel, Role } from "./types" */
/** @import { Models } from "./models" */

export class StageCard {
  /** @param {Role} role @param {Models} models */
  constructor(role, models) {
    this.role = role;
    this.models = models;
    /** @type {Stage | null} */
    this.stage = null;
    this.name = el("h3", { dir: "auto", "data-content": "" });
    this.state = el("span", { class: "model" }, el("i", { class: "dot" }), el("span"));
    this.detail = el("p", { class: "fine", dir: "auto", "data-explain": "memory" });
    this.memory = el("p", { class: "fine", "data-explain": "memory" });
    this.coming = el("p", {
      class: "model-coming",
      "data-explain": "memory",
      role: "status",
      dir: "auto",
      hidden: true,
    });
    this.meter = el("i", { class: "meter", hidden: true });
    this.embedded = el("p", { class: "fine", "data-explain": "progress", hidden: true });
    this.retry = this.button("retry", () => {
      toast(t("models.again"));
      return post("/api/models/retry").then(refresh, complain);
    });
    this.back = this.button("models.back", () => this.switchBack());
    this.fidelity = new Fidelity(role);
    /** @type {Map<string, KnownRow>} */
    this.rows = new Map();
    this.list = el("ul", { class: "known-models", "aria-label": t(`models.choice.${role}`) });
    this.off = role === "reranker" ? this.offRow() : null;
    this.folder = new FolderForm(this);
    this.choice = el(
      "div",
      { class: "stage-choice", hidden: true },
      el("p", { class: "label", text: t("models.choice") }),
      this.list,
      this.folder.node,
    );
    const now = [this.state, this.detail, this.memory, this.coming, this.meter, this.embedded];
    const tools = el("div", { class: "known-tools" }, this.retry, this.back);
    this.node = el(
      "div",
      { class: "model-card", tabindex: "-1", data: { role } },
      el("p", { class: "label", text: t(`role.${role}`) }),
      this.name,
      ...now,
      tools,
      this.fidelity.node,
      this.choice,
    );
  }

  /** Whether items are still to be embedded with it. */
  get isFilling() {
    return !this.meter.hidden;
  }

  /** @param {string} label @param {() => unknown} onclick */
  button(label, onclick) {
    return el("button", { type: "button", class: "quiet", hidden: true, text: t(label), onclick });
  }

  /** The line of reranking that is off. */
  offRow() {
    this.turnOff = el("button", {
      type: "button",
      class: "quiet",
      text: t("models.turnOff"),
      onclick: () => this.use({ wanted: "none", adapter: "" }).catch(complain),
    });
    this.isOff = el("span", { class: "known-now", text: t("models.now") });
    return el(
      "li",
      { class: "known-row" },
      el("b", { class: "known-name", text: t("model.off") }),
      el("p", { class: "fine", text: t("models.off.what") }),
      el("div", { class: "known-tools" }, this.turnOff, this.isOff),
    );
  }

  /** What does it now, by the page's own poll.
   *  @param {Model} model @param {Model | null} coming */
  showNow(model, coming) {
    keepFocus(this.node, () => {
      say(this.name, model.state === "off" ? t("model.off") : model.name);
      this.state.dataset.state = toneOf(model.state);
      say(this.state.children[1], t(`state.${model.state}`));
      say(this.detail, model.state === "off" ? "" : worded(model.detail));
      this.memory.hidden = !model.memory;
      say(this.memory, t("models.memory", { size: bytes(model.memory ?? 0) }));
      this.retry.hidden = model.state !== "failed" || !isEditable();
      this.showComing(model, coming);
      this.fidelity.show(model);
    });
  }

  /** @param {Model} model @param {Model | null} coming */
  showComing(model, coming) {
    this.coming.hidden = !coming;
    if (!coming) return;
    const failed = coming.state === "failed";
    this.coming.toggleAttribute("data-failed", failed);
    const name = coming.name;
    const key = failed ? "models.failed" : "models.coming";
    say(this.coming, t(key, { name, now: model.name, why: worded(coming.detail) }));
  }

  /** What could do it, and how far the embedder's space is filled.
   *  @param {Stage} stage @param {Known} known */
  showChoice(stage, known) {
    this.stage = stage;
    const may = isEditable();
    keepFocus(this.node, () => {
      this.choice.hidden = false;
      this.folder.node.hidden = !may;
      this.showEmbedded(stage);
      const former = stage.former && isThere(stage.former, known) ? stage.former : null;
      this.back.hidden = !former || !may;
      if (former) say(this.back, t("models.back", { name: nameOfChoice(former) }));
      const mine = known.models.filter(({ role }) => role === this.role || role === null);
      this.showRows(mine, known);
      if (!this.off || !this.turnOff || !this.isOff) return;
      this.turnOff.hidden = stage.state === "off" || !may;
      this.isOff.hidden = stage.state !== "off";
      this.list.append(this.off);
    });
  }

  /** @param {Stage} stage */
  showEmbedded({ embedded, items, fingerprint }) {
    const filling = embedded != null && items != null && embedded < items && Boolean(fingerprint);
    this.embedded.hidden = this.meter.hidden = !filling;
    if (!filling) return;
    say(this.embedded, t("models.embedded", { done: count(embedded), n: count(items) }));
    this.meter.style.setProperty("--done", String(embedded / items));
  }

  /** @param {KnownModel[]} models @param {Known} known */
  showRows(models, known) {
    const rows = models.map((model) => {
      const key = model.wanted;
      const row = this.rows.get(key) ?? new KnownRow(this);
      this.rows.set(key, row);
      row.show(model, known, this.stage !== null && isUsed(model, this.stage));
      return row;
    });
    const gone = new Set(this.rows.keys());
    for (const { wanted } of models) gone.delete(wanted);
    for (const key of gone) {
      this.rows.get(key)?.node.remove();
      this.rows.delete(key);
    }
    rows.forEach(({ node }, n) => {
      if (this.list.children[n] !== node) this.list.insertBefore(node, this.list.children[n]);
    });
  }

  /** Have another model, once the person has read what that means.
   *  @param {Choice} choice @param {KnownModel | null} model */
  async use(choice, model = null) {
    const { known } = this.models;
    if (!known || !this.stage) return;
    if (this.role === "embedder" && !(await wantsIt(this.stage, known, model))) return;
    await this.change("/api/models/use", { role: this.role, ...choice });
  }

  /** Nothing is embedded again for the model before, so nothing is asked. */
  async switchBack() {
    try {
      await this.change("/api/models/back", { role: this.role });
    } catch (error) {
      complain(error);
    }
  }

  /** @param {"/api/models/use" | "/api/models/back"} path @param {object} body */
  async change(path, body) {
    this.models.stages = await post(path, body);
    this.models.draw();
    refresh();
  }
}

/** Whether a model that was in use before can still be; of a folder only trying tells.
 *  @param {Choice} former @param {Known} known */
function isThere({ wanted }, known) {
  const listed = known.models.find((model) => model.wanted === wanted);
  return !listed || listed.folder !== null;
}

/** @param {string} state */
const toneOf = (state) =>
  ({ waiting: "loading", loading: "loading", failed: "failed", off: "off" })[state] ?? "ready";
