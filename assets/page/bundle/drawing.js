// bundle/: a search that was taken along, drawn from nothing but its JSON.
//
// The same drawing stands in exported pages and in the dialog that shows a bundle dropped here: so
// this, rows.js and facts.js import nothing but each other and kit/dom.js, on one line each.

import { around, el, findAll } from "../kit/dom.js";
import { headingOf, settingsOf, versionsOf } from "./facts.js";
import { digitsOf, inOrder, rowOf } from "./rows.js";

/** @import { Bundle, BundleStage, Speech } from "./types" */

const TOP = 20; // shown of each column where the question does not say

/** @param {HTMLElement} root @param {Bundle} bundle @param {Speech} speech */
export function drawBundle(root, bundle, speech) {
  const { t, language } = speech;
  /** @param {string} iso */
  const day = (iso) => {
    const when = new Date(iso);
    if (Number.isNaN(when.getTime())) return "";
    const long = /** @type {const} */ ({ dateStyle: "medium", timeStyle: "short" });
    return new Intl.DateTimeFormat(language, long).format(when);
  };
  const made = { date: day(bundle.made), version: bundle.versions.qwen3vl_app ?? "" };
  const left = bundle.pictures_left_out;
  const asked = bundle.files.filter((file) => file.picture);
  root.replaceChildren(
    el(
      "header",
      { class: "bundle-head" },
      el("h1", { dir: "auto", text: headingOf(bundle, speech) }),
      el("p", { class: "fine", text: t("bundle.asked", { date: day(bundle.run.asked) }) }),
      el("p", { class: "fine", text: t("bundle.made", made) }),
      left ? el("p", { class: "fine", text: t("bundle.left", { n: left }) }) : null,
      ...asked.map(({ name, picture }) =>
        el("img", { class: "bundle-asked", src: picture, alt: name, title: name }),
      ),
      settingsOf(bundle, speech),
    ),
    columnsOf(bundle, speech),
    versionsOf(bundle, speech),
  );
  listen(root);
}

/** @param {Bundle} bundle @param {Speech} speech */
function columnsOf(bundle, speech) {
  const { t } = speech;
  const top = Number(bundle.question.top) || TOP;
  const node = el(
    "div",
    { class: "bundle-columns" },
    columnOf(bundle, "recall", top, speech),
    columnOf(bundle, "rerank", top, speech),
  );
  if (bundle.hits.length <= top) return node;
  const words = [t("bundle.all", { n: bundle.hits.length }), t("bundle.fewer", { n: top })];
  const all = el("button", { type: "button", class: "quiet bundle-all", text: words[0] });
  all.addEventListener("click", () => {
    const open = node.toggleAttribute("data-all");
    all.textContent = words[Number(open)];
  });
  return el("div", {}, node, all);
}

/** @param {Bundle} bundle @param {BundleStage} stage @param {number} top @param {Speech} speech */
function columnOf(bundle, stage, top, speech) {
  const { t } = speech;
  const hits = inOrder(bundle, stage);
  const digits = digitsOf(hits, stage);
  const rows = hits.map((hit, at) => {
    const row = rowOf(bundle, hit, stage, digits, speech);
    row.toggleAttribute("data-below", at >= top);
    return row;
  });
  if (rows.length) rows[0].tabIndex = 0;
  const title = t(`bundle.${stage}`);
  const nothing = t(stage === "recall" ? "bundle.nothing" : "bundle.notReranked");
  return el(
    "section",
    { "aria-label": title },
    el("h2", { text: title }),
    el("p", { class: "fine", text: t(`bundle.${stage}.what`) }),
    rows.length
      ? el("ol", { "aria-label": title }, ...rows)
      : el("p", { class: "empty", text: nothing }),
  );
}

/** Pointing at a hit shows where it stands in the other column; arrow keys walk.
 *  @param {HTMLElement} root */
function listen(root) {
  /** @param {Event} event */
  const point = ({ target }) => {
    const item = around(target, ".bundle-hit")?.dataset.item;
    for (const row of findAll(root, ".bundle-hit"))
      row.toggleAttribute("data-hot", row.dataset.item === item);
  };
  root.addEventListener("pointerover", point);
  root.addEventListener("focusin", (event) => {
    point(event);
    const row = around(event.target, ".bundle-hit");
    if (!row) return;
    for (const one of findAll(row.parentElement ?? root, ".bundle-hit")) one.tabIndex = -1;
    row.tabIndex = 0;
  });
  root.addEventListener("keydown", (event) => {
    const row = around(event.target, ".bundle-hit");
    const to = row && stepFrom(root, row, event.key);
    if (!to) return;
    event.preventDefault();
    to.focus();
  });
}

/** @param {HTMLElement} root @param {HTMLElement} row @param {string} key */
function stepFrom(root, row, key) {
  const shown = findAll(row.parentElement ?? root, ".bundle-hit").filter((one) => one.offsetParent);
  const at = shown.indexOf(row);
  if (key === "ArrowDown") return shown[at + 1];
  if (key === "ArrowUp") return shown[at - 1];
  if (key === "Home") return shown[0];
  if (key === "End") return shown.at(-1);
  if (key !== "ArrowLeft" && key !== "ArrowRight") return undefined;
  const same = findAll(root, `.bundle-hit[data-item="${Number(row.dataset.item)}"]`);
  return same.find((one) => one !== row && one.offsetParent);
}
