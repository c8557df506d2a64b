// A PDF page as it was printed, its neighbours one click away, and its text with the words marked.

import { el } from "../kit/dom.js";
import { framed } from "./picture.js";
import { marked } from "../kit/highlight.js";
import { icon } from "../kit/icons.js";
import { withRead } from "./read.js";
import { t } from "../i18n/strings.js";

/** @import { Detail } from "./detail.js" */
/** @import { Shown, View } from "./types" */

/** @param {Shown} item @param {Detail} detail @returns {View} */
export function pageView(item, detail) {
  const pages = item.siblings.filter((other) => other.kind === "page");
  const at = pages.findIndex((page) => page.id === item.id);
  const view = framed(`/m/page/${item.id}`, item, detail, {
    fallback: `/m/thumb/${item.thumb}`,
    large: `/m/preview/${item.id}?longest=3200`,
  });
  /** @param {number} by @param {string} name @param {string} label */
  const turn = (by, name, label) => {
    const target = pages[at + by];
    return el(
      "button",
      {
        type: "button",
        class: "quiet round",
        "aria-label": t(label),
        title: t(label),
        disabled: !target,
        onclick: () => detail.go(target.id),
      },
      icon(name),
    );
  };
  const where = t("page.of", { page: item.place.page, total: pages.length });
  const turner = el(
    "div",
    { class: "turner", "data-explain": "place" },
    turn(-1, "left", "page.before"),
    el("span", { text: where }),
    turn(1, "right", "page.after"),
  );
  view.node.append(turner);
  const text = el("p", { class: "page-text", "data-content": "", text: item.text.trim() });
  const summary = el("summary", { text: t("page.text") });
  const fold = el("details", { class: "fold", open: item.words.length > 0 }, summary, text);
  if (item.text.trim()) view.node.append(fold);
  const shown = { ...view, shown: () => marked([text], item.words), release: () => marked([], []) };
  return withRead(shown, item, view.sheet);
}
