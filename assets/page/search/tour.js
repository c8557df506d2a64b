// A tour through the guided queries: what to look at, and what each stage made of it this time.
//
// The tour asks within the collection of the samples, so that other files, which may be right as
// well, do not count as wrong.

import { keep, keepNext, place } from "./address.js";
import { cleared, FILTERS } from "./question/state.js";
import { emit, on } from "../kit/bus.js";
import { el, isTyping } from "../kit/dom.js";
import { placeText } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson, postFiles } from "../kit/net.js";
import { t, worded } from "../i18n/strings.js";
import { complain } from "../kit/toast.js";
import { answers, verdict } from "./tour_verdicts.js";

const OWN = [...FILTERS, "like", "not_like", "unlike", "words", "crops", "also", "instruction"];
const STAGES = ["recall", "rerank"];

export class Tour {
  constructor() {
    this.stops = [];
    this.at = -1;
    this.seen = null; // the newest hits of the board, whatever they answer
    this.build();
    on("tour", this.node, ({ name }) => this.start(name));
    on("asked", this.node, ({ asked }) => this.follow(asked));
    on("scored", this.node, (seen) => {
      this.seen = seen;
      if (this.stop) this.drawVerdicts();
    });
    on("unasked", this.node, () => this.close());
    addEventListener("popstate", () => this.node.isConnected && this.restore());
    document.addEventListener("keydown", (event) => this.node.isConnected && this.key(event));
    if (place("tour")) this.restore();
  }

  build() {
    const button = (name, label, run, back = false) => {
      const parts = [icon(name, 16), el("span", { text: t(label) })];
      return el(
        "button",
        { type: "button", class: "quiet", onclick: run },
        ...(back ? parts : parts.reverse()),
      );
    };
    this.count = el("p", { class: "tour-count" });
    this.note = el("p", { class: "tour-note" });
    this.verdicts = el("div", { class: "tour-verdicts", role: "status" });
    this.right = el("p", { class: "tour-right" });
    this.back = button("left", "tour.back", () => this.step(-1), true);
    this.next = button("right", "tour.next", () => this.step(1));
    this.out = el("button", {
      type: "button",
      class: "quiet",
      text: t("tour.leave"),
      onclick: () => this.leave(),
    });
    const words = el(
      "div",
      { class: "tour-words" },
      this.count,
      this.note,
      this.verdicts,
      this.right,
    );
    const steps = el("div", { class: "tour-steps" }, this.back, this.next, this.out);
    this.node = el(
      "section",
      { class: "tour", "aria-label": t("tour.title"), hidden: true },
      words,
      steps,
    );
  }

  get stop() {
    return this.stops[this.at] ?? null;
  }

  async load() {
    const { stops, collection } = await getJson("/api/tour");
    Object.assign(this, { stops, collection });
  }

  /** Begin at a stop, or at the first. */
  async start(name) {
    try {
      await this.load();
    } catch (error) {
      complain(error);
      return;
    }
    if (!this.stops.length) return;
    await this.go(
      Math.max(
        0,
        this.stops.findIndex((stop) => stop.name === name),
      ),
    );
    this.next.focus({ preventScroll: true });
  }

  /** Stand where the address says, which asks by itself. */
  async restore() {
    const name = place("tour");
    if (name && !this.stops.length) await this.load().catch(complain);
    this.at = this.stops.findIndex((stop) => stop.name === name);
    this.draw();
  }

  async step(by) {
    const at = this.at + by;
    if (this.stops[at]) await this.go(at);
    // A button that has just been disabled loses the focus a moment later.
    const { activeElement } = document;
    if (activeElement === document.body || activeElement?.disabled)
      (by > 0 ? this.out : this.next).focus({ preventScroll: true });
  }

  /** Ask what the stop `at` asks, as if a person had typed it and added the file. */
  async go(at) {
    this.at = at;
    const { stop, collection } = this;
    this.draw();
    try {
      const files = stop.file ? await uploaded(stop) : [];
      if (this.stop !== stop) return; // a later step was faster
      keepNext({ tour: stop.name });
      emit("ask", { text: stop.text, files, change: () => ({ ...cleared(OWN), collection }) });
    } catch (error) {
      complain(error);
    }
  }

  /** A person's own question ends the tour; that of another stop was overtaken by a further
   *  step. */
  follow(asked) {
    if (!this.stop || this.stops.some((stop) => answers(stop, asked))) return;
    keep({ tour: null });
    this.leave();
  }

  /** Search the whole library again; the way back leads into the tour. */
  leave() {
    this.close();
    let widened = false;
    emit("narrow", ({ collection }) => {
      widened = collection === this.collection;
      return widened ? { collection: "" } : {};
    });
    (widened ? keepNext : keep)({ tour: null });
    document.querySelector("#query textarea")?.focus({ preventScroll: true });
  }

  close() {
    this.at = -1;
    this.draw();
  }

  draw() {
    const { stop } = this;
    this.node.hidden = !stop;
    if (!stop) return;
    this.count.textContent = t("tour.count", { n: this.at + 1, total: this.stops.length });
    this.note.textContent = worded(stop.note);
    this.back.disabled = this.at === 0;
    this.next.disabled = this.at === this.stops.length - 1;
    const found = stop.right.map((item) =>
      el("button", {
        type: "button",
        class: "link",
        dir: "auto",
        text: [item.title, placeText(item.kind, item.place)].filter(Boolean).join(" "),
        onclick: () => emit("open", { id: item.id }),
      }),
    );
    this.right.hidden = !found.length;
    this.right.replaceChildren(t("tour.right"), " ", ...found);
    this.drawVerdicts();
  }

  drawVerdicts() {
    const { stop, seen, collection } = this;
    const fits =
      seen?.value &&
      answers(stop, seen.value.asked) &&
      seen.value.asked.choices.collection === collection;
    const { value = null, hits = [] } = fits ? seen : {};
    const ended = value && ["done", "stopped"].includes(value.stage);
    const said = !value
      ? []
      : STAGES.filter((stage) => stage === "recall" || (value.rerank && ended)).map((stage) =>
          verdict(stage, stop, hits),
        );
    if (ended && !value.rerank) said.push(["info", t("tour.unranked")]);
    const key = JSON.stringify(said);
    if (key === this.said) return;
    this.said = key;
    const marks = { right: "check", wrong: "alert", info: "info" };
    this.verdicts.replaceChildren(
      ...said.map(([tone, text]) =>
        el("p", { data: { tone } }, icon(marks[tone], 16), el("span", { text })),
      ),
    );
  }

  /** n and p walk, as do the arrows inside the tour; Escape leaves it from there. */
  key(event) {
    if (!this.stop || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey)
      return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const inside = this.node.contains(event.target);
    const by = { n: 1, p: -1, ...(inside ? { ArrowRight: 1, ArrowLeft: -1 } : {}) }[event.key];
    if (by) this.step(by);
    else if (inside && event.key === "Escape") this.leave();
    else return;
    event.preventDefault();
  }
}

/** The key of the stop's file, which is added to the query as any other. */
async function uploaded({ name, file }) {
  const answer = await fetch(`/api/tour/${name}/file`);
  if (!answer.ok) throw new Error(t("unexpected"));
  const blob = await answer.blob();
  return postFiles("/gradio_api/upload", [new File([blob], file, { type: blob.type })]);
}
