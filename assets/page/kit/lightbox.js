// An item as large as the window: wheel and + − zoom a picture, dragging moves it, 0 fits it again.
// ← → and a wipe lead to the items before and after.

import { el, isTyping } from "./dom.js";
import { icon } from "./icons.js";
import { onSwipe } from "./swipe.js";
import { t } from "../i18n/strings.js";

/** @import { Large, Steps } from "./types" */

const STEP = 1.25;
const LARGEST = 16;

export class Lightbox {
  /** Open at once; Esc, the cross or a click beside what is shown closes, and calls `closed`.
   *  @param {Large} large @param {Steps} steps @param {() => void} closed */
  constructor(large, steps, closed) {
    this.steps = steps;
    this.view = { scale: 1, x: 0, y: 0 };
    /** @type {HTMLImageElement | null} */
    this.image = null;
    this.dialog = el("dialog", { class: "own lightbox" });
    this.stage = el("div", { class: "lightbox-stage", tabindex: "-1", autofocus: true });
    this.percent = el("span", { class: "lightbox-percent", "data-explain": "tiles" });
    this.title = el("span", { class: "lightbox-title", dir: "auto" });
    this.place = el("span", { class: "lightbox-place", "aria-live": "polite" });
    this.before = this.button("left", "walk.before", () => steps.step(-1), "←");
    this.after = this.button("right", "walk.after", () => steps.step(1), "→");
    this.before.classList.add("lightbox-before");
    this.after.classList.add("lightbox-after");
    this.zooms = el(
      "span",
      { class: "lightbox-zooms" },
      this.button("minus", "zoom.out", () => this.zoom(1 / STEP)),
      this.percent,
      this.button("plus", "zoom.in", () => this.zoom(STEP)),
    );
    const tools = el(
      "div",
      { class: "lightbox-tools" },
      this.title,
      this.place,
      this.zooms,
      this.button("expand", "zoom.full", () => this.toggleFull()),
      this.button("close", "close", () => this.dialog.close()),
    );
    this.dialog.append(tools, this.stage, this.before, this.after);
    this.listen(closed);
    this.show(large);
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  /** @param {string} name @param {string} label @param {() => unknown} onclick
   *  @param {string} key */
  button(name, label, onclick, key = "") {
    const text = t(label);
    const title = key ? `${text} (${key})` : text;
    const attributes = { type: "button", class: "bare", "aria-label": text, title, onclick };
    return el("button", attributes, icon(name, 20));
  }

  /** @param {() => void} closed */
  listen(closed) {
    this.dialog.addEventListener("close", () => {
      this.dialog.remove();
      closed();
    });
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener(
      "click",
      (event) => event.target === this.stage && this.dialog.close(),
    );
    this.stage.addEventListener("dblclick", () => this.set(this.view.scale > 1 ? 1 : 3, 0, 0));
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.stage.addEventListener("pointerdown", (event) => this.drag(event));
    onSwipe(this.stage, (by) => this.view.scale === 1 && this.steps.step(by));
  }

  /** Show something else in the same window.
   *  @param {Large} large */
  show({ title, image, fallback, node }) {
    this.title.textContent = title;
    this.dialog.setAttribute("aria-label", title || t("detail.title"));
    this.image = image ? this.picture(image, title, fallback) : null;
    this.stage.replaceChildren(this.image ?? el("div", { class: "lightbox-view" }, node));
    this.zooms.hidden = !image;
    this.set(1, 0, 0);
    this.draw();
  }

  /** Where among the others this is. */
  draw() {
    const { place, before, after } = this.steps.now();
    const held = document.activeElement;
    this.place.textContent = place;
    this.before.disabled = !before;
    this.after.disabled = !after;
    // A focused button that is switched off would take the keys away from the window.
    if ((held === this.before && !before) || (held === this.after && !after)) this.stage.focus();
  }

  /** @param {string} source @param {string} title @param {string | null | undefined} fallback */
  picture(source, title, fallback) {
    const image = el("img", { src: source, alt: title, draggable: "false" });
    this.stage.setAttribute("aria-busy", "true");
    const over = () => this.image === image && this.stage.removeAttribute("aria-busy");
    image.addEventListener("load", over);
    image.addEventListener("error", () => {
      over();
      const kept = fallback && image.getAttribute("src") !== fallback;
      if (kept) image.src = fallback;
      if (kept && this.image === image)
        this.stage.append(el("p", { class: "lightbox-gone", text: t("preview.gone") }));
    });
    return image;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "ArrowLeft") this.steps.step(-1);
    else if (event.key === "ArrowRight") this.steps.step(1);
    else if (event.key === "+" || event.key === "=") this.zoom(STEP);
    else if (event.key === "-") this.zoom(1 / STEP);
    else if (event.key === "0") this.set(1, 0, 0);
    else return;
    event.preventDefault();
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!this.image) return;
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
    if (!this.image) return;
    this.view = { scale, x, y };
    this.image.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.stage.classList.toggle("zoomed", scale > 1);
    this.percent.textContent = `${Math.round(scale * 100)} %`;
  }

  /** @param {PointerEvent} event */
  drag(event) {
    const { image } = this;
    if (this.view.scale === 1 || !image || event.target !== image) return;
    event.preventDefault();
    const { scale, x, y } = this.view;
    /** @param {PointerEvent} now */
    const move = (now) =>
      this.set(scale, x + now.clientX - event.clientX, y + now.clientY - event.clientY);
    const end = () => image.removeEventListener("pointermove", move);
    image.setPointerCapture(event.pointerId);
    image.addEventListener("pointermove", move);
    image.addEventListener("pointerup", end, { once: true });
    image.addEventListener("pointercancel", end, { once: true });
  }

  toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.dialog.requestFullscreen?.().catch(() => {}); // refused: the window stays as it is
  }
}
