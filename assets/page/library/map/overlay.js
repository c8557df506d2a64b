// What is drawn over the points: names of clusters, the hits of the last search and where its
// question belongs, the point under the pointer, the lasso.

import { clusterName } from "./colours.js";
import { t } from "../../i18n/strings.js";

/** @import { Hit } from "../../search/types" */
/** @import { Camera } from "./camera.js" */
/** @import { MapState, Points } from "./types" */

const LINES = 5; // hits that a line leads to from the question
const NAMES = 12; // of clusters, the largest
const SIGN = 7; // pixels of a letter, about
const SMALLEST = 3; // items of a cluster that is named

/** Where the question belongs: amid those of its best hits that lie in one cluster with the first.
 *  @param {Hit[]} hits @param {Map<number, number>} at @param {Points} points
 *  @returns {[x: number, y: number] | null} */
export function questionPlace(hits, at, points) {
  const best = [...hits]
    .sort((a, b) => a.r0 - b.r0)
    .map(({ id, sim }) => ({ at: at.get(id), sim }));
  const known = best.filter((one) => one.at != null).slice(0, LINES);
  if (!known.length) return null;
  const cluster = points.clusters[known[0].at ?? 0];
  const near = known.filter((one) => points.clusters[one.at ?? 0] === cluster);
  let [x, y, sum] = [0, 0, 0];
  for (const { at: point = 0, sim } of near) {
    const weight = Math.max(sim ?? 1, 0.01);
    x += points.x[point] * weight;
    y += points.y[point] * weight;
    sum += weight;
  }
  return [x / sum, y / sum];
}

/** Where each cluster has its middle: the median, because parts of it may lie elsewhere.
 *  @param {Points} points @param {MapState} state */
export function middles(points, state) {
  const found = [];
  for (let number = 0; number < Math.min(state.clusters.length, NAMES); number += 1) {
    /** @type {number[]} */
    const members = [];
    for (let i = 0; i < points.count; i += 1) if (points.clusters[i] === number) members.push(i);
    if (members.length < SMALLEST) continue;
    /** @param {Float32Array} column */
    const median = (column) =>
      members.map((i) => column[i]).sort((a, b) => a - b)[members.length >> 1];
    const name = clusterName(state, points, number);
    found.push({ name, x: median(points.x), y: median(points.y) });
  }
  return found;
}

/** What there is to draw.
 *  @typedef {{ camera: Camera, points: Points, named: boolean, hover: number,
 *              opened: number, question: [x: number, y: number] | null, hits: number[],
 *              text: string, line: [x: number, y: number][], radius: number,
 *              middles: { name: string, x: number, y: number }[] }} Over */

/** @param {HTMLCanvasElement} canvas @param {number} ratio @param {Over} over */
export function drawOver(canvas, ratio, over) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const style = getComputedStyle(canvas);
  /** @param {string} name */
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const { camera, points, radius } = over;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, camera.width, camera.height);
  context.font = `600 12.5px ${style.fontFamily}`;
  context.textAlign = "center";
  /** @param {number} point @param {number} size @param {string} ink @param {number} width */
  const ring = (point, size, ink, width) => {
    const [x, y] = camera.toPixels(points.x[point], points.y[point]);
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.strokeStyle = ink;
    context.lineWidth = width;
    context.stroke();
  };
  /** @param {string} text @param {number} x @param {number} y */
  const write = (text, x, y) => {
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = colour("card");
    context.strokeText(text, x, y);
    context.fillStyle = colour("ink");
    context.fillText(text, x, y);
  };
  if (over.question) {
    const [x, y] = camera.toPixels(...over.question);
    context.strokeStyle = colour("accent");
    context.lineWidth = 1;
    for (const hit of over.hits.slice(0, LINES)) {
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(...camera.toPixels(points.x[hit], points.y[hit]));
      context.stroke();
    }
  }
  for (const hit of over.hits) ring(hit, radius + 3, colour("accent"), 2);
  if (over.named) writeNames(over, write);
  if (over.opened >= 0) ring(over.opened, radius + 5, colour("ink"), 2.5);
  if (over.hover >= 0) ring(over.hover, radius + 4, colour("ink"), 1.5);
  if (over.question) {
    const [x, y] = camera.toPixels(...over.question);
    star(context, x, y, colour("accent"), colour("card"));
    write(over.text || t("map.question"), x, y - 16);
  }
  if (over.line.length > 1) {
    context.beginPath();
    over.line.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.fillStyle = colour("accent-soft");
    context.globalAlpha = 0.5;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = colour("accent");
    context.lineWidth = 2;
    context.stroke();
  }
}

/** Names one below the other are unreadable: the larger cluster keeps its name.
 *  @param {Over} over @param {(text: string, x: number, y: number) => void} write */
function writeNames({ camera, middles: named }, write) {
  /** @type {[x: number, y: number][]} */
  const taken = [];
  for (const { name, x, y } of named) {
    const [px, py] = camera.toPixels(x, y);
    const isFree = taken.every(([a, b]) => Math.abs(a - px) > 130 || Math.abs(b - py) > 20);
    const isSeen = px > 40 && px < camera.width - 40 && py > 16 && py < camera.height - 8;
    if (!isFree || !isSeen) continue;
    taken.push([px, py]);
    const half = (name.length * SIGN) / 2;
    write(name, Math.max(half, Math.min(camera.width - half, px)), py);
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y
 *  @param {string} fill @param {string} edge */
function star(context, x, y, fill, edge) {
  context.beginPath();
  for (let i = 0; i < 10; i += 1) {
    const angle = (Math.PI * (2 * i - 5)) / 10;
    const far = i % 2 ? 4.5 : 10;
    context.lineTo(x + far * Math.cos(angle), y + far * Math.sin(angle));
  }
  context.closePath();
  context.lineWidth = 3;
  context.strokeStyle = edge;
  context.stroke();
  context.fillStyle = fill;
  context.fill();
}
