// Saved searches on the start page: each asks again what it was saved for.

import { emit } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { getJson } from "../kit/net.js";
import { latest } from "../shell/status.js";
import { t } from "../i18n/strings.js";
import { askedBy, picturesOf, questionText, titleOf } from "./question/runs.js";

/** @import { Run } from "./types" */

const MOST = 12;
const PICTURE = 26; // pixels

/** The newest saved searches; none where no history is kept.
 *  @returns {Promise<Run[]>} */
export async function savedSearches() {
  if (!latest?.history) return [];
  return (await getJson("/api/history", { only: "saved", limit: MOST })).runs;
}

/** @param {Run[]} runs */
export function savedOffer(runs) {
  const chips = runs.map((run) => {
    const { text, files, choices } = askedBy(run);
    const ask = () => emit("ask", { text, files, cards: run.items, change: () => choices });
    const [picture] = picturesOf(run, PICTURE);
    return el(
      "button",
      { type: "button", class: "chip", title: questionText(run), onclick: ask },
      picture ?? icon("bookmark", 14),
      el("span", { dir: "auto", "data-content": "", text: titleOf(run) }),
    );
  });
  return el(
    "section",
    { class: "suggestions saved-searches" },
    el("h2", { text: t("history.saved.title") }),
    el("div", { class: "chips" }, ...chips),
  );
}
