// What both stages said of a hit: rank and number of each, what they mean, and who stands beside.

import { neighboursList } from "./neighbours.js";
import { el } from "../kit/dom.js";
import { count, ms } from "../kit/format.js";
import { movement, percentileText } from "../search/board/row.js";
import { isolated, t, worded } from "../i18n/strings.js";

/** @import { Answer, Hit, Side } from "../search/types" */
/** @import { Detail } from "./detail.js" */
/** @import { InColumn } from "./neighbours.js" */

/** What the second stage did, as a sentence.
 *  @param {Hit} hit @param {Answer} answer */
export function verdictBlock(hit, answer) {
  const [sign, tone] = movement(hit);
  const text = verdict(hit, answer);
  return el(
    "section",
    { class: "block why-verdict", "data-explain": "movement" },
    el("h3", { text: t("scores") }),
    el("p", { class: `verdict ${tone}` }, el("b", { text: sign }), el("span", { text })),
  );
}

/** @param {Hit} hit @param {Answer} answer */
function verdict(hit, { rerank, stage, top }) {
  if (hit.unscored) return t("unscored", { reason: worded(hit.unscored) });
  if (hit.over) return t("verdict.over", { from: hit.r0 });
  if (hit.moved) return t(`verdict.${hit.moved}`, { from: hit.r0, to: hit.r1, top });
  if (!rerank) return t("verdict.recall", { from: hit.r0 });
  if (stage === "stopped") return t("verdict.stopped", { from: hit.r0 });
  if (stage === "done") return t("verdict.unjudged", { from: hit.r0 });
  return t("verdict.waiting", { from: hit.r0 });
}

/** One stage: rank of how many, number, what it means, and the hits above and below.
 *  @param {Side} side @param {Hit} hit @param {Answer} answer @param {InColumn} standing
 *  @param {Detail} detail */
export function stageBlock(side, hit, answer, { score, beside }, detail) {
  const recall = side === "recall";
  const rank = recall ? hit.r0 : hit.r1;
  const total = recall ? answer.hits.length : answer.hits.filter((one) => one.r1 != null).length;
  return el(
    "section",
    { class: "block scores", data: { side, explain: recall ? "similarity" : "relevance" } },
    el(
      "div",
      { class: "score-row" },
      el("h3", { class: "score-stage", text: t(`column.${side}`) }),
      el("span", { class: "score-rank", title: t("explain.rank") }, ...ranked(rank, total)),
    ),
    score ? measure(recall ? "similarity" : "relevance", score) : null,
    ...explained(side, hit, answer).map((text) => el("p", { class: "fine", text })),
    neighboursList(side, beside, detail),
  );
}

/** @param {number | null} rank @param {number} total */
function ranked(rank, total) {
  if (rank == null) return [el("b", { text: "–" })];
  return [
    el("b", { text: `#${rank}` }),
    el("span", { class: "fine", text: ` ${t("rank.of", { n: count(total) })}` }),
  ];
}

/** A number with its name and a bar of it.
 *  @param {"similarity" | "relevance"} name @param {string} score */
function measure(name, score) {
  const bar = el("i", { class: "bar" });
  bar.style.setProperty("--v", String(Math.max(0, Math.min(1, Number(score)))));
  return el(
    "div",
    { class: "score-measure", title: t(`explain.${name}`) },
    el("span", { class: "score-name", text: t(name) }),
    bar,
    el("b", { class: "score-number", text: score }),
  );
}

/** What the numbers of a stage mean here.
 *  @param {Side} side @param {Hit} hit @param {Answer} answer @returns {string[]} */
function explained(side, hit, answer) {
  if (side === "rerank") {
    const logit = hit.logit == null ? "" : t("logit.is", { logit: signed(hit.logit) });
    return [t("explain.relevance"), logit].filter(Boolean);
  }
  const fused = answer.asked.choices.words === "on" || hit.by.length > 1;
  return [
    hit.sim == null ? t("words.found") : t("explain.similarity"),
    percentileText(hit) ?? "",
    hit.stands === false ? t("stands.not") : "",
    fused ? t("explain.fused") : "",
  ].filter(Boolean);
}

/** @param {number} number */
const signed = (number) => number.toFixed(3).replace("-", "−");

/** Where several queries were asked: what each is, and at which rank it has found the hit.
 *  @param {Hit} hit @param {Answer} answer */
export function queriesBlock(hit, { asked }) {
  if (!hit.by.length) return null;
  const queries = [asked, ...(asked.choices.also ?? [])];
  const rows = hit.by.map((rank, n) => {
    const { text = "", files = [] } = queries[n] ?? {};
    const named = [
      text ? `“${isolated(text)}”` : "",
      files.length ? t("asked.files", { n: files.length }) : "",
    ];
    return el(
      "li",
      {},
      el("span", {
        dir: "auto",
        text: named.filter(Boolean).join(" + ") || t("also.query", { n: n + 1 }),
      }),
      el("span", {
        class: "fine",
        text: t(rank == null ? "by.none" : "by.rank", { query: n + 1, rank }),
      }),
    );
  });
  return el(
    "section",
    { class: "block" },
    el("h3", { text: t("by.title") }),
    el("ul", { class: "why-queries", "data-explain": "several" }, ...rows),
  );
}

/** How long the stages took.
 *  @param {Hit} hit @param {Answer} answer */
export function timesText(hit, answer) {
  const { embed, recall, rerank } = answer.ms;
  const values = { embed: ms(embed), recall: ms(recall), rerank: ms(rerank) };
  const text = t(hit.r1 == null ? "timings.recall" : "timings", values);
  return el("p", { class: "fine why-times", title: t("explain.times"), text });
}
