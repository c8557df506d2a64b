// What can be done with the items inside a lasso, beside what the bar of the Library offers: show
// these alone, and search for more like them.

import { emit } from "../../kit/bus.js";
import { el, showTab } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { getJson } from "../../kit/net.js";
import { complain } from "../../kit/toast.js";
import { t } from "../../i18n/strings.js";

/** @import { Points } from "./types" */

const EXAMPLES = 5; // of many items: the mean of more says little beyond that

/** A button with an icon.
 *  @param {string} sign @param {string} label @param {() => unknown} onclick
 *  @param {string} name */
export const action = (sign, label, onclick, name) =>
  el(
    "button",
    { type: "button", class: "quiet", data: { action: name }, onclick },
    icon(sign, 16),
    el("span", { text: t(label) }),
  );

/** The items nearest to the middle of those that are chosen, which stand for all of them.
 *  @param {Points} points @param {number[]} chosen numbers of points */
export function amid({ ids, x, y }, chosen) {
  const mean = [x, y].map(
    (column) => chosen.reduce((sum, i) => sum + column[i], 0) / chosen.length,
  );
  return chosen
    .map((i) => ({ id: ids[i], apart: Math.hypot(x[i] - mean[0], y[i] - mean[1]) }))
    .sort((a, b) => a.apart - b.apart || a.id - b.id)
    .slice(0, EXAMPLES)
    .map(({ id }) => id);
}

/** Search for more like these.
 *  @param {number[]} ids */
export async function searchLike(ids) {
  try {
    const cards = await Promise.all(ids.map((id) => getJson(`/api/items/${id}`)));
    showTab(0);
    emit("ask", {
      text: "",
      files: [],
      cards,
      change: () => ({ like: ids, not_like: [], unlike: "", crops: {} }),
    });
  } catch (error) {
    complain(error);
  }
}
