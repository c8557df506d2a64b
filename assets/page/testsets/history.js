// The history of a set: the mean of both stages over its runs, drawn and as a table.

import { el, svg } from "../kit/dom.js";
import { t } from "../i18n/strings.js";
import { spread } from "../judge/numbers.js";

/** @import { Evaluated, SetHistory } from "./types" */

const WIDTH = 640; // pixels
const HEIGHT = 180;
const EDGE = 14;
const LEFT = 44; // room for the numbers of the axis
/** @type {("recall" | "rerank")[]} */
const STAGES = ["recall", "rerank"];

/** Of which the history is drawn; they are measured unless a command asks for others. */
export const MEASURES = ["ndcg@10", "mrr", "precision@10", "recall@10", "ap"];

/** A measure as people write it.
 *  @param {string} measure */
export const named = (measure) => {
  const [name, k] = measure.split("@");
  return t(name === "recall" ? "sets.recallAt" : `metric.${name}`, { k });
};

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
  return [drawing(runs), el("div", { class: "table-box" }, table(runs, measure))];
}

/** A line for each stage with the intervals; a dashed one stands where something has changed.
 *  @param {Evaluated[]} runs */
function drawing(runs) {
  const step = (WIDTH - EDGE - LEFT) / Math.max(1, runs.length - 1);
  // one run alone stands in the middle
  const begin = runs.length > 1 ? LEFT : (WIDTH + LEFT) / 2;
  /** @param {number} n */
  const x = (n) => begin + n * step;
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
    {
      class: "sets-plot",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      "aria-hidden": "true",
      "data-explain": "sets",
    },
    ...[0, 0.5, 1].flatMap((value) => [
      svg("line", { class: "axis", x1: LEFT - 12, x2: WIDTH, y1: y(value), y2: y(value) }),
      label(value.toFixed(1), y(value) + 4),
    ]),
    ...moved,
    ...drawn,
  );
}

/** A number of the axis.
 *  @param {string} text @param {number} y */
function label(text, y) {
  const node = svg("text", { x: 0, y });
  node.textContent = text;
  return node;
}

/** @param {Evaluated[]} runs @param {string} measure */
function table(runs, measure) {
  const shown = named(measure);
  const heads = [
    el("th", { scope: "col", text: t("sets.ran") }),
    ...STAGES.map((stage) =>
      el(
        "th",
        { scope: "col", "data-explain": "sets" },
        el("i", { class: `sets-key key-${stage}` }),
        `${t(`sets.${stage}`)} ${shown}`,
      ),
    ),
    el("th", { scope: "col", text: t("sets.moved") }),
  ];
  return el(
    "table",
    { class: "results-table sets-runs" },
    el("thead", {}, el("tr", {}, ...heads)),
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
      const interval = mean ? spread(mean, digits) : "";
      return el("td", { "data-explain": "sets" }, text, interval);
    }),
    el("td", { text: changed.length ? changes(changed) : "–" }),
  );
}
