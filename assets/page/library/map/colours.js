// By what points are coloured: a colour for each group, how many there are of it, and its name.

import { KINDS } from "../narrowed.js";
import { t } from "../../i18n/strings.js";

/** @import { Points, MapState, Group } from "./types" */

export const WAYS = ["kind", "cluster", "collection", "date"];

const NONE = 255; // no cluster, no collection
const UNKNOWN = -(2 ** 31); // no day
const SPANS = 6; // of dates, with about as many items each
const DAY = 86_400_000; // milliseconds

/** The label of a cluster; one that nothing tells apart is called by most of its items.
 *  @param {MapState} state @param {Points} points @param {number} number */
export function clusterName(state, points, number) {
  const words = state.clusters[number]?.words ?? [];
  if (words.length) return words.join(" · ");
  const kinds = new Array(KINDS.length).fill(0);
  for (let i = 0; i < points.count; i += 1)
    if (points.clusters[i] === number) kinds[points.kinds[i]] += 1;
  const most = KINDS[kinds.indexOf(Math.max(...kinds))];
  return t("map.cluster.unnamed", { kinds: t(`kinds.${most}`), number: number + 1 });
}

/** The groups of points, and the number of each point's group.
 *  @param {string} way @param {MapState} state @param {Points} points
 *  @returns {{ groups: Group[], of: Uint8Array }} */
export function grouped(way, state, points) {
  if (way === "date") return byDate(points);
  const of = { kind: points.kinds, cluster: points.clusters, collection: points.collections }[way];
  const column = of ?? points.kinds;
  const sizes = new Uint32Array(256);
  for (let i = 0; i < points.count; i += 1) sizes[column[i]] += 1;
  /** @param {number} number */
  const label = (number) => {
    if (way === "kind") return t(`kinds.${KINDS[number]}`);
    if (number === NONE) return t(`map.${way}.none`);
    return way === "cluster" ? clusterName(state, points, number) : state.collections[number];
  };
  const groups = [...sizes.keys()]
    .filter((number) => sizes[number])
    .map((number) => ({ number, label: label(number), size: sizes[number] }));
  return { groups, of: column };
}

/** @param {Points} points */
function byDate({ count, days }) {
  const known = days.filter((day) => day !== UNKNOWN).sort();
  const ends = Array.from({ length: SPANS }, (_, at) => {
    return known[Math.min(known.length - 1, Math.ceil(((at + 1) * known.length) / SPANS) - 1)];
  });
  const of = new Uint8Array(count);
  const sizes = new Uint32Array(256);
  const firsts = new Int32Array(SPANS).fill(2 ** 31 - 1);
  for (let i = 0; i < count; i += 1) {
    of[i] = days[i] === UNKNOWN ? NONE : ends.findIndex((end) => days[i] <= end);
    sizes[of[i]] += 1;
    if (of[i] !== NONE) firsts[of[i]] = Math.min(firsts[of[i]], days[i]);
  }
  /** @param {number} number */
  const label = (number) =>
    number === NONE ? t("map.date.none") : `${month(firsts[number])} – ${month(ends[number])}`;
  const groups = [...sizes.keys()]
    .filter((number) => sizes[number])
    .map((number) => ({ number, label: label(number), size: sizes[number] }));
  return { groups, of };
}

/** @param {number} day */
const month = (day) => new Date(day * DAY).toISOString().slice(0, 7);

/** The colour of a group: far apart on the wheel, of times from cold to warm.
 *  @param {string} way @param {number} number @param {boolean} dark
 *  @returns {[red: number, green: number, blue: number]} */
export function colourOf(way, number, dark) {
  if (number === NONE) return dark ? [120, 132, 154] : [130, 141, 160];
  const light = dark ? 0.66 : 0.47;
  if (way === "date") return fromWheel(250 - (number * 230) / (SPANS - 1), 0.7, light);
  const round = Math.floor(number / 8); // after eight colours, the same paler and darker
  return fromWheel(235 + number * 137.5, 0.72 - 0.2 * round, light + (round % 2 ? 0.1 : 0));
}

/** @param {number} hue @param {number} strength @param {number} light
 *  @returns {[red: number, green: number, blue: number]} */
function fromWheel(hue, strength, light) {
  const most = strength * Math.min(light, 1 - light);
  /** @param {number} n */
  const channel = (n) => {
    const k = (((n + hue / 30) % 12) + 12) % 12;
    return Math.round(255 * (light - most * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
