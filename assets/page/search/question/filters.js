// The panel of filters: collection, folder, days, size, shape, length, tag.

import { dayPresets } from "./days.js";
import { field, group, panel, range, select } from "./fields.js";
import { el } from "../../kit/dom.js";
import { t } from "../../i18n/strings.js";

/** @import { Status } from "../../shell/types" */
/** @import { Choices, SetChoices } from "../types" */

const MEGABYTE = 1e6;
const SHAPES = ["", "landscape", "portrait", "square"];

/** @param {SetChoices} set */
export function filterPanel(set) {
  const collection = select("collection", [["", t("collection.all")]], set);
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
  const tags = el("datalist", { id: "known-tags" });
  const shape = select(
    "orientation",
    SHAPES.map((one) => [one, t(`shape.${one || "any"}`)]),
    set,
  );
  const days = [dayPresets("taken", set), dayPresets("modified", set)];
  const built = panel("filters", [
    group("filter.collection", collection),
    group("field.folder", folder),
    group(
      "field.taken",
      days[0].node,
      range("field.taken", ["taken_from", "taken_to"], "date", set),
    ),
    group(
      "field.modified",
      days[1].node,
      range("field.modified", ["modified_from", "modified_to"], "date", set),
    ),
    group("field.size", range("field.size", ["min_bytes", "max_bytes"], "number", set, MEGABYTE)),
    group("field.shape", shape),
    group("field.length", range("field.length", ["min_seconds", "max_seconds"], "number", set)),
    group("field.tag", tag, tags),
  ]);
  /** @type {Choices | null} */
  let now = null;
  /** @param {Choices} choices */
  const draw = (choices) => {
    now = choices;
    built.draw(choices);
    for (const one of days) one.draw(choices);
  };
  /** @param {Status} status */
  const know = (status) => {
    const [names, known] = [status.collections, status.tags].map((all) =>
      all.map(([name]) => name),
    );
    const key = JSON.stringify([names, known]);
    if (tags.dataset.key === key) return;
    tags.dataset.key = key;
    tags.replaceChildren(...known.map((value) => el("option", { value })));
    const [any] = collection.options;
    collection.replaceChildren(any, ...names.map((value) => el("option", { value, text: value })));
    if (now) draw(now);
  };
  return { ...built, draw, know };
}
