// Ways into the library that copy nothing: a folder on this computer, and the sample collection.

import { emit } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { post } from "../kit/net.js";
import { publish } from "../shell/status.js";
import { t } from "../i18n/strings.js";
import { complain, said, toast } from "../kit/toast.js";

/** A text field for a path; the program checks it, and a wrong one stays to be mended.
 *  @param {() => string} collection */
export function folderForm(collection = () => "") {
  const input = el("input", {
    type: "text",
    placeholder: t("folder.placeholder"),
    "aria-label": t("folder.title"),
    spellcheck: "false",
    autocomplete: "off",
  });
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const button = el(
    "button",
    { type: "submit", class: "quiet" },
    icon("folder", 16),
    el("span", { text: t("folder.add") }),
  );
  const form = el(
    "form",
    { class: "folder-form" },
    el("div", { class: "field" }, input, button),
    problem,
  );
  input.addEventListener("input", () => (problem.hidden = true));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const { added, ...status } = await post("/api/index/add", {
        path: input.value,
        collection: collection(),
      });
      publish(status);
      toast(t(added.is_folder ? "folder.added" : "file.added", { path: added.path }));
      input.value = "";
      emit("added");
    } catch (error) {
      problem.textContent = said(error);
      problem.hidden = false;
    }
    button.disabled = false;
  });
  return form;
}

/** The button that loads the sample collection.
 *  @param {string} tone */
export function sampleButton(tone = "quiet") {
  const load = async () => {
    button.disabled = true;
    try {
      publish(await post("/api/index/samples"));
      emit("added");
    } catch (error) {
      complain(error);
    }
    button.disabled = false;
  };
  const button = el(
    "button",
    { type: "button", class: tone, onclick: load },
    icon("sparkle", 16),
    el("span", { text: t("samples.load") }),
  );
  return button;
}
