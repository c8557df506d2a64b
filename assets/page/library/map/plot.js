// The picture of the map: two canvases, of points and of what lies over them, redrawn in the next
// frame whenever something has changed, and what is under the pointer.

import { attribute, el } from "../../kit/dom.js";
import { t } from "../../i18n/strings.js";
import { Camera } from "./camera.js";
import { canvasPainter } from "./canvas.js";
import { listenToGestures } from "./gestures.js";
import { drawOver } from "./overlay.js";
import { inside, Nearby, nothing } from "./points.js";
import { Tip } from "./tip.js";
import { webglPainter } from "./webgl.js";

/** @import { Over } from "./overlay.js" */

const REACH = 12; // pixels around the pointer within which a point is meant
const MOST_RATIO = 2; // of pixels of the screen to those of the page

/** What the map does with what is picked.
 *  @typedef {{ open: (id: number) => void, choose: (points: number[]) => void }} Doing */

export class Plot {
  /** @param {Doing} doing */
  constructor(doing) {
    this.doing = doing;
    this.camera = new Camera();
    this.isLasso = false;
    this.waiting = false;
    this.frames = 0; // drawn so far, for who measures
    this.ratio = 1;
    this.nearby = new Nearby(nothing());
    /** @type {(point: number) => boolean} */
    this.isShown = () => true;
    /** @type {Over} */
    this.over = {
      camera: this.camera,
      points: nothing(),
      named: true,
      hover: -1,
      opened: -1,
      question: null,
      hits: [],
      text: "",
      line: [],
      radius: 4,
      middles: [],
    };
    this.canvas = el("canvas", { class: "map-points", "aria-hidden": "true" });
    this.top = el("canvas", { class: "map-over", "aria-hidden": "true" });
    this.tip = new Tip();
    this.node = el(
      "div",
      {
        class: "map-plot",
        tabindex: "0",
        role: "group",
        "aria-label": t("map.plot"),
        "aria-keyshortcuts": "+ - 0",
      },
      this.canvas,
      this.top,
      this.tip.node,
    );
    this.painter = webglPainter(this.canvas) ?? this.plain();
    attribute(this.node, "data-painter", this.painter.name);
    this.canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.painter = this.plain();
      this.refill();
    });
    listenToGestures(this.node, {
      camera: this.camera,
      moved: () => this.later(),
      hover: (x, y) => this.hover(this.pick(x, y), x, y),
      leave: () => this.hover(-1, 0, 0),
      click: (x, y) => this.click(this.pick(x, y)),
      lasso: (line, done) => this.lasso(line, done),
      isLasso: () => this.isLasso,
    });
    new ResizeObserver(() => this.resize()).observe(this.node);
    this.colours = new Uint8Array();
  }

  /** A canvas that has spoken WebGL speaks nothing else: a new one takes its place. */
  plain() {
    const canvas = el("canvas", { class: "map-points", "aria-hidden": "true" });
    this.canvas.replaceWith(canvas);
    this.canvas = canvas;
    return canvasPainter(canvas);
  }

  /** @param {Partial<Over>} change */
  put(change) {
    Object.assign(this.over, change);
    if (change.points) {
      this.nearby = new Nearby(change.points);
      this.over.hover = -1;
      this.painter.put(change.points);
      this.over.radius = change.points.count > 20_000 ? 2 : change.points.count > 2_000 ? 3 : 5;
    }
    this.later();
  }

  /** @param {Uint8Array<ArrayBuffer>} colours @param {(point: number) => boolean} isShown */
  paint(colours, isShown) {
    this.colours = colours;
    this.isShown = isShown;
    this.painter.paint(colours);
    this.later();
  }

  refill() {
    attribute(this.node, "data-painter", this.painter.name);
    this.resize();
    this.painter.put(this.over.points);
    this.painter.paint(this.colours);
    this.later();
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.node;
    if (!width || !height) return;
    this.ratio = Math.min(MOST_RATIO, devicePixelRatio);
    Object.assign(this.camera, { width, height });
    for (const canvas of [this.canvas, this.top]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    this.draw();
  }

  later() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    const grown = this.over.radius * Math.min(2.5, this.camera.zoom ** 0.3);
    this.painter.draw(this.camera, this.ratio, grown);
    drawOver(this.top, this.ratio, { ...this.over, radius: grown });
    attribute(this.node, "data-zoom", this.camera.zoom.toFixed(2));
    this.frames += 1;
  }

  /** @param {number} x @param {number} y */
  pick(x, y) {
    const place = this.camera.toPlace(x, y);
    return this.nearby.at(...place, REACH / this.camera.scale, this.isShown);
  }

  /** @param {number} point @param {number} x @param {number} y */
  hover(point, x, y) {
    const id = point < 0 ? null : this.over.points.ids[point];
    this.tip.show(id, x, y, this.camera);
    this.node.classList.toggle("on-point", point >= 0);
    if (point !== this.over.hover) this.put({ hover: point });
  }

  /** @param {number} point */
  click(point) {
    if (point >= 0) this.doing.open(this.over.points.ids[point]);
  }

  /** @param {[x: number, y: number][]} line in pixels @param {boolean} done */
  lasso(line, done) {
    this.put({ line: done ? [] : line });
    if (!done) return;
    const places = line.map(([x, y]) => this.camera.toPlace(x, y));
    this.doing.choose(inside(this.over.points, places, this.isShown));
  }
}
