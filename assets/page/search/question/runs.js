// A finished search as it is shown and asked again: in the history and on the start page.

import { fromQuestion, DEFAULTS } from "./state.js";
import { el } from "../../kit/dom.js";
import { thumbOf } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";
import { quoted } from "../board/words.js";

/** @import { Question, Run } from "../types" */

const MOST_PICTURES = 3;

/** The question of a run, whole.
 *  @param {Run} run @returns {Question} */
export function askedBy(run) {
  const { text, files, choices } = fromQuestion(run.question);
  return { text, files, choices: { ...DEFAULTS, ...choices } };
}

/** What was asked, in a line.
 *  @param {Run} run */
export const questionText = (run) =>
  quoted({ ...askedBy(run), items: run.items }) || t("history.listing");

/** What a run is called: its name, or else what was asked.
 *  @param {Run} run */
export const titleOf = (run) => run.name || questionText(run);

/** The pictures that a run asked by: its own files, and the items that it names.
 *  @param {Run} run @param {number} size pixels */
export function picturesOf(run, size) {
  const own = run.files.map(({ name, kept }, n) => {
    const title = t(kept ? "history.file" : "history.gone", { name });
    if (!kept) return gone(title, size);
    const image = picture(["/api/history", run.id, "file", n].join("/"), title, size);
    image.addEventListener("error", () => image.replaceWith(gone(title, size)), { once: true });
    return image;
  });
  const items = run.items.map((item) => picture(thumbOf(item), item.title, size));
  return [...own, ...items].slice(0, MOST_PICTURES);
}

/** @param {string} src @param {string} title @param {number} size */
const picture = (src, title, size) =>
  el("img", { src, alt: title, title, width: size, height: size, loading: "lazy" });

/** @param {string} title @param {number} size */
const gone = (title, size) =>
  el(
    "span",
    { class: "run-gone", role: "img", "aria-label": title, title },
    icon("picture", Math.round(size / 2)),
  );
