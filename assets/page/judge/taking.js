// Grades leave as files and come back from them, and all of them can be deleted, with Undo.

import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { post } from "../kit/net.js";
import { complain, toast } from "../kit/toast.js";
import { t } from "../i18n/strings.js";

const UNDO = 30; // seconds

/** The row of what can be done with all grades.
 *  @param {() => unknown} changed grades came or went */
export function taking(changed) {
  const links = ["json", "csv"].map((form) =>
    el(
      "a",
      { class: "quiet", href: `/api/judging/export/${form}`, download: "" },
      icon("download", 16),
      el("span", { text: t(`results.${form}`) }),
    ),
  );
  const file = el("input", { type: "file", accept: ".json,.csv", hidden: true });
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (chosen) await bring(chosen).then(changed, complain);
    file.value = ""; // the same file can be chosen again
  });
  return el(
    "div",
    { class: "judge-taking" },
    ...links,
    button("results.import", "upload", () => file.click()),
    file,
    button("results.clear", "bin", () => clear(changed).catch(complain)),
  );
}

/** @param {File} file */
async function bring(file) {
  const { found, added } = await post("/api/judging/import", { text: await file.text() });
  toast(t("results.imported", { n: added, found }));
}

/** @param {() => unknown} changed */
async function clear(changed) {
  const { cleared } = await post("/api/judging/clear");
  const run = async () => {
    try {
      const { restored } = await post("/api/judging/restore");
      toast(restored ? t("results.restored") : t("results.tooLate"));
      changed();
    } catch (error) {
      complain(error);
    }
  };
  const text = cleared ? t("results.cleared") : t("results.none");
  toast(text, { action: cleared ? { label: t("undo"), run } : null, seconds: UNDO });
  changed();
}

/** @param {string} label @param {string} name @param {() => unknown} run */
const button = (label, name, run) =>
  el(
    "button",
    { type: "button", class: "quiet", onclick: run },
    icon(name, 16),
    el("span", { text: t(label) }),
  );
