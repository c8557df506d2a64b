// Which hits a view shows, in which order: pure functions of the hits and of what was chosen.

/** @import { Hit, Moved, Side } from "../types" */

/** Hits of one file before the others fold behind the last of them. */
const OF_ONE_FILE = 3;

/** Above it the reranker rather says yes than no; as `RELEVANT` of the program. */
const RELEVANT = 0.5;

/** What a view shows of the hits of a search.
 *  @typedef {{ top: number, moves: Set<Moved>, grouped: boolean, unfolded: Set<string> }} Chosen
 *  `moves`: only these, where there are any; `grouped`: files fold, but the `unfolded` ones. */

/** All hits in the order of a stage; what has no rank yet comes last, as recall has it. The final
 *  list is without what is over the quota of its kind.
 *  @param {Hit[]} hits @param {Side} side */
export function ordered(hits, side) {
  const isFinal = side === "rerank" || hits.every((hit) => hit.rel == null);
  const within = isFinal ? hits.filter((hit) => !hit.over) : hits;
  if (side === "recall") return [...within].sort((a, b) => a.r0 - b.r0);
  return [...within].sort((a, b) => (a.r1 ?? 1e6 + a.r0) - (b.r1 ?? 1e6 + b.r0));
}

/** The hits of a column: the first ones, or those that moved as it was chosen, wherever they went.
 *  @param {Hit[]} hits in the order of the column @param {Chosen} chosen */
export function shownOf(hits, { top, moves, grouped, unfolded }) {
  // Counts name them all, so that none of them is folded away.
  if (moves.size)
    return hits.filter((hit) => hit.moved && moves.has(hit.moved) && isInSight(hit, top));
  const first = hits.slice(0, top);
  return grouped ? withoutFolded(first, unfolded) : first;
}

/** Whether a hit is among the first of either stage.
 *  @param {Hit} hit @param {number} top */
export const isInSight = ({ r0, r1 }, top) => Math.min(r0, r1 ?? r0) <= top;

/** How many hits of its file are folded away behind each, by the ids of the hits before them.
 *  @param {Hit[]} hits as they would stand without folding @param {Chosen} chosen */
export function foldedBehind(hits, { moves, grouped, unfolded }) {
  /** @type {Map<number, number>} */
  const folded = new Map();
  if (!grouped || moves.size) return folded;
  for (const all of byFile(hits).values()) {
    if (all.length <= OF_ONE_FILE || unfolded.has(all[0].source)) continue;
    folded.set(all[OF_ONE_FILE - 1].id, all.length - OF_ONE_FILE);
  }
  return folded;
}

/** @param {Hit[]} hits @param {Set<string>} unfolded */
function withoutFolded(hits, unfolded) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return hits.filter(({ source }) => {
    seen.set(source, (seen.get(source) ?? 0) + 1);
    return unfolded.has(source) || (seen.get(source) ?? 0) <= OF_ONE_FILE;
  });
}

/** @param {Hit[]} hits */
function byFile(hits) {
  /** @type {Map<string, Hit[]>} */
  const files = new Map();
  for (const hit of hits) files.set(hit.source, [...(files.get(hit.source) ?? []), hit]);
  return files;
}

/** Where the hits begin that are probably unrelated; 0 where all are, or none, or nothing can be
 *  told, and no line is drawn.
 *  @param {Hit[]} hits as they stand in a column @param {Side} side */
export function firstUnrelated(hits, side) {
  /** @param {Hit} hit */
  const related = (hit) => (side === "recall" ? hit.stands !== false : (hit.rel ?? 0) > RELEVANT);
  const at = hits.findIndex((hit) => !related(hit));
  const known = side === "recall" ? hits.every((hit) => hit.stands != null) : true;
  // Where several rankings became one, what stands out need not come first: no line parts them.
  return at > 0 && known && !hits.slice(at).some(related) ? at : 0;
}
