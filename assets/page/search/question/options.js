// The panel of options: how to look, which the usual search needs none of.

import { check, field, group, panel, preference, quotas, select, slider } from "./fields.js";
import { MOST, TOPS } from "./state.js";
import { emit } from "../../kit/bus.js";
import { el, showTab } from "../../kit/dom.js";
import { keep } from "../address.js";
import { t } from "../../i18n/strings.js";

/** @import { SetChoices } from "../types" */

const WORDS = ["off", "on", "only"];

/** What the board does with hits of one file, beyond the first ones. */
export const GROUPED = "grouped";

/** Whether recall answers while a person types. */
export const AS_YOU_TYPE = "as-you-type";

const LAB = 2; // the third screen

/** The way to the Lab with the question on the board. */
function compareButton() {
  const go = () => {
    keep({ lab: "compare" }); // where the Lab was never open, that is how it opens
    showTab(LAB);
    emit("compare");
  };
  return el("button", {
    type: "button",
    class: "quiet compare-with",
    text: t("compare.with"),
    onclick: go,
  });
}

/** @param {SetChoices} set @param {HTMLElement} further the button for one more query */
export function optionsPanel(set, further) {
  const top = select(
    "top",
    TOPS.map((n) => [n, t("asking.top", { n })]),
    set,
    (n) => t("asking.top", { n }),
  );
  const words = select(
    "words",
    WORDS.map((mode) => [mode, t(`words.${mode}`)]),
    set,
  );
  /** @param {string} key */
  const hint = (key) => el("p", { class: "fine", text: t(key) });
  return panel("options", [
    group("asking.results", top),
    group(
      "field.rerank",
      check("rerank", t("asking.rerank"), set),
      slider("depth", 5, MOST, 5, set, String),
      hint("depth.hint"),
    ),
    group("words.title", words),
    group(
      "field.instruction",
      field("instruction", "text", set, { placeholder: t("instruction.placeholder") }),
      hint("instruction.hint"),
    ),
    group(
      "field.unlike",
      field("unlike", "text", set, { placeholder: t("unlike.placeholder") }),
      slider("unlike_weight", 0, 1, 0.05, set, (n) => `${Math.round(n * 100)} %`),
    ),
    group("also.title", further, hint("also.hint")),
    group(
      "field.copies",
      check("collapse", t("copies.collapse"), set),
      preference(GROUPED, t("grouped.label"), true),
    ),
    group("field.quota", quotas(set), hint("quota.hint")),
    group("field.pictures", check("picture_words", t("pictures.words"), set)),
    group("lab.compare", compareButton()),
    group("field.typing", preference(AS_YOU_TYPE, t("typing.label"), false), hint("typing.hint")),
  ]);
}
