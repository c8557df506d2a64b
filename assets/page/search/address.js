// What the address holds beside the question: where on the page a person is. A link and a reload
// bring it back; only a new question makes a step to go back to.

import { toAddress } from "./question/state.js";

/** @import { Question } from "./types" */

/** Places by their names; null for one that is left.
 *  @typedef {Record<string, string | number | null | undefined>} Places */

/** tab: a screen; view: of the results; list: everything, which no question says; part: of the
 *  Library, and how that is narrowed and sorted; card: of Settings; typed: not asked yet; tour: a
 *  stop; item: in the detail; detail: the tab of it; lab: the part of the Lab. */
const LIBRARY =
  "part map_of map_by find only within tagged under these sort reverse grouped ended".split(" ");
const PLACES = [
  "tab",
  "view",
  "list",
  ...LIBRARY,
  "card",
  "typed",
  "tour",
  "item",
  "detail",
  "lab",
];

/** Characters of an address; the program takes 64 kB. */
const LONGEST = 60_000;

/** Places that hold from the next question on.
 *  @type {Places} */
let coming = {};

/** The place `name` as the address has it; empty where it does not.
 *  @param {string} name */
export const place = (name) => new URLSearchParams(location.search).get(name) ?? "";

/** Put places into the address, or with null out of it, without a step to go back to.
 *  @param {Places} changes */
export function keep(changes) {
  const search = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value == null || value === "") search.delete(name);
    else search.set(name, String(value));
  }
  // A longer address could not be loaded again.
  if (`${search}`.length > LONGEST) search.delete("typed");
  replace(search.size ? `?${search}` : "");
}

/** Let places hold from the next question on, which the present one is left without.
 *  @param {Places} changes */
export function keepNext(changes) {
  coming = { ...coming, ...changes };
}

/** The address of a question that has just been asked, at the place where the page is.
 *  @param {Question} question */
export function addressOf(question) {
  const places = { ...present(), ...coming };
  coming = {};
  return location.pathname + toAddress(question, places);
}

/** Put a question into the address in the place of the one that is there.
 *  @param {Question} question */
export function replaceQuestion(question) {
  replace(toAddress(question, present()));
}

function present() {
  return Object.fromEntries(PLACES.map((name) => [name, place(name) || null]));
}

/** @param {string} search */
function replace(search) {
  if (search !== location.search)
    history.replaceState(null, "", location.pathname + search + location.hash);
}
