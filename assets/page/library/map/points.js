// The points of a map as the program sends them, and which of them is under the pointer.

/** @import { Points } from "./types" */

const CELLS = 128; // a side; 200,000 points are a dozen a cell

/** Read the columns of `packed_points`, in its order; the machine is little-endian as they are.
 *  @param {ArrayBuffer} packed @returns {Points} */
export function unpack(packed) {
  const count = packed.byteLength ? new Uint32Array(packed, 0, 1)[0] : 0;
  /** @param {number} column */
  const wide = (column) => 4 + 4 * count * column;
  /** @param {number} column */
  const narrow = (column) => new Uint8Array(packed, 4 + 16 * count + count * column, count);
  if (!count) return nothing();
  return {
    count,
    ids: new Uint32Array(packed, wide(0), count),
    x: new Float32Array(packed, wide(1), count),
    y: new Float32Array(packed, wide(2), count),
    days: new Int32Array(packed, wide(3), count),
    kinds: narrow(0),
    clusters: narrow(1),
    collections: narrow(2),
  };
}

/** A map without points. @returns {Points} */
export const nothing = () => ({
  count: 0,
  ids: new Uint32Array(),
  x: new Float32Array(),
  y: new Float32Array(),
  days: new Int32Array(),
  kinds: new Uint8Array(),
  clusters: new Uint8Array(),
  collections: new Uint8Array(),
});

/** Points by cells of a grid, so that the nearest one is found without looking at all. */
export class Nearby {
  /** @param {Points} points */
  constructor(points) {
    this.points = points;
    const { count, x, y } = points;
    const cells = new Uint32Array(count);
    this.begins = new Uint32Array(CELLS * CELLS + 1);
    for (let i = 0; i < count; i += 1) {
      cells[i] = cell(x[i]) + CELLS * cell(y[i]);
      this.begins[cells[i] + 1] += 1;
    }
    for (let i = 0; i < CELLS * CELLS; i += 1) this.begins[i + 1] += this.begins[i];
    const next = this.begins.slice();
    this.order = new Uint32Array(count);
    for (let i = 0; i < count; i += 1) this.order[next[cells[i]]++] = i;
  }

  /** The number of the nearest point within `reach`; −1 where there is none.
   *  @param {number} x @param {number} y @param {number} reach
   *  @param {(point: number) => boolean} isShown */
  at(x, y, reach, isShown) {
    let best = -1;
    let least = reach * reach;
    for (let row = cell(y - reach); row <= cell(y + reach); row += 1) {
      for (let column = cell(x - reach); column <= cell(x + reach); column += 1) {
        const end = this.begins[row * CELLS + column + 1];
        for (let i = this.begins[row * CELLS + column]; i < end; i += 1) {
          const point = this.order[i];
          const apart = (this.points.x[point] - x) ** 2 + (this.points.y[point] - y) ** 2;
          if (apart > least || !isShown(point)) continue;
          best = point;
          least = apart;
        }
      }
    }
    return best;
  }
}

/** @param {number} place from −1 to 1 */
const cell = (place) => Math.max(0, Math.min(CELLS - 1, Math.floor(((place + 1) / 2) * CELLS)));

/** The numbers of the points inside a closed line, by how often a ray crosses it.
 *  @param {Points} points @param {[x: number, y: number][]} line
 *  @param {(point: number) => boolean} isShown */
export function inside({ count, x, y }, line, isShown) {
  const found = [];
  for (let i = 0; i < count; i += 1) {
    let odd = false;
    for (let a = 0, b = line.length - 1; a < line.length; b = a, a += 1) {
      const [ax, ay] = line[a];
      const [bx, by] = line[b];
      if (ay > y[i] !== by > y[i] && x[i] < ((bx - ax) * (y[i] - ay)) / (by - ay) + ax) odd = !odd;
    }
    if (odd && isShown(i)) found.push(i);
  }
  return found;
}

/** The frame around some points, without the twentieth on each side: single ones may lie far from
 *  the others.
 *  @param {Points} points @param {number[]} members */
export function around({ x, y }, members) {
  const [xs, ys] = [x, y].map((column) => members.map((i) => column[i]).sort((a, b) => a - b));
  const [low, high] = [0.05, 0.95].map((share) => Math.floor(share * (members.length - 1)));
  return { left: xs[low], right: xs[high], top: ys[low], bottom: ys[high] };
}
