// "Did reranking help here?": for all, each kind and each collection, with the interval drawn
// around zero, and beside each kind what the two published tables say.

import { el, svg } from "../kit/dom.js";
import { t } from "../i18n/strings.js";
import { counts, signed, spread } from "./numbers.js";

/** @import { Part, Published, Report } from "./types" */

const WIDTH = 220; // pixels
const HEIGHT = 26;
const LEAST = 0.1; // of a difference at the ends of the line, so that noise stays small

/** @param {Report} report */
export function answers({ parts, published, k }) {
  const title = el("h3", { text: t("answers.title") });
  if (!parts.length)
    return el("section", { class: "block" }, title, el("p", { text: t("answers.none") }));
  const far = [...parts, ...published].flatMap((one) =>
    "verdict" in one ? [one.low ?? one.mean, one.high ?? one.mean] : [one.difference],
  );
  const most = Math.max(LEAST, ...far.map(Math.abs));
  return el(
    "section",
    { class: "block answers" },
    title,
    el("ul", {}, ...parts.map((part) => line(part, published, most, k))),
    el("p", { class: "fine", "data-explain": "published", text: t("answers.published") }),
    el("ul", { class: "fine published" }, ...published.map(publishedLine)),
  );
}

/** @param {Part} part @param {Published[]} published @param {number} most @param {number} k */
function line(part, published, most, k) {
  const same = published.filter(({ kind }) => part.group === "kind" && kind === part.name);
  const name =
    part.group === "all"
      ? t("answers.all")
      : part.group === "kind"
        ? t(`kinds.${part.name}`)
        : part.name;
  return el(
    "li",
    { class: "answer", data: { verdict: part.verdict, group: part.group } },
    el("b", { class: "answer-name", dir: "auto", "data-content": "", text: name }),
    el("span", { class: "answer-verdict", text: t(`answers.${part.verdict}`) }),
    drawing(part, same, most),
    el(
      "span",
      { class: "answer-numbers", "data-explain": "verdict" },
      `nDCG@${k} ${signed(part.mean)}`,
      spread(part, signed),
      ` · ${t("answers.n", { n: part.n })} · ${counts(part)}`,
    ),
  );
}

/** The interval as a bar, its mean as a mark, zero as a line, published differences as ticks.
 *  @param {Part} part @param {Published[]} published @param {number} most */
function drawing(part, published, most) {
  /** @param {number} value */
  const x = (value) => WIDTH / 2 + (value / most) * (WIDTH / 2 - 6);
  const middle = HEIGHT / 2;
  const marks = published.map(({ difference, source }) =>
    svg("line", {
      class: `published-${source}`,
      x1: x(difference),
      x2: x(difference),
      y1: 3,
      y2: HEIGHT - 3,
    }),
  );
  const bar =
    part.low == null || part.high == null
      ? []
      : [svg("line", { class: "bar", x1: x(part.low), x2: x(part.high), y1: middle, y2: middle })];
  return svg(
    "svg",
    {
      class: "answer-line",
      width: WIDTH,
      height: HEIGHT,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      "aria-hidden": "true",
    },
    svg("line", { class: "zero", x1: x(0), x2: x(0), y1: 0, y2: HEIGHT }),
    ...marks,
    ...bar,
    svg("circle", { cx: x(part.mean), cy: middle, r: 4 }),
  );
}

/** @param {Published} one */
const publishedLine = ({ source, model, kind, recall, rerank, difference }) =>
  el("li", {
    "data-explain": "published",
    class: `published-of-${source}`,
    text: t("answers.line", {
      source: t(`answers.${source}`),
      model,
      kind: t(`kinds.${kind}`),
      recall: recall.toFixed(1),
      rerank: rerank.toFixed(1),
      difference: signed(difference),
    }),
  });
