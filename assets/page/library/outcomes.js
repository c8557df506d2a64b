// How every file ended, with the reason, and another try for those that failed.

import { on } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { count, date } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson, post } from "../kit/net.js";
import { keep, place } from "../search/address.js";
import { sayRemoved } from "./removing.js";
import { isEditable, latest, publish } from "../shell/status.js";
import { t, worded } from "../i18n/strings.js";
import { complain, toast } from "../kit/toast.js";

/** @import { Outcome, Status } from "../shell/types" */
/** @import { Ended } from "./types" */

/** @type {Outcome[]} */
const ORDER = ["queued", "reading", "failed", "skipped", "indexed", "duplicate", "unchanged"];
/** What is shown of a row that is tried again, until the program says how it ended. */
const RETRIED = new Set(["queued", "reading"]);
const SIGNS = {
  queued: "moment",
  reading: "retry",
  failed: "alert",
  skipped: "minus",
  indexed: "check",
  duplicate: "copy",
  unchanged: "check",
};

export class Outcomes {
  constructor() {
    /** @type {Outcome | ""} */
    this.only = ORDER.find((outcome) => outcome === place("ended")) ?? "";
    /** @type {Ended[]} */
    this.rows = [];
    /** Rows of files that are being tried again, by their keys.
     *  @type {Map<string, Ended>} */
    this.retried = new Map();
    this.ordered = false; // the program knows that they are
    this.asking = false; // for their outcomes
    this.counted = ""; // the counts, as they were drawn last
    this.filters = el("div", { class: "chips", role: "group", "aria-label": t("filter.outcome") });
    this.retry = el(
      "button",
      { type: "button", class: "quiet", hidden: true, onclick: () => this.again(null) },
      icon("retry", 16),
      el("span", { text: t("retry.all") }),
    );
    this.table = el("div", { class: "outcomes" });
    this.node = el(
      "section",
      { class: "files" },
      el("div", { class: "grid-head" }, this.filters, this.retry),
      this.table,
    );
    on("status", this.node, (status) => !status.lost && this.count(status));
    on("status", this.node, (status) => !status.lost && this.retried.size && this.follow(status));
  }

  async reload() {
    try {
      const [failed, rows] = await Promise.all([
        getJson("/api/outcomes", { only: "failed" }),
        getJson("/api/outcomes"),
      ]);
      const others = rows.filter((row) => row.outcome !== "failed");
      this.rows = this.withRetried([...failed, ...others]);
    } catch (error) {
      complain(error);
      return;
    }
    if (latest) this.count(latest);
    this.draw();
  }

  /** @param {Status} status */
  count(status) {
    const all = Object.values(status.files).reduce((sum, n) => sum + n, 0);
    const key = JSON.stringify([status.files, this.only]);
    if (key === this.counted) return;
    this.counted = key;
    this.retry.hidden = !status.files.failed || !isEditable();
    /** @param {Outcome | ""} outcome @param {number} n */
    const chip = (outcome, n) =>
      el(
        "button",
        {
          type: "button",
          class: "chip",
          "aria-pressed": String(outcome === this.only),
          data: { outcome },
          onclick: () => this.choose(outcome),
        },
        el("span", { text: t(outcome ? `outcome.${outcome}` : "kinds.all") }),
        el("span", { class: "number", "data-explain": "tally", text: count(n) }),
      );
    const known = ORDER.filter((outcome) => status.files[outcome]);
    this.filters.replaceChildren(
      chip("", all),
      ...known.map((outcome) => chip(outcome, status.files[outcome] ?? 0)),
    );
  }

  /** @param {Outcome | ""} outcome */
  choose(outcome) {
    this.only = outcome;
    keep({ ended: outcome });
    if (latest) this.count(latest);
    this.draw();
  }

  /** The rows in their order, each that is tried again in its place until it has ended.
   *  @param {Ended[]} rows */
  withRetried(rows) {
    const known = new Map(rows.map((row) => [row.key, row]));
    for (const [key, row] of this.retried) {
      // Before the command has arrived, the list still says what it said.
      const ended = known.get(key);
      if (
        ended &&
        this.ordered &&
        (ended.when !== row.when || ended.outcome !== "failed" || this.atRest())
      )
        this.retried.delete(key);
      else if (!ended && this.ordered && this.atRest()) this.retried.delete(key);
      else known.set(key, row);
    }
    /** @param {Ended} row */
    const turn = ({ outcome }) => ORDER.indexOf(RETRIED.has(outcome) ? "failed" : outcome);
    return [...known.values()].sort((a, b) => turn(a) - turn(b));
  }

  /** Whether the indexer does nothing, so that what has no new outcome will not get one. */
  atRest() {
    // One that has failed goes on when it is resumed.
    return !latest || latest.index.state === "idle";
  }

  /** Show how far the files are that are tried again; the list is asked while there are any.
   *  @param {Status} status */
  async follow({ index }) {
    for (const row of this.retried.values()) {
      const isRead =
        index.state === "indexing" && (this.retried.size === 1 || index.current === row.name);
      row.outcome = isRead ? "reading" : "queued";
    }
    if (this.node.isConnected && this.ordered && !this.asking) {
      this.asking = true;
      await this.reload();
      this.asking = false;
    }
  }

  draw() {
    /** @param {Ended} row */
    const fits = (row) =>
      !this.only ||
      row.outcome === this.only ||
      (this.only === "failed" && RETRIED.has(row.outcome));
    const rows = this.rows.filter(fits);
    if (!rows.length) {
      this.table.replaceChildren(el("p", { class: "empty", text: t("files.empty") }));
      return;
    }
    this.table.replaceChildren(...rows.map((row) => this.row(row)));
  }

  /** @param {Ended} row */
  row(row) {
    /** @param {string} name @param {string} key @param {string} label @param {() => void} run */
    const button = (name, key, label, run) =>
      el(
        "button",
        { type: "button", class: "quiet", "aria-label": label, title: label, onclick: run },
        icon(name, 15),
        el("span", { text: t(key) }),
      );
    const tools = [
      button("retry", "retry", t("retry.one", { name: row.name }), () => this.again([row.key])),
      button("bin", "outcome.forget", t("forget", { title: row.name }), () => this.forget(row)),
    ];
    return el(
      "div",
      { class: "outcome", data: { outcome: row.outcome, explain: "days" } },
      el(
        "span",
        { class: "outcome-sign" },
        icon(SIGNS[row.outcome] ?? "info", 16),
        el("span", { text: t(`outcome.${row.outcome}`) }),
      ),
      el(
        "div",
        { class: "outcome-file", "data-content": "" },
        el("b", { dir: "auto", text: row.name, title: row.path }),
        row.reason.text ? el("p", { class: "outcome-reason", text: worded(row.reason) }) : null,
        el("p", { class: "fine", text: row.path }),
      ),
      el("time", { class: "fine", datetime: row.when, text: date(row.when) }),
      el("div", { class: "row-tools" }, ...(row.outcome === "failed" && isEditable() ? tools : [])),
    );
  }

  /** Take a file out of the library, with the outcome it had.
   *  @param {Ended} row */
  async forget(row) {
    try {
      const { removed, ...status } = await post("/api/outcomes/forget", { keys: [row.key] });
      publish(status);
      sayRemoved(row.name, removed, () => this.reload());
      await this.reload();
    } catch (error) {
      complain(error);
    }
  }

  /** Try failed files again, all where none is named; their rows say so at once and follow.
   *  @param {string[] | null} keys */
  async again(keys) {
    const chosen = this.rows.filter(
      (row) => row.outcome === "failed" && (!keys || keys.includes(row.key)),
    );
    for (const row of chosen)
      this.retried.set(row.key, { ...row, outcome: "queued", reason: { text: "" } });
    this.ordered = false;
    this.rows = this.withRetried(this.rows);
    this.draw();
    try {
      const status = await post("/api/index/retry", { keys });
      this.ordered = true;
      publish(status);
      toast(t("retry.begun"));
    } catch (error) {
      this.retried.clear();
      this.ordered = true;
      complain(error);
      await this.reload();
    }
  }
}
