// The two panels below the row: filters that need more than a click, and how to look.

import { DEFAULTS, TOPS } from "./state.js";
import { attribute, el, say } from "../../kit/dom.js";
import { t } from "../../i18n/strings.js";

const MEGABYTE = 1e6;

/** Folder, dates, size, shape, length, tag. */
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
    ["", "landscape", "portrait", "square"].map((one) => [one, t(`shape.${one || "any"}`)]),
    set,
  );
  const parts = [
    group("field.folder", folder),
    group("field.taken", range("taken", "date", set)),
    group("field.modified", range("modified", "date", set)),
    group("field.size", range("bytes", "number", set, MEGABYTE)),
    group("field.shape", shape),
    group("field.length", range("seconds", "number", set)),
    group("field.tag", tag, known),
  ];
  const know = ({ tags = [] }) => {
    const key = JSON.stringify(tags);
    if (known.dataset.key === key) return;
    known.dataset.key = key;
    known.replaceChildren(...tags.map(([name]) => el("option", { value: name })));
  };
  return panel("filters.more", parts, know);
}

/** What it should not be like, depth, near copies, the instruction. */
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
      slider("depth", 5, TOPS.at(-1), 5, set, String),
      el("p", { class: "fine", text: t("depth.hint") }),
    ),
    group(
      "field.instruction",
      field("instruction", "text", set, { placeholder: t("instruction.placeholder") }),
      el("p", { class: "fine", text: t("instruction.hint") }),
    ),
    group("field.copies", check("collapse", t("copies.collapse"), set)),
  ];
  return panel("asking.advanced", parts);
}

function panel(label, parts, know) {
  const node = el(
    "div",
    { class: "asking-panel", role: "group", "aria-label": t(label), hidden: true },
    ...parts,
  );
  const inputs = [...node.querySelectorAll("[data-name]")];
  const draw = (choices) => inputs.forEach((input) => input.show(choices[input.dataset.name]));
  return { node, draw, know };
}

function group(label, ...nodes) {
  const title = t(label);
  for (const node of nodes) if (node.matches("input, select")) attribute(node, "aria-label", title);
  return el("div", { class: "labelled" }, el("span", { class: "label", text: title }), ...nodes);
}

function field(name, type, set, attributes = {}, scale = null) {
  const input = el("input", {
    type,
    data: { name },
    maxlength: 2000,
    dir: type === "text" ? "auto" : null,
    ...attributes,
  });
  const value = () =>
    type !== "number"
      ? input.value.trim()
      : input.value === ""
        ? null
        : Number(input.value) * (scale ?? 1);
  input.addEventListener("change", () => set({ [name]: value() }));
  input.show = (now) => {
    if (document.activeElement === input && type === "text") return; // the person is typing there
    input.value = now == null ? "" : type === "number" ? String(now / (scale ?? 1)) : now;
  };
  return input;
}

/** Two fields, from and to; `what` is the part of their names. */
function range(what, type, set, scale = null) {
  const names = type === "date" ? [`${what}_from`, `${what}_to`] : [`min_${what}`, `max_${what}`];
  const label = {
    taken: "field.taken",
    modified: "field.modified",
    bytes: "field.size",
    seconds: "field.length",
  }[what];
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

function select(name, options, set) {
  const node = el(
    "select",
    { data: { name } },
    ...options.map(([value, text]) => el("option", { value, text })),
  );
  node.addEventListener("change", () => set({ [name]: node.value }));
  node.show = (now) => (node.value = now);
  return node;
}

function slider(name, min, max, step, set, format) {
  const number = el("output", { class: "slider-number" });
  const input = el("input", { type: "range", min, max, step, data: { name } });
  input.addEventListener("input", () => say(number, format(Number(input.value))));
  input.addEventListener("change", () => set({ [name]: Number(input.value) }));
  input.show = (now) => {
    input.value = now ?? DEFAULTS[name];
    say(number, format(Number(input.value)));
  };
  attribute(input, "aria-label", t(name === "depth" ? "field.depth" : "field.weight"));
  return el("div", { class: "slider" }, input, number);
}

function check(name, label, set) {
  const input = el("input", { type: "checkbox", data: { name } });
  input.addEventListener("change", () => set({ [name]: input.checked }));
  input.show = (now) => (input.checked = now);
  return el("label", { class: "check" }, input, el("span", { text: label }));
}
