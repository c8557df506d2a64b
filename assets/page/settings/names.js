// What models are called, and which of them is in use.

import { t } from "../i18n/strings.js";

/** @import { Stage } from "../shell/types" */
/** @import { Choice, KnownModel } from "./types" */

const PUBLISHER = "Qwen/";

/** @param {string} path */
const last = (path) => path.replaceAll("\\", "/").split("/").filter(Boolean).at(-1) ?? path;

/** @param {KnownModel} model */
export function nameOf({ place, repository }) {
  if (place === "bundled") return t("models.demo");
  return repository.startsWith(PUBLISHER) ? last(repository) : repository;
}

/** By what a person or the library asked for it.
 *  @param {Choice} choice */
export function nameOfChoice({ wanted, adapter }) {
  const names = { none: t("model.off"), demo: t("models.demo"), auto: t("models.auto") };
  const name = names[/** @type {keyof typeof names} */ (wanted)] ?? last(wanted);
  return adapter ? `${name} + ${last(adapter)}` : name;
}

/** Whether a stage is done by this model as it comes, whatever it was asked for by.
 *  @param {KnownModel} model @param {Stage} stage */
export function isUsed({ place, repository, wanted }, stage) {
  if (stage.adapter || stage.state === "off") return false;
  if (place === "bundled") return stage.bundled;
  if (["auto", "2b", "8b"].includes(stage.wanted))
    return repository.startsWith(PUBLISHER) && last(repository) === stage.name;
  return stage.wanted === wanted;
}
