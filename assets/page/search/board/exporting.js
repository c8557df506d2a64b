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

/** @param {string | number | null} value */
function cell(value) {
  if (value == null) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
