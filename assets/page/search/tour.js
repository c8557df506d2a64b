// A tour through the guided queries: what to look at, and what each stage made of it this time.
//
// The tour asks within the collection of the samples, so that other files, which may be right as
// well, do not count as wrong.

import { keep, keepNext, place } from "./address.js";
import { cleared, FILTERS } from "./question/state.js";
import { emit, on } from "../kit/bus.js";
import { around, el, isTyping, queryField } from "../kit/dom.js";
import { placeText } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { addToQuery, getJson } from "../kit/net.js";
import { t, worded } from "../i18n/strings.js";
import { complain } from "../kit/toast.js";
import { TourPoints } from "./tour_points.js";
import { answers, isOf, TourVerdicts } from "./tour_verdicts.js";

/** @import { Events } from "../kit/types" */
/** @import { Asked, Choices, Stop } from "./types" */

/** @type {(keyof Choices)[]} */
const OWN = [...FILTERS, "like", "not_like", "unlike", "words", "crops", "also", "instruction"];
/** By how many stops a key walks, and a key inside the tour.
 *  @type {Record<string, number>} */
const WAYS = { n: 1, p: -1 };
/** @type {Record<string, number>} */
const WAYS_INSIDE = { ArrowRight: 1, ArrowLeft: -1 };

export class Tour {
  constructor() {
    /** @type {Stop[]} */
    this.stops = [];
    this.collection = "";
    this.at = -1;
    /** The newest hits of the board, whatever they answer.
     *  @type {Events["scored"] | null} */
    this.seen = null;
    this.count = el("p", { class: "tour-count", "data-explain": "progress" });
    this.note = el("p", { class: "tour-note", "data-content": "" });
    this.verdicts = new TourVerdicts();
    this.points = new TourPoints();
    this.right = el("p", { class: "tour-right", "data-content": "" });
    const [back, next] = [icon("left", 16), icon("right", 16)];
    this.back = button(() => this.step(-1), back, el("span", { text: t("tour.back") }));
    this.next = button(() => this.step(1), el("span", { text: t("tour.next") }), next);
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
      this.verdicts.node,
      this.points.node,
      this.right,
    );
    const steps = el("div", { class: "tour-steps" }, this.back, this.next, this.out);
    this.node = el(
      "section",
      { class: "tour", "aria-label": t("tour.title"), hidden: true },
      words,
      steps,
    );
    this.listen();
  }

  listen() {
    on("tour", this.node, ({ name }) => this.start(name));
    on("asked", this.node, ({ asked }) => this.follow(asked));
    on("scored", this.node, (seen) => {
      this.seen = seen;
      if (this.stop) this.judge(this.stop);
    });
    on("unasked", this.node, () => this.close());
    addEventListener("popstate", () => this.node.isConnected && this.restore());
    document.addEventListener("keydown", (event) => this.node.isConnected && this.key(event));
    if (place("tour")) this.restore();
  }

  get stop() {
    return this.stops[this.at] ?? null;
  }

  async load() {
    const { stops, collection } = await getJson("/api/tour");
    this.stops = stops;
    this.collection = collection;
  }

  /** Begin at a stop, or at the first.
   *  @param {string} name */
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

  /** @param {number} by */
  async step(by) {
    const at = this.at + by;
    if (this.stops[at]) await this.go(at);
    // A button that has just been disabled loses the focus a moment later.
    const held = document.activeElement;
    if (held === document.body || (held instanceof HTMLButtonElement && held.disabled))
      (by > 0 ? this.out : this.next).focus({ preventScroll: true });
  }

  /** Ask what the stop `at` asks, as if a person had typed it and added the file.
   *  @param {number} at */
  async go(at) {
    this.at = at;
    const { stop, collection } = this;
    this.draw();
    if (!stop) return;
    try {
      const files = stop.file ? await uploaded(stop.name, stop.file) : [];
      if (this.stop !== stop) return; // a later step was faster
      keepNext({ tour: stop.name });
      emit("ask", { text: stop.text, files, change: () => ({ ...cleared(OWN), collection }) });
    } catch (error) {
      complain(error);
    }
  }

  /** A person's own question ends the tour; that of another stop was overtaken by a further
   *  step.
   *  @param {Asked} asked */
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
    queryField()?.focus({ preventScroll: true });
  }

  close() {
    this.at = -1;
    this.draw();
  }

  draw() {
    const { stop } = this;
    this.node.hidden = !stop;
    if (!stop) this.points.draw(null, []);
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
    this.judge(stop);
  }

  /** Say what the stages made of a stop, and point at it, as far as its search has come.
   *  @param {Stop} stop */
  judge(stop) {
    const { collection, seen } = this;
    this.verdicts.draw(stop, collection, seen);
    const value = seen?.value;
    const ended = value && ["done", "stopped"].includes(value.stage);
    this.points.draw(stop, seen && ended && isOf(stop, collection, value) ? seen.hits : []);
  }

  /** n and p walk, as do the arrows inside the tour; Escape leaves it from there.
   *  @param {KeyboardEvent} event */
  key(event) {
    if (!this.stop || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey)
      return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const inside = around(event.target, ".tour") !== null;
    const by = WAYS[event.key] ?? (inside ? WAYS_INSIDE[event.key] : 0);
    if (by) this.step(by);
    else if (inside && event.key === "Escape") this.leave();
    else return;
    event.preventDefault();
  }
}

/** @param {() => unknown} run @param {Node[]} parts */
const button = (run, ...parts) =>
  el("button", { type: "button", class: "quiet", onclick: run }, ...parts);

/** The key of the stop's file, which is added to the query as any other.
 *  @param {string} name @param {string} file */
async function uploaded(name, file) {
  const answer = await fetch(`/api/tour/${name}/file`);
  if (!answer.ok) throw new Error(t("unexpected"));
  const blob = await answer.blob();
  return addToQuery([new File([blob], file, { type: blob.type })]);
}
