// How much the stages lose without parts of an item, in numbers: of the whole, and as a list.

import { el } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { isolated, t } from "../i18n/strings.js";

/** @import { Evidence, Fall, Levels, Reading, Shown } from "./types" */

const MOST_LISTED = 16;
export const SIDE = 4; // cells along each side of a picture, as the program has them

/** What the colours go by: a probability near 0 or 1 hardly moves where its logit does.
 *  @type {Record<Reading, "logit" | "similarity">} */
const BY = { relevance: "logit", similarity: "similarity" };

/** @param {Fall} fall @param {Reading} reading */
export const strengthOf = (fall, reading) => fall[BY[reading]] ?? 0;

/** A fall as a share of the largest of its level: less is lost without less.
 *  @param {Fall} fall @param {Fall[]} falls @param {Reading} reading */
export function shareOf(fall, falls, reading) {
  const level = falls.filter((one) => one.level === fall.level);
  const largest = Math.max(1e-9, ...level.map((one) => Math.abs(strengthOf(one, reading))));
  return strengthOf(fall, reading) / largest;
}

/** @param {Levels} levels */
export function levelsText({ similarity, relevance, logit }) {
  const parts = [
    relevance == null
      ? ""
      : t("evidence.relevance", { level: number(relevance), logit: number(logit) }),
    similarity == null ? "" : t("evidence.similarity", { level: number(similarity) }),
  ];
  return parts.filter(Boolean).join(" · ");
}

/** @param {Evidence} evidence */
export function wholeText({ whole }) {
  const text = t("evidence.whole", { levels: levelsText(whole) });
  return el("p", { class: "evidence-whole", "data-explain": "falls", text });
}

/** What is lost without a part, in words.
 *  @param {Fall} fall */
export function fallText({ similarity, relevance, logit }) {
  const lost = { similarity: lostText(similarity), relevance: lostText(relevance) };
  const parts = [
    relevance == null
      ? ""
      : t("evidence.relevance", { level: lost.relevance, logit: lostText(logit) }),
    similarity == null ? "" : t("evidence.similarity", { level: lost.similarity }),
  ];
  return parts.filter(Boolean).join(" · ");
}

/** A list of the parts that cost most, for whoever does not see the map.
 *  @param {Shown} item @param {Evidence} evidence @param {Reading} reading */
export function fallsTable(item, evidence, reading) {
  const sorted = [...evidence.falls].sort(
    (one, other) => strengthOf(other, reading) - strengthOf(one, reading),
  );
  const known = /** @type {const} */ (["relevance", "logit", "similarity"]).filter(
    (name) => evidence.whole[name] !== null,
  );
  const head = ["evidence.part", ...known.map((name) => `evidence.lost.${name}`)];
  const rows = sorted
    .slice(0, MOST_LISTED)
    .map((fall) =>
      el(
        "tr",
        { data: { at: fall.at.join(" ") } },
        el("th", { scope: "row", "data-explain": "falls", text: partText(fall, evidence) }),
        ...known.map((name) => el("td", { "data-explain": "falls", text: lostText(fall[name]) })),
      ),
    );
  const left = sorted.length - rows.length;
  return el(
    "details",
    { class: "fold evidence-list", open: true },
    el("summary", { text: t("evidence.list") }),
    el(
      "table",
      { "aria-label": `${t("evidence.list")}: ${isolated(item.title)}` },
      el(
        "thead",
        {},
        el("tr", {}, ...head.map((name) => el("th", { scope: "col", text: t(name) }))),
      ),
      el("tbody", {}, ...rows),
    ),
    left > 0
      ? el("p", {
          class: "fine",
          "data-explain": "falls",
          text: t("evidence.less", { n: left, count: count(left) }),
        })
      : null,
  );
}

/** Which part it is.
 *  @param {Fall} fall @param {Evidence} evidence */
export function partText({ at, level }, { frames, sentences }) {
  if (at.length === 4) {
    const steps = SIDE * Math.max(1, 2 ** (level - 1));
    const [left, top, right, bottom] = at.map((side) => Math.round(side * steps));
    const values = { row: range(top + 1, bottom), column: range(left + 1, right), steps };
    return t("evidence.cell", values);
  }
  const [first, end] = at;
  if (sentences.length) {
    const text = sentences.slice(first, end).join("").trim();
    return text.length > 60 ? `${text.slice(0, 59)}…` : text;
  }
  const times = frames.slice(first, end).map((one) => one.toFixed(1));
  const values = { first: times[0], last: times.at(-1) };
  return t(times.length > 1 ? "evidence.frames" : "evidence.frame", values);
}

/** @param {number} first @param {number} last */
const range = (first, last) => (first === last ? count(first) : `${count(first)}–${count(last)}`);

/** @param {number | null} level */
const number = (level) => (level ?? 0).toFixed(3).replace("-", "−");

/** @param {number | null} lost */
const lostText = (lost) =>
  lost == null ? "–" : `${lost < 0 ? "+" : lost > 0 ? "−" : ""}${Math.abs(lost).toFixed(3)}`;
