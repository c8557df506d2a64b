// The map of evidence over an item: cells over a picture, bars under frames, grounds of sentences.
// A number stands behind every colour: on hover, by the arrow keys, and in the list below the map.

import { SIDE, fallText, partText, shareOf, strengthOf } from "./falls.js";
import { walkable } from "./heat_keys.js";
import { el } from "../kit/dom.js";
import { thumbOf } from "../kit/format.js";

/** @import { Evidence, Fall, Reading, Shown } from "./types" */

/** @param {Shown} item @param {Evidence} evidence @param {Reading} reading */
export function heatOf(item, evidence, reading) {
  const finest = finestOf(evidence);
  const peak = peakOf(evidence.falls, reading);
  /** @type {Heated} */
  const heated = (node, fall, together) => {
    const share = together ?? shareOf(fall, evidence.falls, reading);
    node.style.setProperty("--heat", Math.abs(share).toFixed(3));
    node.dataset.way = share < 0 ? "gain" : "loss";
    if (fall === peak && !together) node.dataset.peak = "";
    node.title = `${partText(fall, evidence)}: ${fallText(fall)}`;
    return node;
  };
  if (evidence.sentences.length) return textHeat(evidence, finest, heated);
  if (evidence.frames.length) return framesHeat(evidence, finest, heated);
  return pictureHeat(item, evidence, reading, heated);
}

/** The part that costs most: the largest coarse fall, and within it the largest finer one.
 *  @param {Fall[]} falls @param {Reading} reading */
function peakOf(falls, reading) {
  /** @type {Fall | null} */
  let peak = null;
  for (let level = 0; ; level += 1) {
    const inside = falls.filter(
      (fall) => fall.level === level && (!peak || isInside(fall.at, peak.at)),
    );
    if (!inside.length) return peak;
    const best = inside.reduce((found, one) =>
      strengthOf(one, reading) > strengthOf(found, reading) ? one : found,
    );
    if (strengthOf(best, reading) <= 0) return peak;
    peak = best;
  }
}

/** The parts that are shown of what does not overlap: a coarse one gives way to its own parts.
 *  @param {Evidence} evidence */
const finestOf = ({ falls }) =>
  falls.filter((fall) => !falls.some((one) => one.level > fall.level && isInside(one.at, fall.at)));

/** @param {number[]} one @param {number[]} other */
function isInside(one, other) {
  const half = one.length / 2;
  return one.every((at, n) => (n < half ? at >= other[n] - 1e-9 : at <= other[n] + 1e-9));
}

/** Colours a node by a fall; by the mean of several, where it was covered only `together`.
 *  @typedef {(node: HTMLElement, fall: Fall, together?: number) => HTMLElement} Heated */

/** @param {Shown} item @param {Evidence} evidence
 *  @param {Reading} reading @param {Heated} heated */
function pictureHeat(item, evidence, reading, heated) {
  const alt = item.title;
  const image = el("img", { src: `/m/preview/${item.id}`, alt, decoding: "async" });
  if (item.width && item.height) {
    image.width = item.width;
    image.height = item.height;
  }
  image.addEventListener("error", () => (image.src = thumbOf(item)), { once: true });
  const cells = cellsOf(evidence, reading).map(({ at, fall, share }) =>
    placed(heated(el("i", { class: "heat-cell" }), fall, share), at),
  );
  const peak = peakOf(evidence.falls, reading);
  if (peak && !cells.some((cell) => "peak" in cell.dataset)) {
    // nothing smaller has been measured yet, or can be: its frame lies around several cells
    const frame = heated(el("i", { class: "heat-cell" }), peak, 0);
    frame.dataset.peak = "";
    cells.push(placed(frame, peak.at));
  }
  const map = el("div", { class: "heat-map" }, image, ...cells);
  return walkable(el("div", { class: "heat-frame" }, map), cells);
}

/** @param {HTMLElement} node @param {number[]} at */
function placed(node, at) {
  const [left, top, right, bottom] = at.map((side) => side * 100);
  Object.assign(node.style, {
    left: `${left}%`,
    top: `${top}%`,
    width: `${right - left}%`,
    height: `${bottom - top}%`,
  });
  return node;
}

/** Cells side by side. One that was covered only together with others has the mean of what these
 *  lost, and names the one that lost most.
 *  @param {Evidence} evidence @param {Reading} reading */
function cellsOf({ falls }, reading) {
  const fine = falls.filter((fall) => fall.level > 0);
  const shown = fine.filter(
    (fall) => !fine.some((one) => one.level > fall.level && isInside(one.at, fall.at)),
  );
  /** @type {{ at: number[], fall: Fall, share: number | undefined }[]} */
  const cells = shown.map((fall) => ({ at: fall.at, fall, share: undefined }));
  for (let n = 0; n < SIDE * SIDE; n += 1) {
    const [column, row] = [n % SIDE, Math.floor(n / SIDE)];
    const at = [column, row, column + 1, row + 1].map((step) => step / SIDE);
    const over = falls.filter((fall) => fall.level === 0 && isInside(at, fall.at));
    if (!over.length || shown.some((fall) => isInside(fall.at, at))) continue;
    const shares = over.map((fall) => shareOf(fall, falls, reading));
    const mean = shares.reduce((sum, one) => sum + one, 0) / shares.length;
    cells.push({ at, fall: over[shares.indexOf(Math.max(...shares))], share: mean });
  }
  return cells;
}

/** @param {Evidence} evidence @param {Fall[]} falls @param {Heated} heated */
function framesHeat(evidence, falls, heated) {
  const frames = [...falls]
    .sort((one, other) => one.at[0] - other.at[0])
    .map((fall) => {
      const shown = evidence.pictures.slice(fall.at[0], fall.at[1]);
      const images = shown.map((key) =>
        el("img", { src: `/m/seen/${key}`, alt: "", loading: "lazy" }),
      );
      const bar = el("i", { class: "heat-bar" });
      const text = el("span", {
        class: "fine",
        "data-explain": "falls",
        text: partText(fall, evidence),
      });
      return heated(el("figure", {}, el("div", {}, ...images), bar, text), fall);
    });
  return walkable(el("div", { class: "heat-frames" }, ...frames), frames);
}

/** @param {Evidence} evidence @param {Fall[]} falls @param {Heated} heated */
function textHeat({ sentences }, falls, heated) {
  const pieces = [...falls]
    .sort((one, other) => one.at[0] - other.at[0])
    .flatMap((fall) => {
      const text = sentences.slice(fall.at[0], fall.at[1]).join("");
      const space = text.slice(text.trimEnd().length); // a line feed would be drawn as a bar
      return [heated(el("mark", { text: text.trimEnd() }), fall), space];
    });
  const rest = sentences.slice(Math.max(0, ...falls.map((fall) => fall.at[1]))).join("");
  const text = el("div", { class: "heat-text", dir: "auto", "data-content": "" }, ...pieces, rest);
  return walkable(
    text,
    pieces.filter((piece) => piece instanceof HTMLElement),
  );
}
