// Words that were read from a picture: as text, and drawn over it, where they can be selected.

import { memory } from "../kit/bus.js";
import { el, svg } from "../kit/dom.js";
import { fold } from "../kit/folding.js";
import { marked } from "../kit/highlight.js";
import { icon } from "../kit/icons.js";
import { complain, toast } from "../kit/toast.js";
import { t, worded } from "../i18n/strings.js";

/** @import { Corners, Shown, View } from "./types" */

const MARKS = "read-words";
const SIDE = 1000; // of a picture whose size is not known
const SHOWN = "words.shown"; // whether they are drawn over pictures

/** A view of an item together with what was read from it; `sheet` is what lies over the picture.
 *  @param {View} view @param {Shown} item @param {HTMLElement | null} sheet @returns {View} */
export function withRead(view, item, sheet) {
  const read = item.read;
  if (!read) return view;
  if (read.outcome !== "read") {
    const said = read.reason.code ? worded(read.reason) : "";
    const text = [t(`read.${read.outcome}`), said].filter(Boolean).join(" ");
    if (read.outcome !== "none") view.node.append(el("p", { class: "fine", text }));
    return view;
  }
  const texts = read.lines.map(({ text }) => el("p", { dir: "auto", text }));
  const layer = sheet ? overlay(item) : null;
  if (sheet && layer) sheet.append(layer);
  const tools = el("div", { class: "read-tools" }, layer ? toggle(layer) : null, copying(item));
  const fold = el(
    "details",
    { class: "fold", open: hasAny(item.words, read.lines) },
    el("summary", { text: t("read.title", { n: read.lines.length }) }),
    el("div", { class: "page-text read-text", "data-content": "", tabindex: "0" }, ...texts),
  );
  view.node.append(tools, fold);
  return {
    ...view,
    shown: () => {
      view.shown?.();
      marked(texts, item.words, MARKS);
    },
    release: () => {
      view.release?.();
      marked([], [], MARKS);
    },
  };
}

/** The lines at their places: boxes, and in them text that can be selected.
 *  @param {Shown} item */
function overlay(item) {
  const width = item.width || SIDE;
  const height = item.height || SIDE;
  const layer = svg("svg", {
    class: "read-layer",
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: "none",
  });
  layer.setAttribute("aria-label", t("read.layer"));
  layer.setAttribute("role", "group");
  for (const { text, corners } of item.read?.lines ?? []) {
    const at = corners.map((part, n) => part * (n % 2 ? height : width));
    const hit = hasAny(item.words, [{ text }]);
    const box = svg("polygon", { class: hit ? "read-box hit" : "read-box", points: points(at) });
    layer.append(box, written(text, at));
  }
  return layer;
}

/** @param {Corners} at */
function points(at) {
  return [0, 2, 4, 6].map((n) => `${at[n].toFixed(1)},${at[n + 1].toFixed(1)}`).join(" ");
}

/** A line of text that fills its box, however it is turned.
 *  @param {string} text @param {Corners} at */
function written(text, at) {
  const [x0, y0, x1, y1, , , x3, y3] = at;
  const across = Math.hypot(x1 - x0, y1 - y0);
  const down = Math.hypot(x3 - x0, y3 - y0);
  const turned = (Math.atan2(y1 - y0, x1 - x0) * 180) / Math.PI;
  const node = svg("text", {
    class: "read-line",
    "font-size": (down * 0.8).toFixed(2),
    textLength: Math.max(1, across).toFixed(1),
    lengthAdjust: "spacingAndGlyphs",
    transform: `translate(${x3.toFixed(1)} ${y3.toFixed(1)}) rotate(${turned.toFixed(2)})`,
    y: (-down * 0.2).toFixed(2),
  });
  node.textContent = text;
  return node;
}

/** @param {SVGElement} layer */
function toggle(layer) {
  const button = el(
    "button",
    { type: "button", class: "quiet" },
    icon("passage", 15),
    el("span", { text: t("read.toggle") }),
  );
  /** @param {boolean} on */
  const show = (on) => {
    layer.toggleAttribute("hidden", !on);
    button.setAttribute("aria-pressed", String(on));
  };
  button.addEventListener("click", () => {
    const on = layer.hasAttribute("hidden");
    memory.set(SHOWN, on);
    show(on);
  });
  show(memory.get(SHOWN, true) === true);
  return button;
}

/** @param {Shown} item */
function copying(item) {
  const copy = () =>
    navigator.clipboard.writeText((item.read?.lines ?? []).map(({ text }) => text).join("\n")).then(
      () => toast(t("copied"), { seconds: 3 }),
      () => complain(new Error(t("copy.refused"))),
    );
  return el(
    "button",
    { type: "button", class: "quiet", onclick: copy },
    icon("copy", 15),
    el("span", { text: t("read.copy") }),
  );
}

/** Whether any of the words, which are folded, stands in a line.
 *  @param {string[]} words @param {{ text: string }[]} lines */
function hasAny(words, lines) {
  return lines.some(({ text }) => {
    const folded = fold(text);
    return words.some((word) => word && folded.includes(word));
  });
}
