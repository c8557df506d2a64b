// Files on their way into the library: dropped, chosen, or a whole folder with its paths.

import { el } from "../kit/dom.js";
import { dropped } from "./dropped.js";
import { icon } from "../kit/icons.js";
import { send } from "./sending.js";
import { t } from "../i18n/strings.js";

/** @import { Pairs } from "./types" */

/** A zone that takes files; `collection` says which collection they go to.
 *  @param {{ collection?: () => string }} where */
export function dropZone({ collection = () => "" } = {}) {
  const files = el("input", {
    type: "file",
    multiple: true,
    hidden: true,
    data: { pick: "files" },
  });
  const folder = el("input", {
    type: "file",
    webkitdirectory: true,
    hidden: true,
    data: { pick: "folder" },
  });
  const state = el("p", { class: "drop-state", role: "status" });
  const meter = el("i", { class: "meter", hidden: true });
  const stop = el("button", {
    type: "button",
    class: "quiet",
    hidden: true,
    text: t("upload.stop"),
  });
  const undo = el("button", {
    type: "button",
    class: "quiet",
    hidden: true,
    text: t("upload.undo"),
  });
  /** @param {HTMLElement} input @param {string} name @param {string} label */
  const pick = (input, name, label) =>
    el(
      "button",
      { type: "button", class: "quiet", onclick: () => input.click() },
      icon(name, 16),
      el("span", { text: t(label) }),
    );
  const zone = el(
    "div",
    { class: "drop" },
    el("span", { class: "drop-mark" }, icon("upload", 26)),
    el("p", { class: "drop-title", text: t("drop.title") }),
    el("p", { class: "drop-hint", text: t("drop.hint") }),
    el(
      "div",
      { class: "drop-buttons" },
      pick(files, "picture", "drop.files"),
      pick(folder, "folder", "drop.folder"),
    ),
    files,
    folder,
    meter,
    state,
    stop,
    undo,
  );
  const progress = { zone, state, meter, stop, undo };
  /** @param {Pairs} pairs */
  const take = (pairs) => send(pairs, { collection: collection(), progress });
  for (const input of [files, folder]) {
    input.addEventListener("change", () => {
      take([...(input.files ?? [])].map((file) => [file.webkitRelativePath || file.name, file]));
      input.value = "";
    });
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    take(dropped(event.dataTransfer));
  });
  return zone;
}
