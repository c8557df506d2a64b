// Where an item comes from: its file, how large, of when.

import { emit } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { bytes, date } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { t } from "../i18n/strings.js";

/** @import { Item } from "./types" */

/** Path, size and date of the file, copies, pixels.
 *  @param {Item} item */
export function factsBlock(item) {
  const facts = [];
  if (item.file) {
    facts.push(
      [t("fact.size"), bytes(item.file.size)],
      [t("fact.changed"), date(item.file.changed)],
    );
  }
  if (item.taken) facts.push([t("fact.taken"), date(item.taken)]);
  if (item.width && item.height && item.kind !== "passage") {
    facts.push([t("fact.pixels"), `${item.width} × ${item.height}`]);
  }
  if (item.copies.length) facts.push([t("fact.copies"), item.copies.join("\n")]);
  const list = el("dl", { class: "facts", "data-explain": "size" });
  for (const [name, text] of facts) list.append(el("dt", { text: name }), el("dd", { text }));
  const gone = item.file
    ? null
    : el("p", { class: "verdict down" }, icon("alert", 16), el("span", { text: t("fact.gone") }));
  return el(
    "section",
    { class: "block" },
    el("h3", { text: t("fact.file") }),
    pathRow(item.path),
    gone,
    list,
    onlyHere(item.path),
  );
}

/** Search in the folder of the file; not where the page is not told its folder.
 *  @param {string} path */
function onlyHere(path) {
  const folder = path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")));
  if (!folder) return null;
  const find = () => emit("ask", { change: () => ({ folder }) });
  return el("button", {
    type: "button",
    class: "link",
    text: t("folder.only"),
    title: folder,
    onclick: find,
  });
}

/** @param {string} path */
function pathRow(path) {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  return el(
    "div",
    { class: "path", "data-content": "" },
    el(
      "code",
      { title: path },
      el("bdi", { text: path.slice(0, cut) }),
      el("b", { dir: "auto", text: path.slice(cut) }),
    ),
  );
}
