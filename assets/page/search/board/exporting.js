// A search as a file: everything the board has of it, as JSON for programs and CSV for tables.

import { ordered } from "./shown.js";
import { placeText } from "../../kit/format.js";

/** @import { Answer, Hit } from "../types" */

/** Columns of the table, and what stands in them.
 *  @type {Record<string, (hit: Hit) => string | number | null>} */
const COLUMNS = {
  recall_rank: (hit) => hit.r0,
  similarity: (hit) => hit.sim,
  percentile: (hit) => hit.percentile,
  rerank_rank: (hit) => hit.r1,
  relevance: (hit) => hit.rel,
  logit: (hit) => hit.logit,
  moved: (hit) => hit.moved,
  item: (hit) => hit.id,
  kind: (hit) => hit.kind,
  title: (hit) => hit.title,
  place: (hit) => placeText(hit.kind, hit.place),
  folder: (hit) => hit.folder,
};

/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** The question, the settings, and all candidates in the reranked order.
 *  @param {Answer} value */
export function asJson({ question, hits, model, ms, top, rerank, left, doubt, run }) {
  const rows = ordered(hits, "rerank").map((hit) => ({
    ...Object.fromEntries(Object.entries(COLUMNS).map(([name, of]) => [name, of(hit)])),
    place: hit.place,
    copies: hit.copies.map((copy) => copy.id),
  }));
  const said = { question, model, run, top, rerank, milliseconds: ms, left_out: left, doubt };
  return `${JSON.stringify({ ...said, hits: rows }, null, 2)}\n`;
}

/** A line for each candidate, as RFC 4180 has it.
 *  @param {Answer} value */
export function asCsv({ hits }) {
  const lines = ordered(hits, "rerank").map((hit) =>
    Object.values(COLUMNS).map((of) => cell(of(hit))),
  );
  const table = [Object.keys(COLUMNS), ...lines].map((line) => `${line.join(",")}\r\n`);
  return `\ufeff${table.join("")}`; // the mark makes spreadsheets read it as UTF-8
}

/** Both rankings as a run of TREC. Its readers order by the score alone, in single precision, so a
 *  score that is not below the one before it becomes the next smaller number; what was not judged
 *  stands last.
 *  @param {Answer} value */
export function asTrec({ hits, run }) {
  /** @param {Hit[]} ranking @param {(hit: Hit) => number | null} of @param {string} stage */
  const lines = (ranking, of, stage) => {
    let last = Infinity;
    return ranking.map((hit, n) => {
      last = Math.min(Math.fround(of(hit) ?? 0), below(last));
      return `${run ?? 1} Q0 ${hit.id} ${n + 1} ${last} qwen3vl_app-${stage}\n`;
    });
  };
  const judged = hits.some((hit) => hit.logit !== null);
  return [
    ...lines(ordered(hits, "recall"), (hit) => hit.sim, "recall"),
    ...(judged ? lines(ordered(hits, "rerank"), (hit) => hit.logit, "rerank") : []),
  ].join("");
}

/** The next smaller number of single precision.
 *  @param {number} value of single precision */
function below(value) {
  if (value === Infinity) return value;
  const number = new Float32Array([value || -0]); // below zero is the smallest negative number
  const bits = new Int32Array(number.buffer);
  bits[0] += value > 0 ? -1 : 1;
  return number[0];
}

/** @param {string | number | null} value */
function cell(value) {
  if (value == null) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
