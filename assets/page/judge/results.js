// What the grades say: whether reranking helped, both stages by every measure, each question, how
// far judges agree, and whether a relevance means what it says.

import { el, findAll, say } from "../kit/dom.js";
import { getJson } from "../kit/net.js";
import { said } from "../kit/toast.js";
import { t } from "../i18n/strings.js";
import { reliabilityCurve } from "./curve.js";
import { answers } from "./answers.js";
import { counts, signed, spread } from "./numbers.js";
import { taking } from "./taking.js";

/** @import { Difference, Interval, Metric, Report, Stage } from "./types" */

/** @type {Metric[]} */
const METRICS = ["ndcg", "mrr", "precision", "recall", "ap"];

/** What explains each in Help.
 *  @type {Record<Metric, string>} */
const EXPLAINED = { ndcg: "ndcg", mrr: "mrr", precision: "hitrate", recall: "hitrate", ap: "ap" };

/** @param {number} n */
const digits = (n) => n.toFixed(3);

export class Results {
  /** @param {() => unknown} back */
  constructor(back) {
    /** @type {number | null} */
    this.run = null;
    this.first = 10;
    this.all = true;
    this.asked = 0;
    this.body = el("div", { class: "results-body" });
    this.say = el("p", { class: "fine", role: "status" });
    this.which = el(
      "div",
      { class: "segments", role: "group", "aria-label": t("results.which") },
      this.scope("results.all", true),
      this.scope("results.one", false),
    );
    this.title = el("h2", { tabindex: "-1", text: t("judge.results") });
    this.node = el(
      "section",
      { class: "results", hidden: true, "aria-label": t("judge.results") },
      el(
        "header",
        { class: "judge-head" },
        this.title,
        this.which,
        el("button", { type: "button", class: "quiet", text: t("results.back"), onclick: back }),
      ),
      this.say,
      this.body,
      taking(() => this.load(this.run, this.first)),
    );
  }

  /** @param {string} label @param {boolean} all */
  scope(label, all) {
    const choose = () => {
      this.all = all;
      this.load(this.run, this.first);
    };
    return el("button", { type: "button", text: t(label), onclick: choose });
  }

  close() {
    this.node.hidden = true;
  }

  /** @param {number | null} run @param {number} first */
  async load(run, first) {
    [this.run, this.first] = [run, first];
    this.node.hidden = false;
    const [all, one] = findAll(this.which, "button");
    all.setAttribute("aria-pressed", String(this.all));
    one.setAttribute("aria-pressed", String(!this.all));
    one.toggleAttribute("disabled", run === null);
    const asked = ++this.asked;
    say(this.say, t("results.loading"));
    this.body.replaceChildren();
    try {
      const report = await getJson("/api/judging/report", { k: first, run: this.all ? null : run });
      if (asked === this.asked) this.draw(report);
    } catch (error) {
      if (asked === this.asked) say(this.say, said(error));
    }
  }

  /** @param {Report} report */
  draw(report) {
    say(this.say, report.grades ? "" : t("results.none"));
    if (!report.grades) return;
    const counted = report.questions.length;
    const left = [
      report.without_right ? t("results.withoutRight", { n: report.without_right }) : "",
      report.without_run ? t("results.withoutRun", { n: report.without_run }) : "",
    ];
    const about = [t("results.about", { grades: report.grades, n: counted }), ...left];
    this.body.replaceChildren(
      el("p", { class: "fine", "data-explain": "judging", text: about.filter(Boolean).join(" ") }),
      answers(report),
      section("results.measures", measures(report)),
      section("results.questions", questions(report)),
      section("results.agreement", agreement(report)),
      section("results.reliability", reliabilityCurve(report)),
    );
  }
}

/** @param {string} title @param {...Node} nodes */
const section = (title, ...nodes) =>
  el("section", { class: "block" }, el("h3", { text: t(title) }), ...nodes);

/** @param {Report} report */
function measures({ means, differences, k }) {
  const head = ["measure", "recall", "rerank", "difference", "wins", "p"].map((name) =>
    el("th", { scope: "col", text: t(`results.${name}`) }),
  );
  const rows = METRICS.map((metric) =>
    el(
      "tr",
      { "data-explain": EXPLAINED[metric] },
      el("th", { scope: "row", text: t(`metric.${metric}`, { k }) }),
      cell(means.recall?.[metric], digits),
      cell(means.rerank?.[metric], digits),
      cell(differences[metric], signed),
      el("td", { "data-explain": "wins", text: counts(differences[metric]) }),
      el("td", { "data-explain": "chance", text: chance(differences[metric]) }),
    ),
  );
  return tableOf(head, rows);
}

/** @param {Interval | undefined} interval @param {(n: number) => string} format */
const cell = (interval, format) =>
  el("td", {}, interval ? format(interval.mean) : "–", spread(interval, format));

/** @param {Difference | undefined} found */
const chance = (found) => (found?.p == null ? "–" : found.p < 0.001 ? "< .001" : digits(found.p));

/** @param {HTMLElement[]} head @param {HTMLElement[]} rows */
const tableOf = (head, rows) =>
  el(
    "div",
    { class: "table-box results-table", tabindex: "0" },
    el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)),
  );

/** The questions, those that reranking made worst first.
 *  @param {Report} report */
function questions({ questions: all, k }) {
  /** @param {Report["questions"][number]} one */
  const gain = ({ ndcg }) => (ndcg.rerank ?? ndcg.recall ?? 0) - (ndcg.recall ?? 0);
  const head = ["question", "recall", "rerank", "difference", "unjudged"].map((name) =>
    el("th", { scope: "col", "data-explain": "ndcg", text: t(`results.${name}`, { k }) }),
  );
  const rows = [...all]
    .sort((one, other) => gain(one) - gain(other))
    .map((one) => {
      const by = gain(one);
      const tone = by > 0 ? "up" : by < 0 ? "down" : "same";
      const sign = by > 0 ? "▲" : by < 0 ? "▼" : "＝";
      /** @param {Stage} stage */
      const shown = (stage) => one.ndcg[stage]?.toFixed(3) ?? "–";
      const missing = [one.unjudged.recall, one.unjudged.rerank].map((n) => n ?? "–").join(" · ");
      return el(
        "tr",
        { "data-explain": "ndcg" },
        el("th", {
          scope: "row",
          dir: "auto",
          "data-content": "",
          text: one.text || t("judge.byFiles"),
        }),
        el("td", { text: shown("recall") }),
        el("td", { text: shown("rerank") }),
        el("td", { class: tone, text: one.ndcg.rerank == null ? "–" : `${sign} ${signed(by)}` }),
        el("td", { "data-explain": "unjudged", text: missing }),
      );
    });
  return tableOf(head, rows);
}

/** @param {Report} report */
function agreement({ agreement: { alpha, judges, shared } }) {
  const names = Object.entries(judges).map(([name, n]) =>
    el(
      "li",
      { "data-explain": "judging" },
      el("b", { dir: "auto", "data-content": "", text: name }),
      ` ${t("results.grades", { n })}`,
    ),
  );
  const text =
    alpha === null
      ? t(Object.keys(judges).length > 1 ? "results.noAlpha" : "results.oneJudge")
      : t("results.alpha", { alpha: alpha.toFixed(3), n: shared });
  return el(
    "div",
    {},
    el("p", { "data-explain": "alpha", text }),
    el("ul", { class: "results-judges" }, ...names),
  );
}
