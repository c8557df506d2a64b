// The tags and the collections of an item: shown as chips, given and taken away where the library
// may be changed.

import { emit } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { post } from "../kit/net.js";
import { isEditable, latest, refresh } from "../shell/status.js";
import { t } from "../i18n/strings.js";
import { complain } from "../kit/toast.js";

/** @import { Changes } from "../search/types" */
/** @import { Item } from "./types" */

/** What is shown of one kind of names: `words` begins the keys of its words.
 *  @typedef {{ words: string, names: string[], known: string[],
 *              wanted: (name: string) => Changes,
 *              change: (name: string, on: boolean) => Promise<string[]> }} Names */

/** The tags of one item; nothing where there are none and none can be given.
 *  @param {Item} item */
export const tagsBlock = (item) =>
  namesBlock({
    words: "tags",
    names: item.tags,
    known: (latest?.tags ?? []).map(([name]) => name),
    wanted: (tag) => ({ tag }),
    change: async (name, on) => (await post("/api/tags", { item: item.id, name, on })).tags,
  });

/** The collections that its file is in.
 *  @param {Item} item */
export const collectionsBlock = (item) =>
  namesBlock({
    words: "collections",
    names: item.collections,
    known: (latest?.collections ?? []).map(([name]) => name),
    wanted: (collection) => ({ collection }),
    change: async (name, on) =>
      (await post("/api/collected", { item: item.id, name, on })).collections,
  });

/** @param {Names} of */
function namesBlock({ words, names, known, wanted, change }) {
  const editable = isEditable();
  if (!editable && !names.length) return null;
  const list = el("ul", { class: "tags" });
  /** @param {string} name @param {boolean} on */
  const put = async (name, on) => {
    try {
      draw(await change(name, on));
      refresh();
    } catch (error) {
      complain(error);
    }
  };
  /** @param {string[]} now */
  const draw = (now) => {
    list.hidden = !now.length;
    list.replaceChildren(
      ...now.map((name) =>
        chip(
          { name, find: t(`${words}.find`, { name }), remove: t(`${words}.remove`, { name }) },
          () => emit("ask", { change: () => wanted(name) }),
          editable && (() => put(name, false)),
        ),
      ),
    );
  };
  draw(names);
  return el(
    "section",
    { class: "block", data: { names: words } },
    el("h3", { text: t(`${words}.title`) }),
    list,
    editable ? form(words, known, (name) => put(name, true)) : null,
  );
}

/** @param {{ name: string, find: string, remove: string }} text @param {() => void} find
 *  @param {(() => void) | false} remove */
function chip(text, find, remove) {
  const name = { type: "button", class: "link", text: text.name, title: text.find, onclick: find };
  return el(
    "li",
    { class: "tag" },
    el("button", name),
    remove
      ? el(
          "button",
          {
            type: "button",
            class: "bare",
            "aria-label": text.remove,
            title: text.remove,
            onclick: remove,
          },
          icon("close", 13),
        )
      : null,
  );
}

/** @param {string} words @param {string[]} known @param {(name: string) => void} add */
function form(words, known, add) {
  const id = `panel-known-${words}`;
  const label = t(`${words}.add`);
  const input = el("input", {
    type: "text",
    dir: "auto",
    "aria-label": label,
    placeholder: label,
    maxlength: words === "tags" ? 100 : 80,
    list: id,
    autocomplete: "off",
  });
  const button = el(
    "button",
    { type: "submit", class: "quiet", "aria-label": label },
    icon("plus", 16),
  );
  const options = known.map((name) => el("option", { value: name }));
  const node = el(
    "form",
    { class: "field-row" },
    input,
    button,
    el("datalist", { id }, ...options),
  );
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    input.value = "";
    if (name) add(name);
  });
  return node;
}
