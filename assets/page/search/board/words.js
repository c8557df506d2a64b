// The sentences above the board.

import { el, queryField } from "../../kit/dom.js";
import { ms } from "../../kit/format.js";
import { latest } from "../../shell/status.js";
import { isolated, t } from "../../i18n/strings.js";

/** @import { Answer, Asked } from "../types" */
/** @import { Board } from "./board.js" */

/** What the search is doing or has found; read out by screen readers.
 *  @param {Board} board */
export function phrase(board) {
  const { stage, value } = board;
  if (stage === "empty") return "";
  if (stage === "listing") return board.listing.phrase();
  if (stage === "begun") return loading() ? t("status.loading") : t("status.begun");
  if (stage === "error") return value?.hits.length ? broken(value, board.seq) : "";
  if (!value) return "";
  const n = value.hits.length;
  const listed = value.hits.filter((hit) => !hit.over).length; // a quota leaves some out
  const shown = board.narrowing.all ? listed : Math.min(listed, value.top);
  const recall = ms(value.ms.embed + value.ms.recall);
  if (!n) return t("status.nothing", { recall });
  if (value.typing) return t("status.typing", { n: shown, recall });
  if (stage === "recall" && value.rerank) return t("status.recall", { n: shown, recall });
  if (stage === "rerank") return t("status.rerank", { done: value.done, total: n });
  if (stage === "stopped") return t("status.stopped", { done: value.done, total: n });
  if (!value.rerank) return t("status.recallOnly", { n: shown, recall });
  return t("status.done", { n: shown, recall, rerank: ms(value.ms.rerank) });
}

/** What the rows are that stand below a failure: those before it, or as far as it came.
 *  @param {Answer} value @param {number} seq */
function broken(value, seq) {
  return value.seq === seq
    ? t("status.stopped", { done: value.done, total: value.hits.length })
    : t("status.former");
}

function loading() {
  return latest?.models.some((model) => model.role === "embedder" && model.state !== "ready");
}

/** What was asked, unseen where the box says the same, and what a listing counts, as nodes.
 *  @param {Board} board */
export function legend(board) {
  const { stage, asked } = board;
  if (stage === "listing") return board.listing.tally();
  if (!asked) return [];
  const text = quoted(asked);
  const isSaid = queryField()?.value.trim() === asked.text && text === `“${asked.text}”`;
  const name = isSaid ? "question spoken-only" : "question";
  return [el("span", { class: name, dir: "auto", "data-content": "", text })];
}

/** A question in a line, as a person would say it.
 *  @param {Pick<Asked, "text" | "files" | "choices" | "items">} asked */
export function quoted({ text, files, choices, items }) {
  // Words alone lead the whole line, so nothing needs to keep them apart from what follows.
  const alone = !files.length && !choices.like?.length && !choices.also?.length;
  /** @param {number} id */
  const title = (id) => items.find((item) => item.id === id)?.title ?? `#${id}`;
  /** @param {string} name @param {number[] | undefined} ids */
  const named = (name, ids) => (ids ?? []).map((id) => t(name, { title: title(id) }));
  const wanted = [
    text ? `“${alone ? text : isolated(text)}”` : "",
    files.length ? t("asked.files", { n: files.length }) : "",
    ...named("asked.like", choices.like),
  ];
  const unwanted = [
    ...named("asked.not_like", choices.not_like),
    choices.unlike ? t("asked.unlike", { text: choices.unlike }) : "",
  ];
  const also = (choices.also ?? []).map(({ text: words, files: own }) =>
    [words ? `“${isolated(words)}”` : "", own.length ? t("asked.files", { n: own.length }) : ""]
      .filter(Boolean)
      .join(" + "),
  );
  const queries = [wanted.filter(Boolean).join(" + "), ...also].filter(Boolean);
  return [queries.join(` ${t("asked.also")} `), ...unwanted.filter(Boolean)].join(", ");
}

/** What orders the recall column: several rankings become one by their ranks, not by a score.
 *  @param {Answer} value */
export function rankedBy({ asked, hits }) {
  const words = asked.choices?.words;
  if (words === "only") return "ranked.words";
  return words === "on" || hits.some((hit) => hit.by.length > 1) ? "ranked.fused" : "similarity";
}

/** What is marked in the rows: exact words only, because everything else is near by meaning.
 *  @param {Answer | null} value */
export function wordsOf(value) {
  const { choices, words } = value?.asked ?? {};
  return ["on", "only"].includes(choices?.words ?? "off") ? (words ?? []) : [];
}
