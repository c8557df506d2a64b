// Who stands above and below a hit in each column, and by how much.

import { el } from "../kit/dom.js";
import { placeText, thumbOf } from "../kit/format.js";
import { isolated, t } from "../i18n/strings.js";

/** @import { Hit, Side } from "../search/types" */
/** @import { Detail } from "./detail.js" */

/** A hit beside another one, with its rank and how much more than that it scores there.
 *  @typedef {{ way: "above" | "below", hit: Hit, rank: number, apart: string, more: boolean }} Next */

/** The hits above and below; none at the ends of a column.
 *  @typedef {Next[]} Beside */

const FEWEST = 3; // digits that numbers have anyway
const MOST = 6; // as many as the program sends

/** Who stands beside a hit, by column.
 *  @param {Hit[]} hits @param {Hit} hit @returns {Record<Side, Beside>} */
export const neighboursOf = (hits, hit) => ({
  recall: beside(
    hits,
    hit,
    (one) => one.r0,
    (one) => one.sim,
  ),
  rerank: beside(
    hits,
    hit,
    (one) => one.r1,
    (one) => one.rel,
  ),
});

/** @param {Hit[]} hits @param {Hit} hit @param {(hit: Hit) => number | null} rankOf
 *  @param {(hit: Hit) => number | null} scoreOf @returns {Beside} */
function beside(hits, hit, rankOf, scoreOf) {
  const own = rankOf(hit);
  if (own == null) return [];
  /** @type {Beside} */
  const found = [];
  for (const way of /** @type {const} */ (["above", "below"])) {
    const rank = way === "above" ? own - 1 : own + 1;
    const next = hits.find((one) => rankOf(one) === rank);
    if (next) found.push({ way, hit: next, rank, ...difference(scoreOf(next), scoreOf(hit)) });
  }
  return found;
}

/** How much more one number is than another, with as many digits as it takes to tell them apart.
 *  @param {number | null} other @param {number | null} own */
export function difference(other, own) {
  if (other == null || own == null) return { apart: "", more: false };
  const by = other - own;
  for (let digits = FEWEST; digits <= MOST; digits += 1) {
    const text = Math.abs(by).toFixed(digits);
    if (Number(text)) return { apart: `${by > 0 ? "+" : "−"}${text}`, more: by > 0 };
  }
  return { apart: "＝", more: false };
}

/** The neighbours as buttons that open them.
 *  @param {Side} side @param {Beside} found @param {Detail} detail */
export function neighboursList(side, found, detail) {
  if (!found.length) return null;
  const name = t(side === "recall" ? "similarity" : "relevance");
  const rows = found.map((next) => el("li", {}, neighbour(next, name, detail)));
  return el("ul", { class: "neighbours", "aria-label": t("neighbours.title") }, ...rows);
}

/** @param {Next} next @param {string} name @param {Detail} detail */
function neighbour({ way, hit, rank, apart, more }, name, detail) {
  const by = apart.replace(/^[+−]/, "");
  const said = apart === "＝" ? "same" : apart ? (more ? "more" : "less") : "";
  const explained = said ? t(`neighbour.${said}`, { name, by }) : "";
  const label = [t(`neighbour.${way}`), `#${rank}`, isolated(hit.title), explained];
  return el(
    "button",
    {
      type: "button",
      class: "neighbour",
      data: { id: hit.id, way },
      "aria-label": label.filter(Boolean).join(", "),
      title: [hit.title, placeText(hit.kind, hit.place), explained].filter(Boolean).join("\n"),
      onclick: () => detail.go(hit.id),
    },
    el("span", { class: "neighbour-way", text: way === "above" ? "↑" : "↓" }),
    el("b", { text: `#${rank}` }),
    el("img", { src: thumbOf(hit), alt: "", loading: "lazy", width: 40, height: 30 }),
    el("span", { class: "neighbour-title", dir: "auto", text: hit.title }),
    el("span", { class: "neighbour-apart", text: apart }),
  );
}
