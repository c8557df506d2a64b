// What each stage made of a stop of the tour. What is right is known of the samples, as they were
// drawn; whether a stage is right is read from the hits of the search that was just made.

import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { t } from "../i18n/strings.js";

/** @import { Events } from "../kit/types" */
/** @import { Answer, Asked, Hit, Side, Stop } from "./types" */

/** @type {Side[]} */
const STAGES = ["recall", "rerank"];
const MARKS = { right: "check", wrong: "alert", info: "info" };

/** How a stage stands, and in words.
 *  @typedef {[tone: "right" | "wrong" | "info", text: string]} Verdict */

export class TourVerdicts {
  constructor() {
    this.node = el("div", { class: "tour-verdicts", role: "status" });
    this.drawn = "";
  }

  /** Say what each stage made of `stop`, which is asked within `collection`.
   *  @param {Stop} stop @param {string} collection @param {Events["scored"] | null} seen */
  draw(stop, collection, seen) {
    const value = seen?.value && isOf(stop, collection, seen.value) ? seen.value : null;
    const said = value && seen ? verdicts(stop, value, seen.hits) : [];
    const key = JSON.stringify(said);
    if (key === this.drawn) return;
    this.drawn = key;
    this.node.replaceChildren(
      ...said.map(([tone, text]) =>
        el("p", { data: { tone } }, icon(MARKS[tone], 16), el("span", { text })),
      ),
    );
  }
}

/** Whether a search has asked what a stop asks, where it asks it.
 *  @param {Stop} stop @param {string} collection @param {Answer} value */
export const isOf = (stop, collection, { asked }) =>
  answers(stop, asked) && asked.choices.collection === collection;

/** @param {Stop} stop @param {Answer} value @param {Hit[]} hits */
function verdicts(stop, value, hits) {
  const ended = ["done", "stopped"].includes(value.stage);
  const stages = STAGES.filter((stage) => stage === "recall" || (value.rerank && ended));
  const said = stages.map((stage) => verdict(stage, stop, hits));
  if (ended && !value.rerank) said.push(["info", t("tour.unranked")]);
  return said;
}

/** Whether a question is that of a stop; its file stands behind a random part of its key.
 *  @param {Stop} stop @param {Asked} asked */
export function answers({ text, file }, asked) {
  const [key = "", ...more] = asked.files;
  return asked.text === text && !more.length && (file ? key.endsWith(`/${file}`) : key === "");
}

/** What a stage made of a stop: its tone and a sentence.
 *  @param {Side} stage @param {Stop} stop @param {Hit[]} hits @returns {Verdict} */
function verdict(stage, stop, hits) {
  const right = new Set(stop.right.map(({ id }) => id));
  if (!right.size) return ["info", t("tour.absent")];
  /** @param {Hit} hit */
  const rank = (hit) => (stage === "recall" ? hit.r0 : hit.r1) ?? Infinity;
  const ranked = hits.filter((hit) => rank(hit) < Infinity).sort((a, b) => rank(a) - rank(b));
  if (!ranked.length) return ["info", t(`tour.${stage}.silent`)];
  const best = ranked.findIndex((hit) => [hit, ...hit.copies].some(({ id }) => right.has(id)));
  const values = { title: ranked[0].title, rank: best + 1, total: ranked.length };
  const form = best === 0 ? "right" : best > 0 ? "wrong" : "missed";
  return [best === 0 ? "right" : "wrong", t(`tour.${stage}.${form}`, values)];
}
