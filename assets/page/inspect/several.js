// Several questions under the two settings, as a table of how much they differ, the most first.

import { download } from "../kit/download.js";
import { el, say } from "../kit/dom.js";
import { getJson, isAborted, postForLines } from "../kit/net.js";
import { complain, said } from "../kit/toast.js";
import { t, worded } from "../i18n/strings.js";
import { MOST, pasted } from "./pasted.js";

/** @import { Changes, SentQuestion } from "../search/types" */
/** @import { Answered, Compared, CompareLine } from "./types" */

export class Several {
  /** @param {() => { left: Changes, right: Changes, answered: Answered[] }} settings */
  constructor(settings) {
    this.settings = settings;
    /** Questions that were taken over whole, by their line.
     *  @type {Map<string, SentQuestion>} */
    this.known = new Map();
    /** @type {Compared[]} */
    this.rows = [];
    /** @type {AbortController | null} */
    this.running = null;
    this.box = el("textarea", {
      rows: 4,
      dir: "auto",
      placeholder: t("several.placeholder"),
      "aria-label": t("several.title"),
    });
    this.go = button("several.go", () => this.run(), "primary");
    this.stop = button("upload.stop", () => this.running?.abort());
    this.stop.hidden = true;
    this.json = button("several.json", () => this.export("json"));
    this.csv = button("several.csv", () => this.export("csv"));
    this.say = el("span", { class: "fine", role: "status", "data-explain": "progress" });
    this.table = el("div", {
      class: "table-box results-table",
      role: "region",
      "aria-label": t("several.title"),
      tabindex: "0",
      hidden: true,
    });
    this.node = el(
      "details",
      { class: "several" },
      el("summary", { text: t("several.title") }),
      this.box,
      el(
        "div",
        { class: "judge-head" },
        button("several.saved", () => this.fill("saved")),
        button("several.recent", () => this.fill("recent")),
        this.go,
        this.stop,
        this.say,
        this.json,
        this.csv,
      ),
      this.table,
    );
    this.draw();
  }

  /** Put searches of the history into the box.
   *  @param {"saved" | "recent"} only */
  async fill(only) {
    try {
      const { runs } = await getJson("/api/history", { only, limit: MOST });
      for (const { question } of runs) if (question.text) this.known.set(question.text, question);
      this.box.value = [...new Set(runs.map(({ question }) => question.text))]
        .filter(Boolean)
        .join("\n");
    } catch (error) {
      complain(error);
    }
  }

  async run() {
    if (this.running) return;
    const questions = pasted(this.box.value).map(
      (text) => this.known.get(text) ?? { text, files: [] },
    );
    if (!questions.length) return;
    this.running = new AbortController();
    this.rows = [];
    this.draw(questions.length);
    let end = "";
    try {
      const job = { questions, ...this.settings(), keep: false };
      /** @type {AsyncGenerator<CompareLine>} */
      const answers = postForLines("/api/comparison", job, this.running.signal);
      for await (const { n, comparison, message } of answers) {
        const why = message ? worded(message) : "";
        if (comparison || why)
          this.rows.push({ question: questions[n], comparison: comparison ?? null, why });
        this.draw(questions.length);
      }
    } catch (error) {
      end = isAborted(error) ? t("compare.stopped") : said(error);
    }
    this.running = null;
    this.draw(questions.length);
    if (end) say(this.say, end);
  }

  /** @param {number} of */
  draw(of = 0) {
    const { rows, running } = this;
    this.go.disabled = Boolean(running);
    this.stop.hidden = !running;
    this.json.hidden = this.csv.hidden = !rows.length || Boolean(running);
    say(this.say, of ? t("several.done", { done: rows.length, of }) : "");
    this.table.hidden = !rows.length;
    this.rows.sort(
      (one, other) => (other.comparison?.difference ?? -1) - (one.comparison?.difference ?? -1),
    );
    const head = ["question", "difference", "overlap", "movers"].map((name) =>
      el("th", { scope: "col", text: t(`several.${name}`) }),
    );
    this.table.replaceChildren(
      el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows.map(lineOf))),
    );
  }

  /** @param {"json" | "csv"} form */
  export(form) {
    const rows = this.rows.map(({ question, comparison, why }) => ({
      question: question.text,
      difference: comparison?.difference ?? "",
      overlap: comparison?.overlap ?? "",
      movers: comparison?.movers.length ?? "",
      error: why,
    }));
    if (form === "json") {
      const told = { ...this.settings(), questions: this.rows };
      download("comparison.json", "application/json", `${JSON.stringify(told, null, 2)}\n`);
      return;
    }
    const table = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row).map(cell))];
    download(
      "comparison.csv",
      "text/csv",
      `\ufeff${table.map((row) => `${row.join(",")}\r\n`).join("")}`,
    );
  }
}

/** Quoted, and never a formula for a spreadsheet.
 *  @param {string | number} value */
function cell(value) {
  if (typeof value === "number") return String(value);
  const text = ["=", "+", "-", "@", "\t", "\r"].includes(value[0]) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}

/** @param {string} label @param {() => unknown} run @param {string} look */
const button = (label, run, look = "quiet") =>
  el("button", { type: "button", class: look, text: t(label), onclick: run });

/** @param {Compared} row */
const lineOf = ({ question, comparison, why }) =>
  el(
    "tr",
    { "data-explain": "overlap" },
    el("th", { scope: "row", dir: "auto", "data-content": "", text: question.text }),
    el("td", { text: comparison ? comparison.difference.toFixed(3) : why }),
    el("td", { text: comparison ? `${Math.round(comparison.overlap * 100)} %` : "–" }),
    el("td", { text: comparison ? comparison.movers.length : "–" }),
  );
