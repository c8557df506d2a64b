// A picture or page as large as the window: wheel and + − zoom, dragging moves, 0 fits again.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "../i18n/strings.js";

const STEP = 1.25;
const LARGEST = 16;

/** Open the image at `source`; Esc, the cross or a click beside it closes.
 *  @param {string} source @param {string} title */
export function showLarge(source, title) {
  new Lightbox(source, title);
}

class Lightbox {
  /** @param {string} source @param {string} title */
  constructor(source, title) {
    this.view = { scale: 1, x: 0, y: 0 };
    this.image = el("img", { src: source, alt: title, draggable: "false" });
    this.stage = el(
      "div",
      { class: "lightbox-stage", tabindex: "-1", autofocus: true },
      this.image,
    );
    this.percent = el("span", { class: "lightbox-percent", text: "100 %" });
    /** @param {string} name @param {string} label @param {() => void} onclick */
    const button = (name, label, onclick) =>
      el(
        "button",
        { type: "button", class: "bare", "aria-label": t(label), title: t(label), onclick },
        icon(name, 20),
      );
    const tools = el(
      "div",
      { class: "lightbox-tools" },
      el("span", { class: "lightbox-title", dir: "auto", text: title }),
      button("minus", "zoom.out", () => this.zoom(1 / STEP)),
      this.percent,
      button("plus", "zoom.in", () => this.zoom(STEP)),
      button("expand", "zoom.full", () => this.toggleFull()),
      button("close", "close", () => this.dialog.close()),
    );
    this.dialog = el("dialog", { class: "own lightbox", "aria-label": title }, tools, this.stage);
    this.listen();
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  listen() {
    this.dialog.addEventListener("close", () => this.dialog.remove());
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener(
      "click",
      (event) => event.target === this.stage && this.dialog.close(),
    );
    this.stage.addEventListener("dblclick", () => this.set(this.view.scale > 1 ? 1 : 3, 0, 0));
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.image.addEventListener("pointerdown", (event) => this.drag(event));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "+" || event.key === "=") this.zoom(STEP);
    else if (event.key === "-") this.zoom(1 / STEP);
    else if (event.key === "0") this.set(1, 0, 0);
    else return;
    event.preventDefault();
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? STEP : 1 / STEP, event.clientX, event.clientY);
  }

  /** Zoom so that the point under the pointer stays where it is.
   *  @param {number} by @param {number} clientX @param {number} clientY */
  zoom(by, clientX = innerWidth / 2, clientY = innerHeight / 2) {
    const { scale, x, y } = this.view;
    const next = Math.min(LARGEST, Math.max(1, scale * by));
    if (next === 1) {
      this.set(1, 0, 0);
      return;
    }
    const frame = this.stage.getBoundingClientRect();
    const px = clientX - frame.left - frame.width / 2;
    const py = clientY - frame.top - frame.height / 2;
    const ratio = next / scale;
    this.set(next, px - (px - x) * ratio, py - (py - y) * ratio);
  }

  /** @param {number} scale @param {number} x @param {number} y */
  set(scale, x, y) {
    this.view = { scale, x, y };
    this.image.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.stage.classList.toggle("zoomed", scale > 1);
    this.percent.textContent = `${Math.round(scale * 100)} %`;
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (this.view.scale === 1) return;
    event.preventDefault();
    const { scale, x, y } = this.view;
    /** @param {PointerEvent} now */
    const move = (now) =>
      this.set(scale, x + now.clientX - event.clientX, y + now.clientY - event.clientY);
    const end = () => this.image.removeEventListener("pointermove", move);
    this.image.setPointerCapture(event.pointerId);
    this.image.addEventListener("pointermove", move);
    this.image.addEventListener("pointerup", end, { once: true });
    this.image.addEventListener("pointercancel", end, { once: true });
  }

  toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.dialog.requestFullscreen?.().catch(() => {}); // refused: the window stays as it is
  }
}
