// Numbers of the results: with a sign, with an interval, counted by question.

import { el } from "../kit/dom.js";
import { t } from "../i18n/strings.js";

/** @import { Difference, Interval } from "./types" */

/** @param {number} n with its sign, and a minus that is as wide as a plus */
export const signed = (n) => `${n < 0 ? "−" : "+"}${Math.abs(n).toFixed(3)}`;

/** The interval around a mean.
 *  @param {Interval | undefined} interval @param {(n: number) => string} format */
export const spread = (interval, format) =>
  interval?.low == null || interval.high == null
    ? null
    : el("span", {
        class: "fine spread",
        "data-explain": "interval",
        text: ` [${format(interval.low)}, ${format(interval.high)}]`,
      });

/** @param {Difference | undefined} found */
export const counts = (found) =>
  found ? t("results.counts", { wins: found.wins, ties: found.ties, losses: found.losses }) : "–";
