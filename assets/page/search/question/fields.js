// What the panels below the row are made of: fields that show a choice and change it.

import { DEFAULTS, MOST } from "./state.js";
import { attribute, el, findAll, say } from "../../kit/dom.js";
import { emit, memory } from "../../kit/bus.js";
import { t } from "../../i18n/strings.js";

/** @import { Panel } from "./folds.js" */
/** @import { Choices, SetChoices } from "../types" */
/** @import { Attributes, Kind } from "../../kit/types" */

/** @type {Kind[]} */
const KINDS = ["picture", "page", "passage", "video", "moment"];

/** How every field shows its choice, which it alone knows the type of.
 *  @type {WeakMap<HTMLElement, (now: any) => void>} */
const shows = new WeakMap();

/** A panel of fields, which shows the choices that there are.
 *  @param {string} label @param {HTMLElement[]} parts @param {Panel["know"]} [know]
 *  @returns {Panel} */
export function panel(label, parts, know) {
  const node = el(
    "div",
    { class: "asking-panel", role: "group", "aria-label": t(label), hidden: true },
    ...parts,
  );
  const inputs = findAll(node, "[data-name]");
  /** What is being typed, which no search that begins meanwhile may take away.
   *  @type {Set<EventTarget | null>} */
  const typed = new Set();
  node.addEventListener("input", ({ target }) => typed.add(target));
  for (const over of ["change", "focusout"])
    node.addEventListener(over, ({ target }) => typed.delete(target), true);
  /** @param {Choices} choices */
  const draw = (choices) => {
    for (const input of inputs)
      if (!typed.has(input))
        shows.get(input)?.(choices[/** @type {keyof Choices} */ (input.dataset.name)]);
  };
  return { node, draw, know };
}

/** Fields under one label.
 *  @param {string} label @param {HTMLElement[]} nodes */
export function group(label, ...nodes) {
  const title = t(label);
  for (const node of nodes) if (node.matches("input, select")) attribute(node, "aria-label", title);
  return el("div", { class: "labelled" }, el("span", { class: "label", text: title }), ...nodes);
}

/** A field to type into; a number is `scale` times what is typed.
 *  @param {keyof Choices} name @param {string} type @param {SetChoices} set
 *  @param {Attributes} attributes @param {number} scale */
export function field(name, type, set, attributes = {}, scale = 1) {
  const input = el("input", {
    type,
    data: { name },
    maxlength: 2000,
    dir: type === "text" ? "auto" : null,
    ...attributes,
  });
  const value = () => {
    if (type !== "number") return input.value.trim();
    return input.value === "" ? null : Number(input.value) * scale;
  };
  input.addEventListener("change", () => set({ [name]: value() }));
  shows.set(input, (now) => {
    if (document.activeElement === input && type === "text") return; // the person is typing there
    input.value = now == null ? "" : type === "number" ? String(now / scale) : now;
  });
  return input;
}

/** Two fields, from and to; `what` is the part of their names.
 *  @param {string} label @param {(keyof Choices)[]} names @param {string} type
 *  @param {SetChoices} set @param {number} [scale] */
export function range(label, names, type, set, scale) {
  const inputs = names.map((name, n) =>
    field(
      name,
      type,
      set,
      {
        "aria-label": `${t(label)}: ${t(n ? "range.to" : "range.from")}`,
        placeholder: t(n ? "range.to" : "range.from"),
        ...(type === "number" ? { min: 0, step: "any" } : {}),
      },
      scale,
    ),
  );
  return el(
    "div",
    { class: "range" },
    inputs[0],
    el("span", { text: "–", "aria-hidden": "true" }),
    inputs[1],
  );
}

/** One of several values; another one, as an address may name, is added when it is to be shown.
 *  @param {keyof Choices} name @param {[value: string | number, text: string][]} options
 *  @param {SetChoices} set @param {(value: string) => string} [label] of another value */
export function select(name, options, set, label = String) {
  const node = el(
    "select",
    { data: { name } },
    ...options.map(([value, text]) => el("option", { value, text })),
  );
  const isNumber = typeof DEFAULTS[name] === "number";
  node.addEventListener("change", () =>
    set({ [name]: isNumber ? Number(node.value) : node.value }),
  );
  shows.set(node, (now) => {
    const value = String(now);
    if (![...node.options].some((option) => option.value === value))
      node.append(el("option", { value, text: label(value) }));
    node.value = value;
  });
  return node;
}

/** A number that is pulled to where it should be.
 *  @param {"depth" | "unlike_weight"} name @param {number} min @param {number} max
 *  @param {number} step @param {SetChoices} set @param {(n: number) => string} format */
export function slider(name, min, max, step, set, format) {
  const number = el("output", {
    class: "slider-number",
    "data-explain": name === "depth" ? name : "examples",
  });
  const input = el("input", { type: "range", min, max, step, data: { name } });
  input.addEventListener("input", () => say(number, format(Number(input.value))));
  input.addEventListener("change", () => set({ [name]: Number(input.value) }));
  shows.set(input, (now) => {
    input.value = String(now ?? DEFAULTS[name]);
    say(number, format(Number(input.value)));
  });
  attribute(input, "aria-label", t(name === "depth" ? "field.depth" : "field.weight"));
  return el("div", { class: "slider" }, input, number);
}

/** The most hits of each kind; empty for as many as there are.
 *  @param {SetChoices} set @param {Choices["quota"]} now at first @returns {HTMLElement} */
export function quotas(set, now = {}) {
  const inputs = KINDS.map((kind) => {
    const label = t(`kinds.${kind}`);
    const attributes = { type: "number", min: 1, max: MOST, step: 1, placeholder: t("quota.any") };
    const input = el("input", { ...attributes, "aria-label": `${t("field.quota")}: ${label}` });
    input.dataset.name = "quota";
    input.value = String(now[kind] ?? "");
    input.addEventListener("change", () => {
      const { [kind]: _, ...rest } = now;
      const most = Math.min(MOST, Math.round(Number(input.value)));
      now = most >= 1 ? { ...rest, [kind]: most } : rest;
      set({ quota: now });
    });
    shows.set(input, (quota) => {
      now = quota ?? {};
      input.value = String(now[kind] ?? "");
    });
    return el("label", { class: "quota" }, el("span", { text: label }), input);
  });
  return el("div", { class: "quotas" }, ...inputs);
}

/** Yes or no.
 *  @param {keyof Choices} name @param {string} label @param {SetChoices} set */
export function check(name, label, set) {
  const input = el("input", { type: "checkbox", data: { name } });
  input.addEventListener("change", () => set({ [name]: input.checked }));
  shows.set(input, (now) => (input.checked = now));
  return el("label", { class: "check" }, input, el("span", { text: label }));
}

/** Yes or no about the page itself: remembered in this browser, and no part of a question. A change
 *  is told as `preferred`.
 *  @param {string} name @param {string} label @param {boolean} usual */
export function preference(name, label, usual) {
  const input = el("input", { type: "checkbox", data: { preference: name } });
  input.checked = memory.get(name, usual);
  input.addEventListener("change", () => {
    memory.set(name, input.checked);
    emit("preferred", { name });
  });
  return el("label", { class: "check" }, input, el("span", { text: label }));
}
