// The tags of an item: shown as chips, given and taken away where the library may be changed.

import { emit } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { post } from "../kit/net.js";
import { isEditable, refresh } from "../shell/status.js";
import { t } from "../i18n/strings.js";
import { complain } from "../kit/toast.js";

/** @import { Item } from "./types" */

/** The block of tags of one item; nothing where there are none and none can be given.
 *  @param {Item} item */
export function tagsBlock(item) {
  const editable = isEditable();
  if (!editable && !item.tags.length) return null;
  const list = el("ul", { class: "tags" });
  /** @param {string} name @param {boolean} on */
  const change = async (name, on) => {
    try {
      const { tags } = await post("/api/tags", { item: item.id, name, on });
      draw(tags);
      refresh();
    } catch (error) {
      complain(error);
    }
  };
  /** @param {string[]} tags */
  const draw = (tags) => {
    list.hidden = !tags.length;
    list.replaceChildren(
      ...tags.map((name) => tagChip(name, editable && (() => change(name, false)))),
    );
  };
  draw(item.tags);
  const parts = [
    el("h3", { text: t("tags.title") }),
    list,
    editable ? form((name) => change(name, true)) : null,
  ];
  return el("section", { class: "block" }, ...parts);
}

/** @param {string} name @param {(() => void) | false} remove */
function tagChip(name, remove) {
  const find = () => emit("ask", { change: () => ({ tag: name }) });
  const label = t("tags.remove", { name });
  return el(
    "li",
    { class: "tag" },
    el("button", {
      type: "button",
      class: "link",
      text: name,
      title: t("tags.find", { name }),
      onclick: find,
    }),
    remove
      ? el(
          "button",
          { type: "button", class: "bare", "aria-label": label, title: label, onclick: remove },
          icon("close", 13),
        )
      : null,
  );
}

/** @param {(name: string) => void} add */
function form(add) {
  const input = el("input", {
    type: "text",
    "aria-label": t("tags.add"),
    placeholder: t("tags.add"),
    maxlength: 100,
    list: "known-tags",
    autocomplete: "off",
  });
  const button = el(
    "button",
    { type: "submit", class: "quiet", "aria-label": t("tags.add") },
    icon("plus", 16),
  );
  const node = el("form", { class: "field-row" }, input, button);
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    input.value = "";
    if (name) add(name);
  });
  return node;
}
