// Why an item is not among the results of the search on the board, as far as that can be told
// without searching again.

import { placesOf } from "./matched.js";
import { DEFAULTS, FILTERS } from "../search/question/state.js";
import { withoutFilters } from "../search/board/left.js";
import { el } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { getJson } from "../kit/net.js";
import { isolated, t } from "../i18n/strings.js";

/** @import { Answer, Changes } from "../search/types" */
/** @import { Detail } from "./detail.js" */
/** @import { Item } from "./types" */

/** What the filters are called on the page; those of one range share a name.
 *  @type {Record<string, string>} */
const NAMES = {
  kinds: "filter.kind",
  collection: "filter.collection",
  folder: "field.folder",
  taken_from: "field.taken",
  taken_to: "field.taken",
  modified_from: "field.modified",
  modified_to: "field.modified",
  min_bytes: "field.size",
  max_bytes: "field.size",
  orientation: "field.shape",
  min_seconds: "field.length",
  max_seconds: "field.length",
  tag: "field.tag",
};

export class Elsewhere {
  /** @param {Detail} detail */
  constructor(detail) {
    this.detail = detail;
    this.asked = 0; // number of the newest request
  }

  /** Says it at once; what hides the item comes when the program has answered.
   *  @param {Item} item @param {Answer} answer */
  block(item, answer) {
    const why = el("p", { class: "verdict", "data-explain": "rank", "aria-live": "polite" });
    this.explain(why, item, answer);
    return el(
      "section",
      { class: "block why-elsewhere" },
      el("h3", { text: t("scores.elsewhere") }),
      why,
    );
  }

  /** @param {HTMLElement} node @param {Item} item @param {Answer} answer */
  async explain(node, item, answer) {
    const number = (this.asked += 1);
    const known = this.known(item, answer);
    if (known) {
      node.append(...known);
      return;
    }
    const by = await hiddenBy(item.id, answer.asked.choices);
    if (number !== this.asked) return;
    if (by.length) {
      const names = [...new Set(by.map((name) => t(NAMES[name])))].join(", ");
      const all = { type: "button", class: "link", text: t("left.clear"), onclick: withoutFilters };
      node.append(el("span", { text: t("elsewhere.hidden", { names }) }), " ", el("button", all));
    } else node.append(el("span", { text: beyond(answer) }));
  }

  /** What the page knows by itself: an example, a near copy, a word that is missing.
   *  @param {Item} item @param {Answer} answer */
  known(item, { asked, hits }) {
    const { like = [], not_like = [], words } = asked.choices;
    if (like.includes(item.id)) return [el("span", { text: t("elsewhere.like") })];
    if (not_like.includes(item.id)) return [el("span", { text: t("elsewhere.not_like") })];
    const best = hits.find((hit) => hit.copies.some((copy) => copy.id === item.id));
    if (best) {
      const text = t("elsewhere.copy", { rank: best.r1 ?? best.r0, title: isolated(best.title) });
      const open = () => this.detail.go(best.id);
      return [el("button", { type: "button", class: "link", dir: "auto", text, onclick: open })];
    }
    const missing = placesOf(item, asked.words).filter(([, places]) => !places.length);
    if (words !== "only" || !missing.length) return null;
    const list = missing.map(([word]) => `“${isolated(word)}”`).join(", ");
    return [el("span", { text: t("elsewhere.words", { words: list }) })];
  }
}

/** The filters of the search that hide an item; none where there are none, or no answer.
 *  @param {number} id @param {Changes} choices */
async function hiddenBy(id, choices) {
  const filters = Object.fromEntries(
    FILTERS.map((name) => [name, choices[name] ?? DEFAULTS[name]]),
  );
  const kinds = choices.kinds ?? [];
  // A video brings its moments here as in a search.
  filters.kinds = kinds.includes("video") ? [...kinds, "moment"] : kinds;
  try {
    return (await getJson(`/api/items/${id}/hidden`, filters)).by;
  } catch {
    return []; // it was said that the item is not there; why is a bonus
  }
}

/** How far recall looked.
 *  @param {Answer} answer */
function beyond({ hits, exhausted }) {
  const last = Math.min(...hits.map((hit) => hit.sim ?? Infinity));
  const values = { n: hits.length, count: count(hits.length), level: last.toFixed(3) };
  if (!hits.length) return t("elsewhere.none");
  if (exhausted || !Number.isFinite(last)) return t("elsewhere.further", values);
  return t("elsewhere.beyond", values);
}
