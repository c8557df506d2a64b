// What can be done with the item in the panel: search for more like it, open it.

import { emit } from "../kit/bus.js";
import { el, isNarrow } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { disliking, liking, onlyLiking } from "../shell/wishes.js";
import { t } from "../i18n/strings.js";

/** @import { Card } from "../kit/types" */
/** @import { Wish } from "../search/types" */
/** @import { Shown } from "./types" */

/** The buttons of an item; `close` folds the panel where it covers what they lead to.
 *  @param {Shown} item @param {() => void} close */
export function actionsBlock(item, close) {
  /** @param {(card: Card) => Wish} make */
  const wish = (make) => () => {
    if (isNarrow()) close();
    emit("ask", make(item));
  };
  /** @param {string} tone @param {string} name @param {string} label
   *  @param {(card: Card) => Wish} make */
  const button = (tone, name, label, make) =>
    el(
      "button",
      { type: "button", class: tone, onclick: wish(make) },
      icon(name, 16),
      el("span", { text: t(label) }),
    );
  const pdf = item.place.page && item.file?.type === "application/pdf";
  const page = pdf ? `#page=${item.place.page}` : "";
  const open = item.file
    ? el(
        "a",
        { class: "quiet", href: `/m/full/${item.id}${page}`, target: "_blank", rel: "noopener" },
        icon("open", 16),
        el("span", { text: t(pdf ? "open.pdf" : "open.original", { page: item.place.page }) }),
      )
    : null;
  return el(
    "div",
    { class: "panel-actions" },
    button("primary", "sparkle", "more_like", onlyLiking),
    open,
    button("quiet", "plus", "like.add", liking),
    button("quiet", "minus", "like.not", disliking),
  );
}
