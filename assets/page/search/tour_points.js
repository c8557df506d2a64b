// What to look at, at a stop of the tour: where recall had the right item, where the reranker put
// it, and why. Each is a number here and beside the row itself.

import { keep } from "./address.js";
import { emit } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { t } from "../i18n/strings.js";

/** @import { Hit, Side, Stop } from "./types" */

export class TourPoints {
  constructor() {
    this.node = el("div", { class: "tour-points", role: "group", "aria-label": t("tour.look") });
    this.drawn = "";
  }

  /** Point at what the stages made of the right item; at nothing where it is not among the hits.
   *  @param {Stop | null} stop @param {Hit[]} hits of this stop's search, once it has ended */
  draw(stop, hits) {
    const right = new Set(stop?.right.map(({ id }) => id));
    const found = hits
      .filter((hit) => [hit, ...hit.copies].some(({ id }) => right.has(id)))
      .sort((a, b) => (a.r1 ?? a.r0) - (b.r1 ?? b.r0));
    const hit = found[0] ?? null;
    const key = JSON.stringify([stop?.name, hit?.id, hit?.r0, hit?.r1]);
    if (key === this.drawn) return;
    this.drawn = key;
    emit("pointed", { id: hit?.id ?? null });
    this.node.hidden = !hit;
    if (hit) this.node.replaceChildren(...points(hit));
  }
}

/** @param {Hit} hit */
function points(hit) {
  const why = () => {
    keep({ detail: "why" });
    emit("open", { id: hit.id });
  };
  /** @param {Side} side */
  const at = (side) => () => emit("reach", { id: hit.id, side });
  const by = hit.r1 == null ? 0 : hit.r0 - hit.r1;
  const way = by > 0 ? "up" : by < 0 ? "down" : "same";
  const moved = t(`tour.look.${way}`, { rank: hit.r1, n: Math.abs(by) });
  return [
    point(1, t("tour.look.recall", { rank: hit.r0 }), at("recall")),
    hit.r1 == null ? null : point(2, moved, at("rerank")),
    point(3, t("tour.look.why"), why),
  ].filter((one) => one !== null);
}

/** @param {number} n @param {string} text @param {() => unknown} run */
const point = (n, text, run) =>
  el(
    "button",
    { type: "button", class: "chip", onclick: run },
    el("b", { class: "point", text: String(n), "aria-hidden": "true" }),
    el("span", { text }),
  );
