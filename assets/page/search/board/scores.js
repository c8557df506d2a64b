// Scores as they stand in a column: as many digits as tell neighbours apart, and which cannot be.

import { latest } from "../../shell/status.js";

/** @import { Hit, Side, Standing } from "../types" */
/** @import { Margin } from "../inspection/types" */

const FEWEST = 3; // digits
const MOST = 6; // as many as the program sends

/** What the same input may differ by from one batch to another: in similarity, and in the logit of
 *  the reranker. Measured by the program's self-test in float32; 8 bits of a number are left in
 *  bfloat16, and 11 in float16. */
const NOISE = /** @type {const} */ ({
  exact: { recall: 1e-6, rerank: 1e-4 },
  half: { recall: 2e-3, rerank: 3e-2 },
});

/** How every hit of a column stands among its neighbours; `folded` as `foldedBehind` counts them.
 *  @param {Hit[]} hits as they stand there @param {Side} side @param {Map<number, number>} folded
 *  @param {Map<number, Margin> | null} [margins] what judging again has shown, where that was done
 *  @returns {Standing[]} */
export function standings(hits, side, folded, margins = null) {
  const noise = NOISE[isHalf(side) ? "half" : "exact"][side];
  const ties = hits.map((hit, n) => {
    if (!n) return false;
    const tie = margins?.get(hit.id)?.tied;
    if (margins) return Boolean(tie) && margins.get(hits[n - 1].id)?.tied === tie;
    return tied(hits[n - 1], hit, side, noise);
  });
  return hits.map((hit, n) => ({
    score: written(hits, n, side, ties),
    tie: tieOf(ties[n], ties[n + 1] ?? false),
    folded: folded.get(hit.id) ?? 0,
    margin: margins?.get(hit.id) ?? null,
  }));
}

/** Whether the model of a stage computes in half precision.
 *  @param {Side} side */
function isHalf(side) {
  const role = side === "recall" ? "embedder" : "reranker";
  const where = latest?.models.find((one) => one.role === role)?.detail?.values?.where;
  const dtype = typeof where === "object" ? where?.values?.dtype : "";
  return String(dtype).endsWith("float16");
}

/** @param {Hit} hit @param {Side} side */
const scoreOf = (hit, side) => (side === "recall" ? hit.sim : hit.rel);

/** @param {Hit} one @param {Hit} other @param {Side} side @param {number} noise */
function tied(one, other, side, noise) {
  const [a, b] = side === "recall" ? [one.sim, other.sim] : [one.logit, other.logit];
  return a != null && b != null && Math.abs(a - b) <= noise;
}

/** @param {boolean} before @param {boolean} after @returns {Standing["tie"]} */
function tieOf(before, after) {
  if (before && after) return "inside";
  return before ? "end" : after ? "start" : null;
}

/** @param {Hit[]} hits @param {number} n @param {Side} side @param {boolean[]} ties */
function written(hits, n, side, ties) {
  const score = scoreOf(hits[n], side);
  if (score == null) return "";
  const others = [ties[n] ? null : hits[n - 1], ties[n + 1] ? null : hits[n + 1]]
    .map((hit) => (hit ? scoreOf(hit, side) : null))
    .filter((other) => other != null);
  let digits = FEWEST;
  const isTold = () => others.every((other) => other.toFixed(digits) !== score.toFixed(digits));
  while (digits < MOST && !isTold()) digits += 1;
  return score.toFixed(digits);
}
