// What the board says beside its rows: failures and notes, nothing found, newer items.

import { emit } from "../../kit/bus.js";
import { DEFAULTS, FILTERS, isDefault } from "../question/state.js";
import { LeftOut, withoutFilters } from "./left.js";
import { el } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { latest } from "../../shell/status.js";
import { t, worded } from "../../i18n/strings.js";

/** @import { Hit } from "../types" */
/** @import { Board } from "./board.js" */

/** Whether the library is known to hold nothing. */
export const isEmpty = () => Boolean(latest) && !itemCount();

const itemCount = () => Object.values(latest?.items ?? {}).reduce((sum, n) => sum + n, 0);

/** Whether the start page is shown: before the first search, and where it leads further than an
 *  empty board does, in an empty library or after a query that could not be asked.
 *  @param {Board} board */
export function begins({ stage, value }) {
  if (stage === "empty") return true;
  if (value?.hits.length) return false;
  return stage === "error" || isEmpty();
}

/** What helps: its label, and how.
 *  @typedef {[label: string, run: () => void]} WayOut */

/** @type {WayOut} */
const WITHOUT_FILTERS = ["left.clear", withoutFilters];

/** What helps where nothing was found, by the code of the note that says why.
 *  @type {Record<string, WayOut>} */
const WAYS_OUT = {
  no_words: ["nothing.meaning", () => emit("ask", { change: () => ({ words: "off" }) })],
  not_yet: ["nothing.again", () => emit("ask", {})],
};

export class Messages {
  /** @param {Board} board */
  constructor(board) {
    this.board = board;
    /** Items when the search began; null while that is not known.
     *  @type {number | null} */
    this.known = null;
    this.note = el("div", { class: "board-note", role: "alert", hidden: true });
    this.nothing = el("div", { class: "board-nothing", hidden: true });
    const again = () => emit("ask", {});
    this.left = new LeftOut();
    this.newer = el("button", {
      type: "button",
      "data-explain": "items",
      class: "chip board-newer",
      hidden: true,
      onclick: again,
    });
  }

  /** A search begins: what is in the library now is what it can find. */
  begin() {
    this.known = latest ? itemCount() : null;
  }

  /** @param {Hit[]} hits */
  draw(hits) {
    this.drawNote(hits);
    this.left.draw(this.board);
    this.drawNothing(hits);
    this.drawNewer();
  }

  /** A failure, or what is to be said of the hits; without any it stands in their place.
   *  @param {Hit[]} hits */
  drawNote(hits) {
    const { stage, message, value } = this.board;
    const failed = stage === "error";
    const notes = failed ? [message] : hits.length ? (value?.notes ?? []) : [];
    this.note.hidden = !notes.length || stage === "begun";
    this.note.dataset.tone = failed ? "bad" : "info";
    const lines = notes.map((note) => el("p", { text: note && worded(note) }));
    this.note.replaceChildren(icon(failed ? "alert" : "info"), el("div", {}, ...lines));
  }

  /** @param {Hit[]} hits */
  drawNothing(hits) {
    const over = ["done", "stopped", "recall"].includes(this.board.stage);
    this.nothing.hidden = !(over && !hits.length);
    if (this.nothing.hidden) return;
    const note = this.board.value?.notes[0];
    const hint = t(isEmpty() ? "nothing.empty" : "nothing.hint");
    const way = WAYS_OUT[note?.code ?? ""] ?? (this.isFiltered() ? WITHOUT_FILTERS : null);
    const [label, run] = (!isEmpty() && way) || []; // no other words help in an empty library
    this.nothing.replaceChildren(
      icon("search", 40),
      el("h2", { text: t("nothing.title") }),
      el("p", { text: note && !isEmpty() ? worded(note) : hint }),
    );
    if (label)
      this.nothing.append(
        el("button", { type: "button", class: "quiet", text: t(label), onclick: run }),
      );
  }

  isFiltered() {
    return FILTERS.some(
      (name) => !isDefault(name, this.board.asked?.choices[name] ?? DEFAULTS[name]),
    );
  }

  /** The library grew since the search: offer to search again instead of moving rows about. */
  drawNewer() {
    const { stage } = this.board;
    // A page that asks at once knows nothing when its search begins.
    if (this.known === null && latest) this.known = itemCount();
    const more = itemCount() - (this.known ?? 0);
    this.newer.hidden = !(["done", "stopped"].includes(stage) && more > 0);
    if (!this.newer.hidden) this.newer.replaceChildren(icon("retry", 15), t("newer", { n: more }));
  }
}
