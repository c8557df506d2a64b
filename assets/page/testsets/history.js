// The history of a set: the mean of both stages over its runs, drawn and as a table.

import { el, svg } from "../kit/dom.js";
import { t } from "../i18n/strings.js";
import { spread } from "../judge/numbers.js";

/** @import { Evaluated, SetHistory } from "./types" */

const WIDTH = 640; // pixels
const HEIGHT = 180;
const EDGE = 14;
/** @type {("recall" | "rerank")[]} */
const STAGES = ["recall", "rerank"];

/** @param {number} value */
const digits = (value) => value.toFixed(3);

/** What is otherwise than before, in words.
 *  @param {string[]} changed */
export const changes = (changed) =>
  t("sets.changed", {
    names: changed.map((name) => t(`sets.condition.${name}`)).join(t("sets.and")),
  });

/** @param {SetHistory} found */
export function history({ measure, history: runs }) {
  if (!runs.length) return [el("p", { class: "fine", text: t("sets.unasked") })];
  return [drawing(runs), table(runs, measure)];
}

/** A line for each stage with the intervals; a dashed one stands where something has changed.
 *  @param {Evaluated[]} runs */
function drawing(runs) {
  const step = (WIDTH - 2 * EDGE) / Math.max(1, runs.length - 1);
  /** @param {number} n */
  const x = (n) => EDGE + n * step;
  /** @param {number} value */
  const y = (value) => EDGE + (1 - value) * (HEIGHT - 2 * EDGE);
  const moved = runs.flatMap(({ changed }, n) =>
    changed.length
      ? [svg("line", { class: "change", x1: x(n - 0.5), x2: x(n - 0.5), y1: 0, y2: HEIGHT })]
      : [],
  );
  const drawn = STAGES.flatMap((stage) => {
    const points = runs.flatMap(({ means }, n) => {
      const mean = means[stage];
      return mean ? [{ mean, x: x(n) }] : [];
    });
    const path = points.map((one) => `${one.x},${y(one.mean.mean)}`).join(" ");
    return [
      svg("polyline", { class: `line-${stage}`, points: path, fill: "none" }),
      ...points.map(({ mean, x: at }) =>
        svg("line", {
          class: `line-${stage} spread-line`,
          x1: at,
          x2: at,
          y1: y(mean.low ?? mean.mean),
          y2: y(mean.high ?? mean.mean),
        }),
      ),
      ...points.map(({ mean, x: at }) =>
        svg("circle", { class: `line-${stage}`, cx: at, cy: y(mean.mean), r: 3.5 }),
      ),
    ];
  });
  return svg(
    "svg",
    { class: "sets-plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    ...[0, 0.5, 1].map((value) =>
      svg("line", { class: "axis", x1: 0, x2: WIDTH, y1: y(value), y2: y(value) }),
    ),
    ...moved,
    ...drawn,
  );
}

/** @param {Evaluated[]} runs @param {string} measure */
function table(runs, measure) {
  const shown = measure.replace("ndcg", "nDCG");
  const heads = [t("sets.ran"), ...STAGES.map((stage) => `${t(`sets.${stage}`)} ${shown}`)];
  return el(
    "table",
    { class: "results-table sets-runs" },
    el(
      "thead",
      {},
      el("tr", {}, ...[...heads, t("sets.moved")].map((text) => el("th", { scope: "col", text }))),
    ),
    el("tbody", {}, ...[...runs].reverse().map(line)),
  );
}

/** @param {Evaluated} run */
function line({ ran, means, changed }) {
  const when = el("time", { datetime: ran, text: new Date(ran).toLocaleString() });
  return el(
    "tr",
    {},
    el("td", { "data-explain": "sets" }, when),
    ...STAGES.map((stage) => {
      const mean = means[stage];
      const text = mean ? digits(mean.mean) : "–";
      return el("td", { "data-explain": "ndcg" }, text, spread(mean, digits));
    }),
    el("td", { text: changed.length ? changes(changed) : "–" }),
  );
}
