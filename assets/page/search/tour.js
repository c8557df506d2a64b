// A tour through the guided queries: what to look at, and what each stage made of it this time.
//
// What is right is known of the samples, as they were drawn; whether a stage is right is read from the
// hits of the search that was just made. The tour asks within the collection of the samples, so that
// other files, which may be right as well, do not count as wrong.

import { keep, keepNext, place } from "./address.js";
import { cleared, FILTERS } from "./question/state.js";
import { emit, on } from "../kit/bus.js";
import { el, isTyping } from "../kit/dom.js";
import { placeText } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson, postFiles } from "../kit/net.js";
import { t, worded } from "../i18n/strings.js";
import { complain } from "../kit/toast.js";

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
    const { activeElement } = document; // a button that has just been disabled is left a moment later
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

  /** A person's own question ends the tour; that of another stop was overtaken by a further step. */
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

/** Whether a question is that of a stop; its file stands behind a random part of its key. */
function answers({ text, file }, asked) {
  const [key = "", ...more] = asked.files;
  return asked.text === text && !more.length && (file ? key.endsWith(`/${file}`) : key === "");
}

/** What a stage made of a stop: its tone and a sentence. */
function verdict(stage, stop, hits) {
  const right = new Set(stop.right.map(({ id }) => id));
  if (!right.size) return ["info", t("tour.absent")];
  const rank = (hit) => (stage === "recall" ? hit.r0 : hit.r1);
  const ranked = hits.filter((hit) => rank(hit) != null).sort((a, b) => rank(a) - rank(b));
  if (!ranked.length) return ["info", t(`tour.${stage}.silent`)];
  const best = ranked.findIndex((hit) => [hit, ...hit.copies].some(({ id }) => right.has(id)));
  const values = { title: ranked[0].title, rank: best + 1, total: ranked.length };
  const form = best === 0 ? "right" : best > 0 ? "wrong" : "missed";
  return [best === 0 ? "right" : "wrong", t(`tour.${stage}.${form}`, values)];
}

/** The key of the stop's file, which is added to the query as any other. */
async function uploaded({ name, file }) {
  const answer = await fetch(`/api/tour/${name}/file`);
  if (!answer.ok) throw new Error(t("unexpected"));
  const blob = await answer.blob();
  return postFiles("/gradio_api/upload", [new File([blob], file, { type: blob.type })]);
}

/** The stops as buttons, and one that begins at the first. */
export function tourOffer(stops) {
  const begin = (name) => () => emit("tour", { name });
  const all = el(
    "button",
    { type: "button", class: "quiet tour-begin", onclick: begin(stops[0].name) },
    icon("eye", 16),
    el("span", { text: t("tour.begin") }),
  );
  const chips = stops.map((stop) => {
    const [mark, label] = stop.file
      ? ["picture", [stop.file, stop.text].filter(Boolean).join(" + ")]
      : ["search", stop.text];
    const image = stop.thumb
      ? el("img", { src: `/m/thumb/${stop.thumb}`, alt: "", width: 26, height: 26 })
      : icon(mark, 14);
    return el(
      "button",
      { type: "button", class: "chip", data: { stop: stop.name }, onclick: begin(stop.name) },
      image,
      el("span", { dir: "auto", text: label }),
    );
  });
  const head = el("div", { class: "suggestions-head" }, el("h2", { text: t("suggestions") }), all);
  return el("section", { class: "suggestions" }, head, el("div", { class: "chips" }, ...chips));
}
