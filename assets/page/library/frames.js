// A tile of the Library: what it shows, with what it is chosen by, removed by and unfolded by.

import { el, find } from "../kit/dom.js";
import { bytes, count, date } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { isolated, t } from "../i18n/strings.js";
import { tile } from "../search/welcome.js";

/** @import { Listed } from "./types" */

/** What is done to a tile.
 *  @typedef {{ forget: (item: Listed) => unknown,
 *              unfold: (item: Listed, frame: HTMLElement) => unknown }} Doing */

/** @param {Listed} item @param {Doing} doing */
export function frameOf(item, { forget, unfold }) {
  const node = el("div", { class: "tile-frame", data: { id: item.id } }, tile(item));
  const told = valueText(item);
  if (told) node.append(el("p", { class: "fine tile-value", text: told }));
  const label = t("forget", { title: item.title });
  node.append(
    el("input", {
      type: "checkbox",
      class: "tile-check",
      "aria-label": t("choose.one", { title: isolated(item.title) }),
    }),
    el(
      "button",
      {
        type: "button",
        class: "bare tile-bin",
        "aria-label": label,
        title: t("forget.short"),
        onclick: () => forget(item),
      },
      icon("bin", 16),
    ),
  );
  if (item.members > 1) node.append(foldButton(item, () => unfold(item, node)));
  for (const part of node.querySelectorAll("button, input"))
    /** @type {HTMLElement} */ (part).tabIndex = -1;
  return node;
}

/** @param {Listed} item @param {() => void} onclick */
function foldButton(item, onclick) {
  const n = count(item.members);
  return el(
    "button",
    {
      type: "button",
      class: "quiet tile-fold",
      "aria-expanded": "false",
      "aria-label": t("grid.members.of", { n, title: isolated(item.title) }),
      onclick,
    },
    el("span", { text: t("grid.members", { n }) }),
    icon("down", 13),
  );
}

/** Show whether a tile is chosen.
 *  @param {HTMLElement} frame @param {boolean} chosen */
export function markChosen(frame, chosen) {
  frame.classList.toggle("chosen", chosen);
  /** @type {HTMLInputElement} */ (find(frame, ".tile-check")).checked = chosen;
}

/** What is sorted by, where the tile shows nothing of it.
 *  @param {Listed} item */
function valueText({ value }) {
  if (value == null || value === "") return "";
  return typeof value === "number" ? bytes(value) : date(value);
}
