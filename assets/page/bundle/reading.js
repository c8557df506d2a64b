// A bundle out of a file, which may come from anybody: only what is known is taken over, of the
// types that are drawn. Pictures are those of three formats, inside the file.

/** @import { Bundle, BundleHit } from "./types" */

const FORMAT = "qwen3vl-search-bundle";
const SCHEMA = 1;

const MOST_BYTES = 64e6;
const HEAD = 4096; // where an exported page says that it is one
const BEGINS = '<script type="application/json" id="qwen3vl-bundle">';
const ENDS = "</script>";

const MOST_HITS = 2000;
const MOST_GRADES = 100;
const LONGEST = 2000; // signs of a text that is shown
const LONGEST_QUESTION = 200_000;

const KINDS = ["picture", "page", "passage", "video", "moment"];
const PICTURES = ["jpeg", "png", "webp"].map((name) => `data:image/${name};base64,`);

/** Why a bundle cannot be shown; its message is the key of a sentence. */
export class BundleError extends Error {}

/** The bundle in a file; null where it holds none.
 *  @param {File} file @returns {Promise<Bundle | null>} */
export async function bundleIn(file) {
  if (file.size > MOST_BYTES) return null;
  const isPage = !(await file.slice(0, 1).text()).startsWith("{");
  if (isPage && !(await file.slice(0, HEAD).text()).includes(FORMAT)) return null;
  const text = await file.text();
  const value = parsed(isPage ? inside(text) : text);
  if (!isObject(value) || value.format !== FORMAT) return null;
  if (value.schema !== SCHEMA) throw new BundleError("bundle.newer");
  return known(value);
}

/** The names of files that may hold a bundle.
 *  @param {string} name */
export const mayHoldBundle = (name) =>
  [".html", ".htm", ".json"].some((end) => name.toLowerCase().endsWith(end));

/** @param {string} page */
function inside(page) {
  const from = page.indexOf(BEGINS) + BEGINS.length;
  return from < BEGINS.length ? "" : page.slice(from, page.indexOf(ENDS, from));
}

/** @param {string} text @returns {unknown} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** A copy with nothing in it but what is drawn.
 *  @param {Record<string, any>} given @returns {Bundle} */
function known(given) {
  const { run, models, question } = given;
  if (![run, models, question].every(isObject) || !Array.isArray(given.hits)) throw damaged();
  if (given.hits.length > MOST_HITS) throw damaged();
  if (JSON.stringify(question).length > LONGEST_QUESTION) throw damaged();
  return {
    format: FORMAT,
    schema: SCHEMA,
    made: text(given.made),
    versions: texts(given.versions),
    run: {
      id: whole(run.id),
      asked: text(run.asked),
      name: text(run.name),
      version: text(run.version),
    },
    question: {
      ...question,
      also: list(question.also).filter(isObject),
      top: Number(question.top) || 20,
    },
    files: list(given.files)
      .filter(isObject)
      .map((one) => ({ name: text(one.name), picture: picture(one.picture) })),
    examples: texts(given.examples),
    models: { embedder: text(models.embedder), reranker: text(models.reranker) },
    fingerprints: texts(given.fingerprints),
    milliseconds: numbers(given.milliseconds),
    recall: list(given.recall).map(whole),
    reranked: list(given.reranked).map(whole),
    hits: given.hits.map(hit),
    pictures: Object.fromEntries(
      pairs(given.pictures, MOST_HITS).map(([name, one]) => [name, picture(one)]),
    ),
    pictures_left_out: whole(given.pictures_left_out ?? 0),
  };
}

/** @param {unknown} given @returns {BundleHit} */
function hit(given) {
  if (!isObject(given)) throw damaged();
  return {
    item: whole(given.item),
    recall_rank: whole(given.recall_rank),
    similarity: score(given.similarity),
    rerank_rank: given.rerank_rank == null ? null : whole(given.rerank_rank),
    relevance: score(given.relevance),
    logit: score(given.logit),
    rescued: given.rescued === true,
    grades: list(given.grades, MOST_GRADES)
      .filter(isObject)
      .map((one) => ({ judge: text(one.judge), grade: whole(one.grade), note: text(one.note) })),
    kind: KINDS.includes(given.kind) ? given.kind : undefined,
    name: given.name == null ? undefined : text(given.name),
    place: isObject(given.place)
      ? { ...numbers(given.place), section: text(given.place.section) }
      : {},
    snippet: text(given.snippet),
    picture: text(given.picture),
  };
}

const damaged = () => new BundleError("bundle.damaged");

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value.slice(0, LONGEST) : "");

/** @param {unknown} value @returns {number} */
function whole(value) {
  if (!Number.isSafeInteger(value)) throw damaged();
  return Number(value);
}

/** @param {unknown} value */
const score = (value) => (Number.isFinite(value) ? Number(value) : null);

/** @param {unknown} value @param {number} most @returns {any[]} */
const list = (value, most = MOST_HITS) => (Array.isArray(value) ? value.slice(0, most) : []);

/** @param {unknown} value @param {number} most @returns {[string, unknown][]} */
const pairs = (value, most = MOST_GRADES) =>
  isObject(value) ? Object.entries(value).slice(0, most) : [];

/** @param {unknown} value */
const texts = (value) =>
  Object.fromEntries(pairs(value).map(([name, one]) => [text(name), text(one)]));

/** @param {unknown} value @returns {Record<string, number>} */
const numbers = (value) =>
  Object.fromEntries(
    pairs(value).flatMap(([name, one]) => (Number.isFinite(one) ? [[name, Number(one)]] : [])),
  );

/** @param {unknown} value */
const picture = (value) =>
  typeof value === "string" && PICTURES.some((one) => value.startsWith(one)) ? value : "";
