// The rows of a bundle's two columns. Imports nothing but kit/dom.js: it stands in exported pages.

import { el } from "../kit/dom.js";

/** @import { Bundle, BundleHit, BundleStage, Speech } from "./types" */

const FEWEST = 2; // digits of a score
const MOST_DIGITS = 6;

/** The hits of a stage in its order.
 *  @param {Bundle} bundle @param {BundleStage} stage */
export function inOrder({ hits, recall, reranked }, stage) {
  const known = new Map(hits.map((hit) => [hit.item, hit]));
  return (stage === "recall" ? recall : reranked).flatMap((item) => known.get(item) ?? []);
}

/** @param {BundleHit} hit @param {BundleStage} stage */
export const scoreOf = (hit, stage) => (stage === "recall" ? hit.similarity : hit.relevance);

/** As few digits as tell neighbours apart.
 *  @param {BundleHit[]} hits @param {BundleStage} stage */
export function digitsOf(hits, stage) {
  const scores = hits.flatMap((hit) => scoreOf(hit, stage) ?? []);
  /** @param {number} n */
  const apart = (n) =>
    scores.every((one, at) => !at || scores[at - 1] === one || differ(scores[at - 1], one, n));
  let n = FEWEST;
  while (n < MOST_DIGITS && !apart(n)) n += 1;
  return n;
}

/** @param {number} one @param {number} other @param {number} n */
const differ = (one, other, n) => one.toFixed(n) !== other.toFixed(n);

/** @param {Bundle} bundle @param {BundleHit} hit @param {BundleStage} stage
 *  @param {number} digits @param {Speech} speech */
export function rowOf(bundle, hit, stage, digits, { t }) {
  const rank = stage === "recall" ? hit.recall_rank : hit.rerank_rank;
  const score = scoreOf(hit, stage);
  const name = stage === "recall" ? "similarity" : "relevance";
  const place = placeOf(hit, t);
  return el(
    "li",
    { class: "bundle-hit", tabindex: "-1", data: { item: hit.item, stage } },
    el("span", { class: "bundle-rank", text: rank, title: t("bundle.rank") }),
    pictureOf(bundle, hit, t),
    el(
      "div",
      { class: "bundle-said" },
      el("bdi", {
        class: "bundle-name",
        dir: "auto",
        text: hit.name ?? t("bundle.gone", { item: hit.item }),
      }),
      place && el("span", { class: "fine", dir: "auto", text: place }),
      hit.snippet && el("p", { class: "fine bundle-snippet", dir: "auto", text: hit.snippet }),
      ...hit.grades.map((one) => gradeOf(one, t)),
    ),
    el(
      "div",
      { class: "bundle-score" },
      el("span", {
        class: "bundle-number",
        title: t(`bundle.${name}.what`),
        "aria-label": `${t(`bundle.${name}`)} ${score?.toFixed(digits) ?? "–"}`,
        text: score?.toFixed(digits) ?? "–",
      }),
      moveOf(hit, stage, t),
    ),
  );
}

/** @param {Bundle} bundle @param {BundleHit} hit @param {Speech["t"]} t */
function pictureOf({ pictures }, hit, t) {
  const src = hit.picture && Object.hasOwn(pictures, hit.picture) ? pictures[hit.picture] : "";
  const kind = hit.kind ? t(`bundle.kind.${hit.kind}`) : "";
  if (src) return el("img", { class: "bundle-picture", src, alt: kind, loading: "lazy" });
  return el("span", { class: "bundle-picture bundle-none", text: kind });
}

/** @param {BundleHit} hit @param {Speech["t"]} t */
function placeOf({ kind, place = {} }, t) {
  const { page, first, last, start, end, section } = place;
  if (page) return t("bundle.page", { page });
  if (kind === "moment") return `${clockOf(start ?? 0)}–${clockOf(end ?? 0)}`;
  const lines = first ? t(first === last ? "bundle.line" : "bundle.lines", { first, last }) : "";
  return [section, lines].filter(Boolean).join(" · ");
}

/** @param {number} seconds */
function clockOf(seconds) {
  const s = Math.floor(seconds);
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/** What a person said of it.
 *  @param {BundleHit["grades"][number]} given @param {Speech["t"]} t */
function gradeOf({ judge, grade, note }, t) {
  const text = t("bundle.grade", { grade, judge });
  return el("p", { class: "fine bundle-grade", dir: "auto" }, note ? `${text}: ${note}` : text);
}

/** How far it moved between the stages; nothing where one of them has no rank for it.
 *  @param {BundleHit} hit @param {BundleStage} stage @param {Speech["t"]} t */
function moveOf(hit, stage, t) {
  if (stage === "recall" || hit.rerank_rank == null) return null;
  const n = hit.recall_rank - hit.rerank_rank;
  if (!n) return el("span", { class: "bundle-move", title: t("bundle.kept"), text: "=" });
  const way = n > 0 ? "up" : "down";
  const text = `${n > 0 ? "▲" : "▼"} ${Math.abs(n)}`;
  const title = t(`bundle.${way}`, { n: Math.abs(n), from: hit.recall_rank });
  return el(
    "span",
    { class: "bundle-move", data: { way }, title, "aria-label": title },
    hit.rescued ? `${text} · ${t("bundle.rescued")}` : text,
  );
}
