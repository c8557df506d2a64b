// The way into the tour from the start page.

import { emit } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { t } from "../i18n/strings.js";

/** @import { Stop } from "./types" */

/** The stops as buttons, and one that begins at the first.
 *  @param {Stop[]} stops */
export function tourOffer(stops) {
  /** @param {string} name */
  const begin = (name) => () => emit("tour", { name });
  const all = el(
    "button",
    { type: "button", class: "quiet tour-begin", onclick: begin(stops[0].name) },
    icon("eye", 16),
    el("span", { text: t("tour.begin") }),
  );
  const chips = stops.map((stop) => {
    const [mark, label] = stop.file
      ? ["picture", [stop.file, stop.text].filter(Boolean).join(" + ")]
      : ["search", stop.text];
    const image = stop.thumb
      ? el("img", { src: `/m/thumb/${stop.thumb}`, alt: "", width: 26, height: 26 })
      : icon(mark, 14);
    return el(
      "button",
      { type: "button", class: "chip", data: { stop: stop.name }, onclick: begin(stop.name) },
      image,
      el("span", { dir: "auto", text: label, "data-content": "" }),
    );
  });
  const head = el("div", { class: "suggestions-head" }, el("h2", { text: t("suggestions") }), all);
  return el("section", { class: "suggestions" }, head, el("div", { class: "chips" }, ...chips));
}
