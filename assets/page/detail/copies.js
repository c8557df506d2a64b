// Pictures that are nearly the same and stand behind a hit, as a strip that opens them.

import { emit } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { thumbOf } from "../kit/format.js";
import { t } from "../i18n/strings.js";

/** @import { Hit } from "../search/types" */

/** The strip of near copies of a hit; null where it has none.
 *  @param {Hit | null} hit */
export function copiesBlock(hit) {
  if (!hit?.copies?.length) return null;
  const buttons = hit.copies.map((copy) =>
    el(
      "button",
      {
        type: "button",
        class: "moment",
        title: copy.title,
        "aria-label": copy.title,
        onclick: () => emit("open", { id: copy.id }),
      },
      el("img", { src: thumbOf(copy), alt: "", loading: "lazy", width: 96, height: 54 }),
    ),
  );
  const strip = el(
    "div",
    { class: "moments", role: "group", "aria-label": t("copies.title") },
    ...buttons,
  );
  return el("section", { class: "block" }, el("h3", { text: t("copies.title") }), strip);
}
