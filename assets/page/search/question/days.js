// Days that people name without a calendar: today, the last seven, this year.

import { el } from "../../kit/dom.js";
import { t } from "../../i18n/strings.js";

/** @import { Choices, SetChoices } from "../types" */

/** First and last day of each, counted from `today`; a question holds the days themselves, so that
 *  it asks the same tomorrow.
 *  @type {Record<string, (today: Date) => [from: string, to: string]>} */
const SPANS = {
  today: (today) => [written(today), written(today)],
  week: (today) => [written(daysBefore(today, 6)), written(today)],
  month: (today) => [written(daysBefore(today, 29)), written(today)],
  year: (today) => [`${yearOf(today)}-01-01`, `${yearOf(today)}-12-31`],
  former: (today) => [`${yearOf(today, 1)}-01-01`, `${yearOf(today, 1)}-12-31`],
};

/** Buttons that fill in two days.
 *  @param {"taken" | "modified"} what @param {SetChoices} set */
export function dayPresets(what, set) {
  const [from, to] = /** @type {const} */ ([`${what}_from`, `${what}_to`]);
  /** @type {Choices | null} */
  let now = null;
  /** @param {string} name */
  const isOn = (name) => {
    const [first, last] = SPANS[name](new Date());
    return now !== null && now[from] === first && now[to] === last;
  };
  const buttons = Object.keys(SPANS).map((name) => {
    const press = () => {
      const [first, last] = isOn(name) ? ["", ""] : SPANS[name](new Date());
      set({ [from]: first, [to]: last });
    };
    return el("button", {
      type: "button",
      class: "chip",
      "data-explain": "days",
      data: { days: name },
      text: t(`days.${name}`),
      onclick: press,
    });
  });
  /** @param {Choices} choices */
  const draw = (choices) => {
    now = choices;
    for (const button of buttons)
      button.setAttribute("aria-pressed", String(isOn(button.dataset.days ?? "")));
  };
  const label = t(`field.${what}`);
  return {
    node: el("div", { class: "days", role: "group", "aria-label": label }, ...buttons),
    draw,
  };
}

/** @param {Date} day @param {number} n */
const daysBefore = (day, n) => new Date(day.getFullYear(), day.getMonth(), day.getDate() - n);

/** @param {Date} day @param {number} before */
const yearOf = (day, before = 0) => String(day.getFullYear() - before).padStart(4, "0");

/** A day as the filters have it, by the clock of this computer.
 *  @param {Date} day */
const written = (day) =>
  [yearOf(day), day.getMonth() + 1, day.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
