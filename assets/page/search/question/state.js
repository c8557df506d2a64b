// Everything a search is asked with beside text and files, its defaults, and how it stands in an
// address. Names and defaults are those of `types/question.py`.

/** @import { Choices, Changes, Query, Question, SentQuestion } from "../types" */

/** @type {Readonly<Choices>} */
export const DEFAULTS = Object.freeze({
  kinds: [],
  collection: "",
  folder: "",
  taken_from: "",
  taken_to: "",
  modified_from: "",
  modified_to: "",
  min_bytes: null,
  max_bytes: null,
  orientation: "",
  min_seconds: null,
  max_seconds: null,
  tag: "",
  words: "off",
  like: [],
  not_like: [],
  unlike: "",
  unlike_weight: 0.5,
  top: 20,
  depth: 40,
  rerank: true,
  picture_words: false,
  collapse: true,
  quota: {},
  instruction: "",
  crops: {},
  also: [],
});

/** The most results that can be chosen, and the most candidates. */
export const MOST = 300;

/** How many results can be chosen. */
export const TOPS = [5, 10, 20, 50, 100, 200, MOST];

/** The choices that hide items; the rest says how to look.
 *  @type {(keyof Choices)[]} */
export const FILTERS = [
  "kinds",
  "collection",
  "folder",
  "taken_from",
  "taken_to",
  "modified_from",
  "modified_to",
  "min_bytes",
  "max_bytes",
  "orientation",
  "min_seconds",
  "max_seconds",
  "tag",
];

/** The choices that say how to look. Examples and further queries have places of their own.
 *  @type {(keyof Choices)[]} */
export const OPTIONS = [
  "rerank",
  "top",
  "depth",
  "words",
  "unlike",
  "unlike_weight",
  "instruction",
  "picture_words",
  "collapse",
  "quota",
];

/** The defaults of `names`, to set them back.
 *  @param {(keyof Choices)[]} names @returns {Changes} */
export const cleared = (names) => Object.fromEntries(names.map((name) => [name, DEFAULTS[name]]));

/** @param {keyof Choices} name @param {unknown} value */
export const isDefault = (name, value) => JSON.stringify(value) === JSON.stringify(DEFAULTS[name]);

/** @param {string} name @returns {name is keyof Choices} */
const isChoice = (name) => name in DEFAULTS;

/** The choices without those that are as they always are.
 *  @param {Choices} choices @returns {Changes} */
export function chosen(choices) {
  const entries = Object.entries(choices).filter(
    ([name, value]) => isChoice(name) && !isDefault(name, value),
  );
  return Object.fromEntries(entries);
}

/** A question, of whose files only the number matters.
 *  @typedef {{ text: string, files: ArrayLike<unknown>, choices: Choices }} Whole */

/** Whether there is anything to look for.
 *  @param {Whole} question */
const wants = ({ text, files, choices }) =>
  Boolean(
    text ||
    files.length ||
    choices.like.length ||
    choices.also.some((one) => one.text || one.files.length),
  );

/** @param {Choices} choices */
const isFiltered = (choices) => FILTERS.some((name) => !isDefault(name, choices[name]));

/** Whether nothing is asked for and nothing refused, so that items are listed.
 *  @param {Whole} question */
const lists = (question) =>
  !wants(question) && !question.choices.not_like.length && !question.choices.unlike;

/** Whether nothing is asked for but what passes the filters.
 *  @param {Whole} question */
export const isListing = (question) => lists(question) && isFiltered(question.choices);

/** Whether nothing at all is said, which lists everything where a person asks for it.
 *  @param {Whole} question */
export const isEverything = (question) => lists(question) && !isFiltered(question.choices);

/** Whether there is anything to be answered: something to look for, or to list.
 *  @param {Whole} question */
export const isQuestion = (question) => wants(question) || isListing(question);

/** The part of an address that brings this question back, such as `?q=fox&kinds=picture`.
 *  @param {Question} question @param {Record<string, string | number | null | undefined>} extra */
export function toAddress({ text, files, choices }, extra = {}) {
  const search = new URLSearchParams();
  if (text) search.set("q", text);
  for (const file of files) search.append("file", file);
  for (const [name, value] of Object.entries(chosen(choices))) {
    if (Array.isArray(value))
      value.forEach((one) =>
        search.append(name, typeof one === "object" ? JSON.stringify(one) : String(one)),
      );
    else search.set(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  for (const [name, value] of Object.entries(extra))
    if (value != null) search.set(name, String(value));
  return search.size ? `?${search}` : "";
}

/** A question as the server repeats it, flat, with its choices by themselves.
 *  @param {SentQuestion} question @returns {Query & { choices: Changes }} */
export const fromQuestion = ({ text, files, ...choices }) => ({ text, files, choices });

/** The question in an address; what cannot be read there is left out.
 *  @param {string} address @returns {Question} */
export function fromAddress(address) {
  const search = new URLSearchParams(address);
  const named = Object.entries(DEFAULTS).filter(([name]) => search.has(name));
  const read = named.map(([name, usual]) => [name, value(name, usual, search) ?? usual]);
  const choices = { ...DEFAULTS, ...Object.fromEntries(read) };
  return { text: search.get("q") ?? "", files: search.getAll("file"), choices };
}

/** @param {string} name @param {unknown} usual @param {URLSearchParams} search */
function value(name, usual, search) {
  const text = search.get(name) ?? "";
  if (name === "kinds") return search.getAll(name).filter(Boolean);
  if (name === "also") return search.getAll(name).map(parsed).filter(Boolean).map(query);
  if (Array.isArray(usual)) return search.getAll(name).map(Number).filter(Number.isSafeInteger);
  if (typeof usual === "boolean") return text !== "false";
  if (typeof usual === "string") return text;
  if (name === "crops" || name === "quota") return parsed(text);
  return Number.isFinite(Number(text)) && text !== "" ? Number(text) : usual;
}

/** One of several queries, from an address that may hold anything in its place.
 *  @param {any} given @returns {Query} */
const query = ({ text, files }) => ({
  text: String(text ?? ""),
  files: Array.isArray(files) ? files.map(String) : [],
});

/** @param {string} text */
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
