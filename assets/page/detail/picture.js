// A picture at panel size; a click shows it as large as the window.

import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { withRead } from "./read.js";
import { t } from "../i18n/strings.js";

/** @import { Detail } from "./detail.js" */
/** @import { Shown, View } from "./types" */

const SHOWN_BY_BROWSERS = /^image\//;

/** Image in a frame whose shape is known before it has loaded, so that nothing jumps.
 *  @param {string} source @param {Shown} item @param {Detail} detail
 *  @param {{ fallback?: string | null, large?: string }} others */
export function framed(source, item, detail, { fallback = null, large = source } = {}) {
  const image = el("img", { src: source, alt: item.title, decoding: "async" });
  if (item.width && item.height) {
    image.width = item.width;
    image.height = item.height;
  }
  const failed = el(
    "p",
    { class: "view-gone", hidden: true },
    icon("alert", 20),
    el("span", { text: t("preview.gone") }),
  );
  image.addEventListener("load", () => image.classList.add("loaded"));
  image.addEventListener("error", () => {
    if (fallback && image.getAttribute("src") !== fallback) image.src = fallback;
    failed.hidden = false;
  });
  const open = el(
    "button",
    {
      type: "button",
      class: "view-frame",
      "aria-label": t("view.large"),
      title: t("view.large"),
      onclick: () => detail.enlarge(),
    },
    image,
    el("span", { class: "view-corner" }, icon("expand", 16)),
  );
  // Beside the button and not in it: nothing inside of a button can be selected.
  const sheet = el("div", { class: "view-sheet" });
  const frame = el("div", { class: "view-stack" }, open, sheet);
  lieOver(image, sheet, frame);
  const node = el("div", { class: "view" }, frame, failed);
  return { node, image, failed, sheet, large: { image: large, fallback } };
}

/** Keep `sheet` over what is seen of the image, whatever size that has in its frame.
 *  @param {HTMLImageElement} image @param {HTMLElement} sheet @param {HTMLElement} frame */
function lieOver(image, sheet, frame) {
  const lie = () => {
    const [over, under] = [image.getBoundingClientRect(), frame.getBoundingClientRect()];
    sheet.style.left = `${over.left - under.left}px`;
    sheet.style.top = `${over.top - under.top}px`;
    sheet.style.width = `${over.width}px`;
    sheet.style.height = `${over.height}px`;
  };
  const watch = new ResizeObserver(lie);
  watch.observe(image);
  watch.observe(frame);
}

/** @param {Shown} item @param {Detail} detail @returns {View} */
export function pictureView(item, detail) {
  const preview = `/m/preview/${item.id}`;
  const original = SHOWN_BY_BROWSERS.test(item.file?.type ?? "");
  const large = original ? `/m/full/${item.id}` : `${preview}?longest=4096`;
  const view = framed(preview, item, detail, { fallback: `/m/thumb/${item.thumb}`, large });
  return withRead(view, item, view.sheet);
}
