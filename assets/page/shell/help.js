// Help: how to find, what the stages do, what every number means, and the keys.
//
// An element that shows a number names the entry that explains it: `data-explain="similarity"`.
// Then the pointer on it and the focus say what it is, and `?` opens Help at that entry.

import { emit } from "../kit/bus.js";
import { around, attribute, el, find, findAll } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { getJson } from "../kit/net.js";
import { t } from "../i18n/strings.js";

/** What is explained, by groups; `help.NAME` and `help.NAME.text` are its words.
 *  @type {Record<string, string[]>} */
const ENTRIES = {
  find: ["asking", "several", "examples", "words", "filters", "history"],
  stages: [
    "recall",
    "rerank",
    "movement",
    "doubt",
    "depth",
    "agreement",
    "cost",
    "margin",
    "kinds",
  ],
  numbers: [
    ...["rank", "similarity", "relevance", "logit", "percentile", "level", "apart", "hits", "ms"],
    ...["items", "place", "size", "copies", "progress", "tally", "tiles", "vectors", "accuracy"],
    ...["tokens", "falls", "passes", "mapped"],
    ...["memory", "days", "versions"],
  ],
  lab: [
    ...["judging", "grade", "pool", "judges", "ndcg", "mrr", "hitrate", "ap", "unjudged"],
    ...["interval", "chance", "wins", "verdict", "published", "alpha", "reliability"],
    ...["overlap", "sets", "pins"],
  ],
};

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
  [["+", "-", "0", "←", "→", "↑", "↓"], "keys.map"],
  [["←", "→", "↑", "↓"], "keys.evidence"],
  [["n", "p"], "keys.tour"],
  [["0", "1", "2", "3"], "keys.grade"],
  [["u", "←", "→"], "keys.judge"],
  [["?"], "keys.help"],
];

/** Show Help, at an entry or a group; unless one is named, at what has the focus.
 *  Esc, the cross or a click outside closes it.
 *  @param {string} about */
export function showHelp(about = entryAt(document.activeElement)) {
  const dialog = el("dialog", { class: "own sheet help", "aria-label": t("help.title") });
  const close = () => dialog.close();
  const cross = el(
    "button",
    { type: "button", class: "bare", "aria-label": t("close"), onclick: close },
    icon("close"),
  );
  const groups = Object.entries(ENTRIES).map(([name, entries]) => group(name, list(entries)));
  const all = [...groups, group("keys", keys())];
  const links = all.map((section) =>
    el("button", {
      type: "button",
      class: "chip",
      text: find(section, "h3").textContent,
      onclick: () => goTo(section),
    }),
  );
  const tools = el("nav", { class: "help-links", "aria-label": t("help.title") }, ...links);
  offerTour(tools, close);
  dialog.append(el("header", {}, el("h2", { text: t("help.title") }), cross), tools, ...all);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  const wanted = findAll(dialog, "[data-key]").find((one) => one.dataset.key === about);
  if (wanted) goTo(wanted);
}

/** @param {HTMLElement} node */
function goTo(node) {
  node.scrollIntoView({ block: "start" });
  node.focus({ preventScroll: true });
}

/** @param {string} name @param {Node} content */
const group = (name, content) =>
  el(
    "section",
    { tabindex: "-1", data: { key: name } },
    el("h3", { text: t(`help.group.${name}`) }),
    content,
  );

/** @param {string[]} names */
function list(names) {
  const entries = names.map((name) =>
    el(
      "div",
      { class: "help-entry", tabindex: "-1", data: { key: name } },
      el("dt", { text: t(`help.${name}`) }),
      el("dd", { text: t(`help.${name}.text`) }),
    ),
  );
  return el("dl", {}, ...entries);
}

const keys = () =>
  el(
    "div",
    {},
    ...KEYS.map(([names, meaning]) =>
      el(
        "div",
        { class: "help-row" },
        el("span", {}, ...names.map((key) => el("kbd", { text: key }))),
        el("span", { text: t(meaning) }),
      ),
    ),
  );

/** A library with the samples can be walked through, as often as somebody likes.
 *  @param {HTMLElement} tools @param {() => void} close */
async function offerTour(tools, close) {
  const { stops } = await getJson("/api/tour").catch(() => ({ stops: [] }));
  const [first] = stops;
  if (!first || !tools.isConnected) return;
  const begin = () => {
    close();
    emit("tour", { name: first.name });
  };
  tools.append(
    el(
      "button",
      { type: "button", class: "quiet help-tour", onclick: begin },
      icon("eye", 16),
      el("span", { text: t("help.tour") }),
    ),
  );
}

/** The entry that explains what an element shows; empty where none is named.
 *  @param {EventTarget | null} target */
const entryAt = (target) => around(target, "[data-explain]")?.dataset.explain ?? "";

/** What a pointer rests on, or has the focus, is explained in a word.
 *  @param {string} name */
const explain =
  (name) =>
  /** @param {Event} event */
  ({ target }) => {
    const node = around(target, "[data-explain]");
    if (!node || around(target, "[title]")) return;
    attribute(node, name, t(`help.${node.dataset.explain}.text`));
  };

document.addEventListener("pointerover", explain("title"));
document.addEventListener("focusin", explain("aria-description"));
