// Which words of the question an item holds, and where: in its text, read from its picture, in its
// name, in the name of its sheet or part, or in the path of its folder.

import { el } from "../kit/dom.js";
import { fold } from "../kit/folding.js";
import { isolated, t } from "../i18n/strings.js";

/** @import { Answer, Hit } from "../search/types" */
/** @import { Item } from "./types" */

const MOST = 24; // words; a question of a page would fill the panel

/** The texts of an item, by the names of their places.
 *  @param {Item} item @returns {Record<string, string>} */
function texts(item) {
  const cut = Math.max(item.path.lastIndexOf("/"), item.path.lastIndexOf("\\")) + 1;
  const read = item.read?.outcome === "read" ? item.read.lines : [];
  return {
    text: item.text,
    picture: read.map(({ text }) => text).join(" "),
    name: item.title,
    section: item.place.section ?? "",
    folder: item.path.slice(0, cut),
  };
}

/** Every word with the places where it stands, none for one that is missing.
 *  @param {Item} item @param {string[]} words folded
 *  @returns {[word: string, places: string[]][]} */
export function placesOf(item, words) {
  const folded = Object.entries(texts(item)).map(([place, text]) => [
    place,
    fold(text).replace(/\s+/g, " "),
  ]);
  return words.map((word) => [
    word,
    folded.filter(([, text]) => text.includes(word)).map(([place]) => place),
  ]);
}

/** The block of words; null where the question has none.
 *  @param {Item} item @param {Answer} answer @param {Hit | null} hit */
export function wordsBlock(item, { asked, words }, hit) {
  if (!words.length) return null;
  const exact = (asked.choices.words ?? "off") !== "off";
  const rows = placesOf(item, words.slice(0, MOST)).map(([word, places]) =>
    el(
      "li",
      { data: { found: String(places.length > 0) } },
      el("b", { dir: "auto", text: isolated(word) }),
      ...(places.length
        ? places.map((place) => el("span", { class: "flag", text: t(`words.in.${place}`) }))
        : [el("span", { class: "fine", text: t("words.missing") })]),
    ),
  );
  const ranked = hit?.words == null ? "" : t("words.hint", { rank: hit.words });
  return el(
    "section",
    { class: "block why-words" },
    el("h3", { text: t("words.matched") }),
    el("ul", {}, ...rows),
    el("p", {
      class: "fine",
      "data-explain": "words",
      text: ranked || t(exact ? "words.exact" : "words.meaning"),
    }),
  );
}
