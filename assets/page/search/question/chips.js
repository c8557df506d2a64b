// What narrows or bends the search, each as a chip that can be taken away again.

import { chosen, cleared, DEFAULTS, FILTERS, OPTIONS } from "./state.js";
import { el } from "../../kit/dom.js";
import { pathTail, thumbOf } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { isolated, t } from "../../i18n/strings.js";

/** @import { Changes, Choices, SetChoices } from "../types" */
/** @import { Card } from "../../kit/types" */

/** Draw the chips of `choices` into `list`; `cards` knows the items that are named.
 *  @param {HTMLElement} list @param {Choices} choices @param {Map<number, Card>} cards
 *  @param {SetChoices} set */
export function drawChips(list, choices, cards, set) {
  const chips = [
    ...examples(choices, cards, set),
    ...filters(choices, set),
    ...options(choices, set),
  ];
  if (chips.length > 1) {
    /** @type {(keyof Choices)[]} */
    const names = [...FILTERS, ...OPTIONS, "like", "not_like"];
    const all = el("button", {
      type: "button",
      class: "bare clear-all",
      text: t("chips.clear"),
      onclick: () => set(cleared(names)),
    });
    chips.push(el("li", {}, all));
  }
  list.hidden = !chips.length;
  list.replaceChildren(...chips);
}

/** @param {Choices} choices @param {Map<number, Card>} cards @param {SetChoices} set */
function examples(choices, cards, set) {
  /** @param {"like" | "not_like"} name @param {number} id */
  const named = (name, id) => {
    const card = cards.get(id);
    const text = t(`chip.${name}`, { title: card?.title ?? `#${id}` });
    const image = card ? el("img", { src: thumbOf(card), alt: "", width: 26, height: 26 }) : null;
    return chip(name, text, { [name]: choices[name].filter((one) => one !== id) }, set, image);
  };
  return [
    ...choices.like.map((id) => named("like", id)),
    ...choices.not_like.map((id) => named("not_like", id)),
  ];
}

/** @param {Choices} choices @param {SetChoices} set */
function options(choices, set) {
  const active = chosen(choices);
  /** What each says where it is not as usual.
   *  @type {Partial<Record<keyof Choices, string>>} */
  const said = {
    rerank: t("chip.rerank"),
    top: t("asking.top", { n: choices.top }),
    depth: t("chip.depth", { n: choices.depth }),
    words: t(`words.${choices.words}`),
    unlike: t("chip.unlike", { text: choices.unlike }),
    unlike_weight: t("chip.weight", { n: Math.round(100 * choices.unlike_weight) }),
    instruction: t("chip.instruction", { text: choices.instruction }),
    picture_words: t("chip.pictures"),
    collapse: t("chip.copies"),
    quota: t("chip.quota", { kinds: quotaText(choices.quota) }),
  };
  return OPTIONS.filter((name) => name in active).map((name) =>
    chip(name, said[name] ?? name, { [name]: DEFAULTS[name] }, set),
  );
}

/** @param {Choices["quota"]} quota */
const quotaText = (quota) =>
  Object.entries(quota)
    .map(([kind, n]) => `${t(`kinds.${kind}`)} ${n}`)
    .join(", ");

/** @param {Choices} choices @param {SetChoices} set */
function filters(choices, set) {
  const active = chosen(choices);
  /** @type {HTMLElement[]} */
  const chips = [];
  /** @param {string} name @param {string} text @param {(keyof Choices)[]} names */
  const add = (name, text, ...names) => chips.push(chip(name, text, cleared(names), set));
  for (const kind of choices.kinds) {
    chips.push(
      chip(
        "kinds",
        t(`kinds.${kind}`),
        { kinds: choices.kinds.filter((one) => one !== kind) },
        set,
      ),
    );
  }
  if (active.collection) add("collection", isolated(choices.collection), "collection");
  if (active.folder)
    add("folder", `${t("field.folder")}: ${isolated(pathTail(choices.folder))}`, "folder");
  for (const what of /** @type {const} */ (["taken", "modified"])) {
    const [from, to] = /** @type {const} */ ([`${what}_from`, `${what}_to`]);
    const text = span(active[from], active[to], (day) => day);
    if (text) add(what, `${t(`field.${what}`)}: ${text}`, from, to);
  }
  const size = span(active.min_bytes, active.max_bytes, megabytes);
  if (size) add("size", `${t("chip.size")}: ${size}`, "min_bytes", "max_bytes");
  if (active.orientation) add("orientation", t(`shape.${choices.orientation}`), "orientation");
  const length = span(active.min_seconds, active.max_seconds, seconds);
  if (length) add("length", `${t("chip.length")}: ${length}`, "min_seconds", "max_seconds");
  if (active.tag) add("tag", `${t("field.tag")}: ${isolated(choices.tag)}`, "tag");
  return chips;
}

/** Not rounded: a filter is as exact as it was typed.
 *  @param {number} n */
const megabytes = (n) => `${n / 1e6} MB`;

/** @param {number} n */
const seconds = (n) => t("time.seconds", { n });

/** @param {string} name @param {string} text @param {Changes} changes
 *  @param {SetChoices} set @param {Node | null} image */
function chip(name, text, changes, set, image = null) {
  const label = t("chips.remove", { name: text });
  const attributes = { type: "button", class: "bare", "aria-label": label, title: label };
  return el(
    "li",
    { class: "asking-chip", data: { name } },
    image,
    el("span", { dir: "auto", "data-content": "", text, title: text }),
    el("button", { ...attributes, onclick: () => set(changes) }, icon("close", 14)),
  );
}

/** From one value to another, in words; empty where there is none.
 *  @template {string | number} T
 *  @param {T | null | undefined} from @param {T | null | undefined} to
 *  @param {(value: T) => string} format */
function span(from, to, format) {
  if (from != null && to != null)
    return from === to ? format(from) : `${format(from)} – ${format(to)}`;
  if (from != null) return `≥ ${format(from)}`;
  return to != null ? `≤ ${format(to)}` : "";
}
