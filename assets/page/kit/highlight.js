// Marks words by DOM ranges: the text itself is never touched, so nothing in it can become markup.

import { foldWithPlaces } from "./folding.js";

const NAME = "query-words";
const MOST = 100_000; // characters of one node; a page of print has 5,000

/** Mark every one of `words`, which are folded, inside `nodes`, in place of what was marked before
 *  under this name.
 *  @param {Node[]} nodes @param {string[]} words @param {string} name */
export function marked(nodes, words, name = NAME) {
  if (!globalThis.CSS?.highlights) return;
  CSS.highlights.delete(name);
  const ranges = nodes.flatMap((node) => rangesIn(node.firstChild, words));
  if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
}

/** @param {Node | null} text @param {string[]} words */
function rangesIn(text, words) {
  if (!(text instanceof Text) || !text.data || !words.length) return [];
  const ranges = [];
  const { folded, places } = foldWithPlaces(text.data.slice(0, MOST));
  for (const word of words.filter(Boolean)) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
      const range = new Range();
      range.setStart(text, places[at]);
      range.setEnd(text, endOf(places, at + word.length));
      ranges.push(range);
    }
  }
  return ranges;
}

/** Where what ends before `at` ends in the text: a letter that became two is marked as a whole.
 *  @param {number[]} places @param {number} at */
function endOf(places, at) {
  let end = at;
  while (end < places.length - 1 && places[end] === places[at - 1]) end += 1;
  return places[end];
}
