// The overlay that lists the keys.

import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { t } from "../i18n/strings.js";

/** The keys, and the word for what they do.
 *  @type {[keys: string[], meaning: string][]} */
const KEYS = [
  [["/"], "keys.query"],
  [["Enter"], "keys.search"],
  [["Esc"], "keys.escape"],
  [["↑", "↓", "j", "k"], "keys.rows"],
  [["←", "→"], "keys.columns"],
  [["Enter", "Space"], "keys.open"],
  [["+", "-"], "keys.examples"],
  [["e"], "keys.copies"],
  [["[", "]", ",", "."], "keys.walk"],
  [["←", "→"], "keys.large"],
  [["c"], "keys.compact"],
  [["+", "-"], "keys.tiles"],
  [["n", "p"], "keys.tour"],
  [["?"], "keys.help"],
];

/** The numbers of results, and what each says.
 *  @type {[name: string, meaning: string][]} */
const NUMBERS = [
  ["#1", "explain.rank"],
  ["similarity", "explain.similarity"],
  ["relevance", "explain.relevance"],
  ["numbers.logit", "explain.logit"],
  ["%", "explain.percentile"],
  ["▲ ▼", "explain.moved"],
  ["+ −", "explain.apart"],
  ["numbers.times", "explain.times"],
];

/** Show the keys; Esc, the cross or a click outside closes it. */
export function showHelp() {
  const dialog = el("dialog", { class: "own sheet help", "aria-label": t("keys.title") });
  const rows = KEYS.map(([keys, meaning]) =>
    el(
      "div",
      { class: "help-row" },
      el("span", {}, ...keys.map((key) => el("kbd", { text: key }))),
      el("span", { text: t(meaning) }),
    ),
  );
  const cross = el(
    "button",
    { type: "button", class: "bare", "aria-label": t("close"), onclick: () => dialog.close() },
    icon("close"),
  );
  const numbers = NUMBERS.map(([name, meaning]) =>
    el("div", { class: "help-row" }, el("b", { text: t(name) }), el("span", { text: t(meaning) })),
  );
  const heading = el("h2", { text: t("keys.title") });
  const title = el("h2", { text: t("numbers.title") });
  dialog.append(el("header", {}, heading, cross), ...rows, title, ...numbers);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
