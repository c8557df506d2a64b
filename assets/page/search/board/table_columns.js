// The columns of the table of results: what they show, and by what they sort.

import { movement } from "./row.js";
import { language, t } from "../../i18n/strings.js";

/** @import { Answer, Hit } from "../types" */

const order = new Intl.Collator(language, { numeric: true });
/** @param {number | null} number */
const score = (number) => (number == null ? "–" : number.toFixed(3));

/** @typedef {string | number | null} Sortable */

/** A column: the value to sort by, the text to show, and `most` where the largest is best.
 *  @typedef {{ name: string, value: (hit: Hit) => Sortable, text?: (hit: Hit) => string,
 *              label?: string, number?: boolean, most?: boolean, explain?: string }} TableColumn */

/** @type {TableColumn} */
export const NAME = { name: "title", value: (hit) => hit.title };
/** @type {TableColumn} */
const KIND = { name: "kind", value: (hit) => t(`kind.${hit.kind}`) };
/** @type {TableColumn} */
export const FOLDER = { name: "folder", value: (hit) => hit.folder, explain: "place" };
/** @type {TableColumn[]} */
const RECALL = [
  { name: "r0", value: (hit) => hit.r0, number: true, explain: "rank" },
  {
    name: "sim",
    value: (hit) => hit.sim,
    text: (hit) => score(hit.sim),
    number: true,
    most: true,
    explain: "similarity",
  },
];
/** @type {TableColumn[]} */
const RERANK = [
  { name: "r1", value: (hit) => hit.r1, number: true, explain: "rank" },
  {
    name: "rel",
    value: (hit) => hit.rel,
    text: (hit) => score(hit.rel),
    number: true,
    most: true,
    explain: "relevance",
  },
  {
    name: "moved",
    value: (hit) => (hit.r1 == null ? null : hit.r0 - hit.r1),
    text: (hit) => movement(hit)[0],
    number: true,
    most: true,
    explain: "movement",
  },
];

/** The columns for what a search has found: one more for each of several queries.
 *  @param {Answer | null} value @returns {TableColumn[]} */
export function columnsFor(value) {
  const queries = value?.hits[0]?.by ?? []; // more than one, or none at all
  /** @type {TableColumn[]} */
  const asked = queries.map((_, n) => ({
    name: `query${n}`,
    label: t("also.query", { n: n + 1 }),
    value: (hit) => hit.by[n],
    number: true,
    explain: "several",
  }));
  return [NAME, KIND, FOLDER, ...asked, ...RECALL, ...(value?.rerank ? RERANK : [])];
}

/** What a cell of a column is made with.
 *  @param {TableColumn} column */
export const cellOf = ({ name, number, explain }) => ({
  class: number ? "number" : null,
  data: { column: name },
  "data-explain": explain,
});

/** The order of two values of a column: numbers by size, names as a person sorts them.
 *  @param {Sortable} a @param {Sortable} b */
export const compared = (a, b) =>
  typeof a === "number" && typeof b === "number" ? a - b : order.compare(String(a), String(b));
