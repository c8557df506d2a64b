// Who judges, and how many hits of each stage.

import { el } from "../kit/dom.js";
import { labelled } from "../kit/labelled.js";
import { t } from "../i18n/strings.js";

const FIRST = [5, 10, 20, 50];

/** The two fields, and what a change of them does.
 *  @param {string} judge @param {number} first
 *  @param {{ judge: (name: string) => unknown, first: (first: number) => unknown }} changes */
export function choices(judge, first, changes) {
  const name = el("input", { type: "text", dir: "auto", maxlength: 60, value: judge });
  name.addEventListener("input", () => changes.judge(name.value));
  const options = FIRST.map((n) =>
    el("option", { value: n, selected: n === first, text: t("judge.first", { n }) }),
  );
  const select = el("select", {}, ...options);
  select.addEventListener("change", () => changes.first(Number(select.value)));
  return el(
    "div",
    { class: "judge-settings" },
    labelled("judge.name", name, "judges"),
    labelled("judge.pool", select, "pool"),
  );
}
