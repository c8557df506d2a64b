// One row of a column: made once per item, filled again only when something about it changed.

import { flags, foundBy } from "./flags.js";
import { attribute, el, find, say } from "../../kit/dom.js";
import { draggable } from "../../kit/drag.js";
import { fitOf, placeText, thumbOf } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { isolated, t, worded } from "../../i18n/strings.js";

/** @import { Hit, Line, Side, Standing } from "../types" */
/** @import { Card } from "../../kit/types" */

/** What every row was filled with last.
 *  @type {WeakMap<HTMLElement, string>} */
const filled = new WeakMap();

/** The row's nodes; everything that changes is filled in by `fillRow`.
 *  @param {Line} hit */
export function makeRow(hit) {
  const image = el("img", {
    alt: "",
    width: 96,
    height: 72,
    loading: "lazy",
    decoding: "async",
    draggable: "false",
    src: thumbOf(hit),
    data: { fit: fitOf(hit) },
  });
  const row = el(
    "li",
    {
      class: hit.copyOf ? "row row-copy" : "row",
      tabindex: "-1",
      data: { id: hit.id, kind: hit.kind },
    },
    el("span", { class: "row-rank", "data-explain": "rank" }),
    el("span", { class: "row-thumb" }, image),
    el(
      "span",
      { class: "row-body" },
      el(
        "span",
        { class: "row-head" },
        el("span", { class: "row-kind", title: t(`kind.${hit.kind}`) }, icon(hit.kind, 14)),
        el("span", {
          class: "row-title",
          dir: "auto",
          "data-content": "",
          text: hit.title,
          title: hit.title,
        }),
        el("span", {
          class: "row-place",
          dir: "auto",
          "data-explain": "place",
          text: placeText(hit.kind, hit.place),
        }),
        el("span", { class: "row-flags" }),
      ),
      el("span", { class: "row-snippet", dir: "auto", "data-content": "" }),
      el(
        "span",
        { class: "row-score" },
        el("i", { class: "bar" }),
        el("b", {}),
        el("span", { class: "row-margin", "data-explain": "margin" }),
      ),
    ),
    el("span", { class: "row-move", "data-explain": "movement" }),
  );
  draggable(row, hit);
  return row;
}

/** What of a hit may change while it stands on the board.
 *  @param {Hit} hit */
function changing(hit) {
  const { r0, r1, sim, rel, moved, matters, unscored, percentile, stands, words, by, copies } = hit;
  const scores = [r0, r1, sim, rel, moved, matters, unscored, percentile, stands];
  return [...scores, hit.over, words, hit.in, by, copies.length];
}

/** Fill a row from its hit; nothing is touched where nothing changed.
 *  @param {HTMLElement} row @param {Line} hit @param {Side} side
 *  @param {Standing} standing @param {boolean} unfolded whether its near copies are shown */
export function fillRow(row, hit, side, standing, unfolded) {
  const isCopy = hit.copyOf !== undefined;
  const key = JSON.stringify(isCopy ? hit.id : [changing(hit), standing, unfolded]);
  if (filled.get(row) === key) return;
  filled.set(row, key);
  if (isCopy) fillCopy(row, hit);
  else fillHit(row, hit, side, standing, unfolded);
}

/** @param {HTMLElement} row @param {Hit} hit @param {Side} side @param {Standing} standing
 *  @param {boolean} unfolded */
function fillHit(row, hit, side, standing, unfolded) {
  const recall = side === "recall";
  const score = recall ? hit.sim : hit.rel;
  const rank = String((recall ? hit.r0 : hit.r1) ?? "–");
  say(find(row, ".row-rank"), rank);
  find(row, ".row-rank").toggleAttribute("data-long", rank.length > 2);
  say(find(row, ".row-snippet"), subtitle(hit, side));
  const number = find(row, ".row-score b");
  say(number, score == null ? (recall || hit.unscored ? "–" : "…") : standing.score);
  attribute(number, "data-explain", recall ? "similarity" : "relevance");
  attribute(number, "title", tooltip(hit, recall, standing));
  say(find(row, ".row-margin"), standing.margin?.text ?? "");
  find(row, ".bar").style.setProperty("--v", String(Math.max(0, Math.min(1, score ?? 0))));
  row.dataset.waiting = String(!recall && score == null && !hit.unscored);
  row.dataset.moved = hit.moved ?? "";
  row.dataset.faint = String(recall && hit.stands === false);
  attribute(row, "data-tie", standing.tie);
  fillMove(find(row, ".row-move"), hit, recall);
  find(row, ".row-flags").replaceChildren(...flags(hit, standing.folded, unfolded));
  attribute(row, "aria-label", spoken(hit, side, standing));
}

/** A near copy that was unfolded below its hit.
 *  @param {HTMLElement} row @param {Card} copy */
function fillCopy(row, copy) {
  say(find(row, ".row-rank"), "≈");
  say(find(row, ".row-snippet"), copy.folder);
  find(row, ".row-score").hidden = true;
  attribute(row, "aria-label", [isolated(copy.title), t("copies.of")].join(", "));
}

/** @param {Hit} hit @param {boolean} recall @param {Standing} standing */
function tooltip(hit, recall, standing) {
  if (recall && hit.sim == null) return t("words.found");
  const said = recall
    ? [percentileText(hit), hit.stands === false ? t("stands.not") : null]
    : [hit.logit == null ? null : t("logit", { logit: hit.logit.toFixed(3) })];
  return [...said, tieText(standing)].filter(Boolean).join(" ") || null;
}

/** Which hits cannot be told apart, where this is one of them: as judging again has shown, else as
 *  scores differ from one batch to another.
 *  @param {Standing} standing */
function tieText({ tie, margin }) {
  if (margin?.tied) {
    const [first, last] = margin.tied;
    return t("stability.ties", { first, last });
  }
  return tie ? t("tie") : "";
}

/** How far the hit stands out of the whole library, as a sentence; null where it is not known.
 *  @param {Hit} hit */
export function percentileText(hit) {
  if (hit.percentile == null) return null;
  const n = Math.floor(hit.percentile * 10) / 10; // never up to 100
  return t("percentile", { n: n.toFixed(1) });
}

/** @param {Hit} hit @param {Side} side */
function subtitle(hit, side) {
  if (side === "rerank" && hit.unscored) return t("unscored", { reason: worded(hit.unscored) });
  return hit.snippet || hit.folder;
}

/** @param {HTMLElement} node @param {Hit} hit @param {boolean} recall */
function fillMove(node, hit, recall) {
  const [sign, tone] = movement(hit);
  if (recall) {
    const gone = hit.moved === "dropped" || hit.over;
    node.className = `row-move ${gone ? `${hit.matters ? "down" : "none"} chip` : ""}`;
    say(node, hit.over ? t("quota.over") : gone ? t("dropped", { rank: hit.r1 }) : "");
    return;
  }
  const rescued = hit.moved === "rescued";
  node.className = `row-move ${tone} ${rescued ? "chip" : ""}`; // always one that matters
  say(node, rescued ? `${sign} ${t("rescued")}` : sign);
}

/** Sign and tone of a movement: never colour alone, and none among what is irrelevant.
 *  @param {Hit} hit @returns {[sign: string, tone: string]} */
export function movement(hit) {
  if (hit.r1 == null) return [hit.unscored ? "–" : "", "none"];
  const by = hit.r0 - hit.r1;
  if (by === 0) return ["＝", "same"];
  return by > 0
    ? [`▲${by}`, hit.matters ? "up" : "none"]
    : [`▼${-by}`, hit.matters ? "down" : "none"];
}

/** @param {Hit} hit @param {Side} side @param {Standing} standing */
function spoken(hit, side, standing) {
  const parts = [hit.title, t(`kind.${hit.kind}`), placeText(hit.kind, hit.place)];
  if (side === "recall") {
    parts.push(t("spoken.recall", { rank: hit.r0, score: standing.score || "–" }));
    if (hit.over) parts.push(t("quota.over"));
  } else if (hit.r1 == null) {
    parts.push(
      hit.unscored ? t("unscored", { reason: worded(hit.unscored) }) : t("spoken.waiting"),
    );
  } else {
    const by = hit.r0 - hit.r1;
    const moved = by > 0 ? "up" : by < 0 ? "down" : "same";
    parts.push(t("spoken.rerank", { rank: hit.r1, score: standing.score }));
    parts.push(t(`spoken.${moved}`, { n: Math.abs(by) }));
  }
  if (hit.words != null)
    parts.push(t("words.hint", { rank: hit.words }), hit.in ? t(`words.in.${hit.in}`) : "");
  if (hit.by.length) parts.push(foundBy(hit));
  if (hit.copies.length) parts.push(t("copies.hint", { n: hit.copies.length }));
  if (standing.folded) parts.push(t("grouped.more", { n: standing.folded }));
  parts.push(standing.margin?.text ?? "", tieText(standing));
  return parts.filter(Boolean).map(isolated).join(", ");
}
