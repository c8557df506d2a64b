// What a bundle says beside its columns: what was asked and how, by which models and versions.
// Imports nothing but kit/dom.js: it stands in exported pages.

import { el } from "../kit/dom.js";

/** @import { Bundle, Speech } from "./types" */

/** What of a question is its heading, or said elsewhere. */
const SAID = ["text", "files", "crops"];

/** What was looked for, in a few words.
 *  @param {Bundle} bundle @param {Speech} speech */
export function headingOf({ question, files, examples, run }, { t }) {
  const also = (question.also ?? []).map((/** @type {{ text: string }} */ one) => one.text);
  const words = [question.text, ...also].filter(Boolean).join(" + ");
  const named = [...files.map((file) => file.name), ...Object.values(examples)];
  return run.name || words || named.join(", ") || t("bundle.untitled");
}

/** The settings, folded.
 *  @param {Bundle} bundle @param {Speech} speech */
export function settingsOf(bundle, speech) {
  const { question } = bundle;
  const rows = Object.entries(question).filter(([name]) => !SAID.includes(name));
  /** @type {[string, string][]} */
  const said = rows.map(([name, value]) => [
    speech.t(`bundle.set.${name}`),
    valueOf(value, bundle, speech),
  ]);
  return folded(speech.t("bundle.settings"), said);
}

/** Models, fingerprints, timings and versions, folded.
 *  @param {Bundle} bundle @param {Speech} speech */
export function versionsOf(bundle, { t }) {
  const { fingerprints, models, milliseconds, run, versions } = bundle;
  /** @type {[string, string][]} */
  const rows = [
    [t("bundle.embedder"), models.embedder],
    [t("bundle.reranker"), models.reranker],
    [t("bundle.space"), fingerprints.space],
    [t("bundle.weights"), fingerprints.reranker],
    [t("bundle.searchedBy"), run.version],
    ...Object.entries(milliseconds).map(
      /** @returns {[string, string]} */
      ([name, n]) => [t(`bundle.ms.${name}`), `${Math.round(n)} ms`],
    ),
    ...Object.entries(versions),
  ];
  return folded(
    t("bundle.facts"),
    rows.filter(([, value]) => value),
  );
}

/** @param {any} value @param {Bundle} bundle @param {Speech} speech @returns {string} */
function valueOf(value, bundle, speech) {
  const { t } = speech;
  if (typeof value === "boolean") return t(value ? "bundle.yes" : "bundle.no");
  if (Array.isArray(value)) return value.map((one) => valueOf(one, bundle, speech)).join(", ");
  if (value && typeof value === "object") {
    const parts = Object.entries(value).map(([name, one]) =>
      name === "text" || name === "files"
        ? valueOf(one, bundle, speech)
        : `${kindOf(name, t)} ${valueOf(one, bundle, speech)}`,
    );
    return parts.filter(Boolean).join(" ");
  }
  return bundle.examples[value] ?? kindOf(String(value ?? ""), t);
}

/** A kind in words; everything else as it is.
 *  @param {string} said @param {Speech["t"]} t */
function kindOf(said, t) {
  const kinds = ["picture", "page", "passage", "video", "moment"];
  return kinds.includes(said) ? t(`bundle.kind.${said}`) : said;
}

/** @param {string} title @param {[string, string][]} rows */
function folded(title, rows) {
  return el(
    "details",
    { class: "bundle-facts" },
    el("summary", { text: title }),
    el(
      "dl",
      {},
      ...rows.flatMap(([name, value]) => [
        el("dt", { text: name }),
        el("dd", { dir: "auto", text: value }),
      ]),
    ),
  );
}
