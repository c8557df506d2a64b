// A dialogue in which a region of a picture is marked: by dragging, or with the arrow keys.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "../i18n/strings.js";

/** @import { Point, Region } from "./types" */

const STEP = 0.02; // of the picture; what one press of an arrow moves
const SMALLEST = 0.03;
const WHOLE = [0, 0, 1, 1];
/** @type {Region} */
const BEGIN = [0.2, 0.2, 0.8, 0.8];

/** Ask for a region of the picture at `source`: four shares from the top left, null for all of it,
 *  undefined where nothing was decided.
 *  @param {string} source @param {Region | null | undefined} region
 *  @returns {Promise<Region | null | undefined>} */
export function cropDialog(source, region) {
  return new Promise((resolve) => new Crop(source, region ?? BEGIN, resolve));
}

class Crop {
  /** @param {string} source @param {Region} region
   *  @param {(region: Region | null | undefined) => void} resolve */
  constructor(source, region, resolve) {
    /** @type {Region} */
    this.region = region;
    /** @type {Region | null | undefined} */
    this.answer = undefined;
    this.dialog = el("dialog", { class: "own sheet crop", "aria-label": t("crop.title") });
    this.image = el("img", { src: source, alt: "", draggable: "false" });
    this.frame = el("div", {
      class: "crop-frame",
      tabindex: "0",
      role: "application",
      "aria-label": t("crop.keys"),
    });
    this.frame.append(
      ...["nw", "ne", "sw", "se"].map((corner) =>
        el("i", { class: "crop-corner", data: { corner } }),
      ),
    );
    this.stage = el("div", { class: "crop-stage" }, this.image, this.frame);
    this.dialog.append(
      this.head(),
      this.stage,
      el("p", { class: "fine", text: t("crop.keys") }),
      this.tools(),
    );
    this.stage.addEventListener("pointerdown", (event) => this.drag(event));
    this.frame.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("close", () => {
      this.dialog.remove();
      resolve(this.answer);
    });
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.draw();
    this.frame.focus();
  }

  head() {
    const cross = el(
      "button",
      {
        type: "button",
        class: "bare",
        "aria-label": t("close"),
        onclick: () => this.dialog.close(),
      },
      icon("close"),
    );
    return el("header", {}, el("h2", { text: t("crop.title") }), cross);
  }

  tools() {
    /** @param {string} tone @param {string} label @param {() => Region | null} answer */
    const button = (tone, label, answer) =>
      el("button", {
        type: "button",
        class: tone,
        text: t(label),
        onclick: () => this.decide(answer()),
      });
    return el(
      "div",
      { class: "sheet-tools" },
      button("quiet", "crop.all", () => null),
      button("primary", "crop.use", () => rounded(this.region)),
    );
  }

  /** @param {Region | null} answer */
  decide(answer) {
    this.answer = answer && JSON.stringify(answer) === JSON.stringify(WHOLE) ? null : answer;
    this.dialog.close();
  }

  draw() {
    const [left, top, right, bottom] = this.region.map((share) => `${share * 100}%`);
    const { style } = this.frame;
    Object.assign(style, {
      left,
      top,
      width: `calc(${right} - ${left})`,
      height: `calc(${bottom} - ${top})`,
    });
  }

  /** @param {number} left @param {number} top @param {number} right @param {number} bottom */
  put(left, top, right, bottom) {
    this.region = [within(left), within(top), within(right), within(bottom)];
    this.draw();
  }

  /** Arrows move the region, with Shift they move its lower right corner, Enter takes it.
   *  @param {KeyboardEvent} event */
  key(event) {
    /** @type {Record<string, Point>} */
    const ways = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, -STEP],
      ArrowDown: [0, STEP],
    };
    const by = ways[event.key];
    if (event.key === "Enter") this.decide(rounded(this.region));
    else if (by) this.shift(by, event.shiftKey);
    else return;
    event.preventDefault();
  }

  /** @param {Point} by @param {boolean} corner */
  shift([x, y], corner) {
    const [left, top, right, bottom] = this.region;
    if (corner) {
      this.put(
        left,
        top,
        Math.max(left + SMALLEST, right + x),
        Math.max(top + SMALLEST, bottom + y),
      );
      return;
    }
    const dx = Math.min(1 - right, Math.max(-left, x));
    const dy = Math.min(1 - bottom, Math.max(-top, y));
    this.put(left + dx, top + dy, right + dx, bottom + dy);
  }

  /** Dragging inside the region moves it, at a corner resizes it, anywhere else draws a new one.
   *  @param {PointerEvent} event */
  drag(event) {
    event.preventDefault();
    this.frame.focus();
    const area = this.stage.getBoundingClientRect();
    /** @param {PointerEvent} one @returns {Point} */
    const at = (one) => [
      within((one.clientX - area.left) / area.width),
      within((one.clientY - area.top) / area.height),
    ];
    const { corner } = /** @type {HTMLElement} */ (event.target).dataset;
    const inside = event.target === this.frame;
    let [x, y] = at(event);
    const [left, top, right, bottom] = this.region;
    /** @type {Point} */
    const fixed = corner
      ? [corner.includes("w") ? right : left, corner.includes("n") ? bottom : top]
      : [x, y];
    /** @param {PointerEvent} now */
    const move = (now) => {
      const [nx, ny] = at(now);
      if (inside) {
        this.shift([nx - x, ny - y], false);
        [x, y] = [nx, ny];
      } else {
        this.span(fixed, [nx, ny]);
      }
    };
    const end = () => this.stage.removeEventListener("pointermove", move);
    this.stage.setPointerCapture(event.pointerId);
    this.stage.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"])
      this.stage.addEventListener(name, end, { once: true });
  }

  /** @param {Point} from @param {Point} to */
  span([x0, y0], [x1, y1]) {
    const [left, top] = [Math.min(x0, x1), Math.min(y0, y1)];
    this.put(left, top, Math.max(left + SMALLEST, x0, x1), Math.max(top + SMALLEST, y0, y1));
  }
}

/** A share that lies in the picture.
 *  @param {number} share */
const within = (share) => Math.min(1, Math.max(0, share));

/** A region as the address has it.
 *  @param {Region} region */
const rounded = (region) =>
  /** @type {Region} */ (region.map((share) => Math.round(share * 1000) / 1000));
