// Who stands above and below a hit in each column, and by how much.

import { el } from "../kit/dom.js";
import { placeText, thumbOf } from "../kit/format.js";
import { standings } from "../search/board/scores.js";
import { ordered } from "../search/board/shown.js";
import { isolated, t } from "../i18n/strings.js";

/** @import { Hit, Side } from "../search/types" */
/** @import { Detail } from "./detail.js" */

/** A hit beside another one, with its rank and how much more than that it scores there.
 *  @typedef {{ way: "above" | "below", hit: Hit, rank: number, apart: string,
 *              more: boolean }} Next */

/** The hits above and below; none at the ends of a column.
 *  @typedef {Next[]} Beside */

const FEWEST = 3; // digits that numbers have anyway
const MOST = 6; // as many as the program sends
const SAME = "＝"; // what the models cannot tell apart

/** A hit in a column: its number with as many digits as there, and who stands beside it.
 *  @typedef {{ score: string, beside: Beside }} InColumn */

/** How a hit stands in both columns.
 *  @param {Hit[]} hits @param {Hit} hit @returns {Record<Side, InColumn>} */
export const neighboursOf = (hits, hit) => ({
  recall: standing(hits, hit, "recall"),
  rerank: standing(hits, hit, "rerank"),
});

/** @param {Hit[]} hits @param {Hit} hit @param {Side} side @returns {InColumn} */
function standing(hits, hit, side) {
  /** @param {Hit} one */
  const rankOf = (one) => (side === "recall" ? one.r0 : one.r1);
  /** @param {Hit} one */
  const scoreOf = (one) => (side === "recall" ? one.sim : one.rel);
  const all = ordered(hits, side).filter((one) => rankOf(one) != null);
  const at = all.indexOf(hit);
  if (at < 0) return { score: "", beside: [] };
  const { score, tie } = standings(all, side, new Map())[at];
  /** @param {"above" | "below"} way @param {Hit | undefined} next @param {boolean} tied
   *  @returns {Beside} */
  const found = (way, next, tied) => {
    if (!next) return [];
    const by = tied ? { apart: SAME, more: false } : difference(scoreOf(next), scoreOf(hit));
    return [{ way, hit: next, rank: rankOf(next) ?? 0, ...by }];
  };
  const above = found("above", all[at - 1], tie === "inside" || tie === "end");
  const below = found("below", all[at + 1], tie === "inside" || tie === "start");
  return { score, beside: [...above, ...below] };
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
  return { apart: SAME, more: false };
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
  const said = apart === SAME ? "same" : apart ? (more ? "more" : "less") : "";
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
