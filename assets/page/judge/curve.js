// The reliability curve: of the hits of a relevance, the share that judges hold for right.

import { el, svg } from "../kit/dom.js";
import { t } from "../i18n/strings.js";

/** @import { Bin, Report } from "./types" */

const SIZE = 220; // pixels
const EDGE = 8;

/** @param {number} share */
const x = (share) => EDGE + share * (SIZE - 2 * EDGE);
/** @param {number} share */
const y = (share) => SIZE - EDGE - share * (SIZE - 2 * EDGE);

/** @param {Report} report */
export function reliabilityCurve({ reliability: bins, calibration_error: error }) {
  if (!bins.length) return el("p", { text: t("curve.none") });
  const lines = bins.map((bin) => el("li", { "data-explain": "reliability", text: said(bin) }));
  return el(
    "div",
    { class: "curve" },
    drawing(bins),
    el(
      "div",
      {},
      el("p", {
        "data-explain": "reliability",
        text: t("curve.error", { error: (error ?? 0).toFixed(3) }),
      }),
      el("ul", { class: "fine" }, ...lines),
    ),
  );
}

/** @param {Bin} bin */
const said = ({ low, high, n, right, right_low, right_high }) =>
  t("curve.bin", {
    low: low.toFixed(1),
    high: high.toFixed(1),
    n,
    right: percent(right),
    from: percent(right_low),
    to: percent(right_high),
  });

/** @param {number} share */
const percent = (share) => String(Math.round(share * 100));

/** @param {Bin[]} bins */
function drawing(bins) {
  const points = bins.map((bin) => `${x(bin.relevance)},${y(bin.right)}`).join(" ");
  return svg(
    "svg",
    {
      class: "curve-plot",
      width: SIZE,
      height: SIZE,
      viewBox: `0 0 ${SIZE} ${SIZE}`,
      role: "img",
      "aria-label": t("results.reliability"),
    },
    svg("rect", { x: x(0), y: y(1), width: x(1) - x(0), height: y(0) - y(1) }),
    svg("line", { class: "even", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
    ...bins.map((bin) =>
      svg("line", {
        class: "spread",
        x1: x(bin.relevance),
        x2: x(bin.relevance),
        y1: y(bin.right_low),
        y2: y(bin.right_high),
      }),
    ),
    svg("polyline", { points }),
    ...bins.map((bin) => svg("circle", { cx: x(bin.relevance), cy: y(bin.right), r: 4 })),
  );
}
