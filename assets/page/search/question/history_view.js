// How the history looks: a field that finds, saved searches, recent ones, and how it stands.

import { debounced, el, findAll, around, say } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { toCard } from "../../settings/to_card.js";
import { t } from "../../i18n/strings.js";
import { RunRow } from "./run_row.js";

/** @import { Run } from "../types" */
/** @import { Acts } from "./run_row.js" */

const LONG = 8; // searches from which on a field helps to find one
const SETTLE = 200; // milliseconds between typing and finding

/** What is drawn: `rest` says whether there are older ones, `why` what has failed.
 *  @typedef {{ saved: Run[], recent: Run[], rest: boolean, keeping: boolean,
 *              state: "loading" | "ready" | "failed", why: string }} State */

/** What the panel asks for beside what a row does; with true, for older ones.
 *  @typedef {{ load: (older: boolean) => unknown, clear: () => unknown }} Wants */

export class HistoryView {
  /** @param {Acts} acts @param {Wants} wants */
  constructor(acts, { load, clear }) {
    this.acts = acts;
    /** Rows by the ids of their runs.
     *  @type {Map<number, RunRow>} */
    this.rows = new Map();
    this.find = el("input", {
      type: "search",
      maxlength: 200,
      placeholder: t("history.find"),
      "aria-label": t("history.find"),
    });
    const settled = debounced(() => load(false), SETTLE);
    this.find.addEventListener("input", settled);
    this.clear = el(
      "button",
      { type: "button", class: "quiet", onclick: clear },
      icon("bin", 15),
      el("span", { text: t("history.clear") }),
    );
    this.note = el("p", { class: "fine", role: "status" });
    this.again = button("retry", () => load(false));
    this.off = el(
      "p",
      { class: "fine history-off" },
      el("span", { text: t("history.off") }),
      el("button", {
        type: "button",
        class: "link",
        text: t("history.change"),
        onclick: () => toCard("privacy"),
      }),
    );
    this.more = button("history.more", () => load(true));
    this.saved = part("history.saved");
    this.recent = part("history.recent");
    this.node = el(
      "div",
      {
        class: "asking-panel history",
        role: "group",
        "aria-label": t("history.title"),
        tabindex: "-1",
        hidden: true,
      },
      el("div", { class: "history-head" }, this.find, this.clear),
      this.off,
      this.note,
      this.again,
      this.saved.node,
      this.recent.node,
      this.more,
      el("p", { class: "fine", "data-explain": "history", text: t("history.hint") }),
    );
    this.node.addEventListener("keydown", (event) => this.walk(event));
  }

  /** What is to be found; empty for all.
   *  @returns {string} */
  get wanted() {
    return this.find.value.trim();
  }

  /** @param {State} state */
  draw({ saved, recent, rest, keeping, state, why }) {
    const n = saved.length + recent.length;
    const held = document.activeElement;
    const inside = held instanceof HTMLElement && this.node.contains(held) ? held : null;
    this.put(this.saved, saved);
    this.put(this.recent, recent);
    const known = new Set([...saved, ...recent].map(({ id }) => id));
    for (const id of this.rows.keys()) if (!known.has(id)) this.rows.delete(id);
    const finding = Boolean(this.wanted);
    this.find.hidden = !(finding || rest || n > LONG);
    this.clear.hidden = !(recent.length || rest) || finding;
    this.more.hidden = !rest;
    this.again.hidden = state !== "failed";
    this.off.hidden = keeping || state !== "ready";
    const empty = t(finding ? "history.nothing" : "history.none");
    const notes = { loading: t("history.loading"), failed: why, ready: n ? "" : empty };
    say(this.note, notes[state]);
    this.note.hidden = !notes[state];
    // Rows that were put in their places have lost the focus.
    if (inside && document.activeElement !== inside)
      (inside.isConnected && inside.offsetParent ? inside : this.node).focus();
  }

  /** @param {{ node: HTMLElement, list: HTMLElement }} part @param {Run[]} runs */
  put({ node, list }, runs) {
    node.hidden = !runs.length;
    const rows = runs.map((run) => {
      const row = this.rows.get(run.id) ?? new RunRow(run, this.acts);
      this.rows.set(run.id, row);
      row.draw(run);
      return row.node;
    });
    list.replaceChildren(...rows);
  }

  /** All searches that can be asked again, in their order. */
  asks() {
    return findAll(this.node, ".history-ask").filter((one) => one.offsetParent);
  }

  /** Arrows walk from one search to the next.
   *  @param {KeyboardEvent} event */
  walk(event) {
    /** @type {Record<string, number>} */
    const ways = { ArrowDown: 1, ArrowUp: -1 };
    const ask = around(event.target, ".history-ask");
    if (!(event.key in ways) || !ask) return;
    const all = this.asks();
    event.preventDefault();
    event.stopPropagation();
    all[all.indexOf(ask) + ways[event.key]]?.focus();
  }
}

/** @param {string} title */
function part(title) {
  const list = el("ol", { class: "history-list" });
  const node = el("section", { hidden: true }, el("h3", { text: t(title) }), list);
  return { node, list };
}

/** @param {string} text @param {() => unknown} run */
const button = (text, run) =>
  el("button", { type: "button", class: "quiet", text: t(text), hidden: true, onclick: run });
