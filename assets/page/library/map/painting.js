// What the map shows for how it is: the legend, the clusters, a colour for every point, the hits.

import { attribute } from "../../kit/dom.js";
import { ordered } from "../../search/board/shown.js";
import { colourOf, grouped } from "./colours.js";
import { questionPlace } from "./overlay.js";
import { clusterList, legend } from "./side.js";

/** @import { MapView } from "./map.js" */

const PLAIN = 225; // of 255: how opaque a point is
const FAINT = 66; // what is not among the chosen ones

/** Draw all of it anew, the focus staying where it is.
 *  @param {MapView} map */
export function drawAll(map) {
  const { state, points, way, hidden, groups, list } = map;
  if (!state) return;
  const doing = {
    turn: (/** @type {number} */ number) => map.turnGroup(number),
    choose: (/** @type {number} */ number) => map.choose(map.members(number)),
    show: (/** @type {number} */ number) => map.showCluster(number),
  };
  const dark = isDark();
  /** @param {number} number */
  const colour = (number) => `rgb(${colourOf(way, number, dark).join(" ")})`;
  const held = groups.contains(document.activeElement)
    ? document.activeElement?.getAttribute("data-number")
    : null;
  groups.replaceChildren(...legend(grouped(way, state, points).groups, hidden, colour, doing));
  const again = held && groups.querySelector(`[data-number="${held}"]`);
  if (again) /** @type {HTMLElement} */ (again).focus();
  if (!list.contains(document.activeElement))
    list.replaceChildren(...clusterList(state, points, doing));
  map.side.hidden = !state.clusters.length;
  map.tools.draw();
  paint(map);
  drawHits(map);
}

/** Give every point its colour; none is that of one that is not shown.
 *  @param {MapView} map */
export function paint({ state, points, way, hidden, only, selection, plot }) {
  if (!state) return;
  const { of } = grouped(way, state, points);
  const dark = isDark();
  const known = Array.from({ length: 256 }, (_, number) => colourOf(way, number, dark));
  const chosen = selection.ids;
  const colours = new Uint8Array(4 * points.count);
  /** @param {number} i */
  const isShown = (i) => !hidden.has(of[i]) && (!only || only.has(points.ids[i]));
  for (let i = 0; i < points.count; i += 1) {
    if (!isShown(i)) continue;
    colours.set(known[of[i]], 4 * i);
    colours[4 * i + 3] = !chosen.size || chosen.has(points.ids[i]) ? PLAIN : FAINT;
  }
  plot.paint(colours, isShown);
}

/** The hits of the last search, in its final order, and its question.
 *  @param {MapView} map */
export function drawHits({ hits: all, top, at, points, plot }) {
  /** @type {number[]} */
  const hits = [];
  for (const { id } of ordered(all, "rerank").slice(0, top)) {
    const point = at.get(id);
    if (point != null) hits.push(point);
  }
  plot.put({ hits, question: questionPlace(all, at, points) });
  attribute(plot.node, "data-hits", hits.length);
}

const isDark = () => Boolean(document.querySelector(".dark"));
