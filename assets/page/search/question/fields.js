// The two panels below the row: filters that need more than a click, and how to look.

import { DEFAULTS, MOST } from "./state.js";
import { attribute, el, findAll, say } from "../../kit/dom.js";
import { t } from "../../i18n/strings.js";

/** @import { Panel } from "./folds.js" */
/** @import { Status } from "../../shell/types" */
/** @import { Choices, SetChoices } from "../types" */
/** @import { Attributes } from "../../kit/types" */

const MEGABYTE = 1e6;
const SHAPES = ["", "landscape", "portrait", "square"];

/** How every field shows its choice, which it alone knows the type of.
 *  @type {WeakMap<HTMLElement, (now: any) => void>} */
const shows = new WeakMap();

/** Folder, dates, size, shape, length, tag.
 *  @param {SetChoices} set */
export function filterPanel(set) {
  const folder = field("folder", "text", set, {
    placeholder: t("folder.placeholder"),
    spellcheck: "false",
    autocomplete: "off",
  });
  const tag = field("tag", "text", set, {
    list: "known-tags",
    autocomplete: "off",
    placeholder: t("collection.placeholder"),
  });
  const known = el("datalist", { id: "known-tags" });
  const shape = select(
    "orientation",
    SHAPES.map((one) => [one, t(`shape.${one || "any"}`)]),
    set,
  );
  const parts = [
    /** @param {string} label @param {HTMLElement[]} ...nodes */
    group("field.folder", folder),
    group("field.taken", range("field.taken", ["taken_from", "taken_to"], "date", set)),
    group("field.modified", range("field.modified", ["modified_from", "modified_to"], "date", set)),
    group("field.size", range("field.size", ["min_bytes", "max_bytes"], "number", set, MEGABYTE)),
    group("field.shape", shape),
    group("field.length", range("field.length", ["min_seconds", "max_seconds"], "number", set)),
    group("field.tag", tag, known),
  ];
  /** @param {Status} status */
  const know = ({ tags }) => {
    const key = JSON.stringify(tags);
    if (known.dataset.key === key) return;
    known.dataset.key = key;
    known.replaceChildren(...tags.map(([name]) => el("option", { value: name })));
  };
  return panel("filters.more", parts, know);
}

/** What it should not be like, depth, near copies, the instruction.
 *  @param {SetChoices} set */
export function advancedPanel(set) {
  const unlike = field("unlike", "text", set, { placeholder: t("unlike.placeholder") });
  const parts = [
    group("field.unlike", unlike),
    group(
      "field.weight",
      slider("unlike_weight", 0, 1, 0.05, set, (n) => `${Math.round(n * 100)} %`),
    ),
    group(
      "field.depth",
      slider("depth", 5, MOST, 5, set, String),
      el("p", { class: "fine", text: t("depth.hint") }),
    ),
    group(
      "field.instruction",
      field("instruction", "text", set, { placeholder: t("instruction.placeholder") }),
      el("p", { class: "fine", text: t("instruction.hint") }),
    ),
    group("field.pictures", check("picture_words", t("pictures.words"), set)),
    group("field.copies", check("collapse", t("copies.collapse"), set)),
  ];
  return panel("asking.advanced", parts);
}

/** @param {string} label @param {HTMLElement[]} parts @param {Panel["know"]} [know]
 *  @returns {Panel} */
function panel(label, parts, know) {
  const node = el(
    "div",
    { class: "asking-panel", role: "group", "aria-label": t(label), hidden: true },
    ...parts,
  );
  const inputs = findAll(node, "[data-name]");
  /** @param {Choices} choices */
  const draw = (choices) => {
    for (const input of inputs)
      shows.get(input)?.(choices[/** @type {keyof Choices} */ (input.dataset.name)]);
  };
  return { node, draw, know };
}

/** @param {string} label @param {HTMLElement[]} nodes */
function group(label, ...nodes) {
  const title = t(label);
  for (const node of nodes) if (node.matches("input, select")) attribute(node, "aria-label", title);
  return el("div", { class: "labelled" }, el("span", { class: "label", text: title }), ...nodes);
}

/** @param {keyof Choices} name @param {string} type @param {SetChoices} set
 *  @param {Attributes} attributes @param {number} scale */
function field(name, type, set, attributes = {}, scale = 1) {
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
function range(label, names, type, set, scale) {
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

/** @param {keyof Choices} name @param {[value: string, text: string][]} options
 *  @param {SetChoices} set */
function select(name, options, set) {
  const node = el(
    "select",
    { data: { name } },
    ...options.map(([value, text]) => el("option", { value, text })),
  );
  node.addEventListener("change", () => set({ [name]: node.value }));
  shows.set(node, (now) => (node.value = now));
  return node;
}

/** @param {"depth" | "unlike_weight"} name @param {number} min @param {number} max
 *  @param {number} step @param {SetChoices} set @param {(n: number) => string} format */
function slider(name, min, max, step, set, format) {
  const number = el("output", { class: "slider-number" });
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

/** @param {keyof Choices} name @param {string} label @param {SetChoices} set */
function check(name, label, set) {
  const input = el("input", { type: "checkbox", data: { name } });
  input.addEventListener("change", () => set({ [name]: input.checked }));
  shows.set(input, (now) => (input.checked = now));
  return el("label", { class: "check" }, input, el("span", { text: label }));
}
