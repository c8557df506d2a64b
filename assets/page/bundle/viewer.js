// A bundle that was dropped here or chosen: drawn over the page, read-only, until it is closed.

import { BundleError, bundleIn, mayHoldBundle } from "./reading.js";
import { drawBundle } from "./drawing.js";
import { el } from "../kit/dom.js";
import { date } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { toast } from "../kit/toast.js";
import { language, t } from "../i18n/strings.js";

/** @import { Bundle } from "./types" */

/** Show the bundle in a file, or say why it cannot be shown; false where the file holds none.
 *  @param {File} file */
export async function openBundle(file) {
  if (!mayHoldBundle(file.name)) return false;
  try {
    const found = await bundleIn(file);
    if (found) show(found);
    return Boolean(found);
  } catch (error) {
    // what a hostile file makes of the drawing is its damage, too
    toast(t(error instanceof BundleError ? error.message : "bundle.damaged"));
    return true;
  }
}

/** Drops that are handed on, because their file held no bundle.
 *  @type {WeakSet<DragEvent>} */
const handedOn = new WeakSet();

/** Keep a drop of one file that may be a bundle from everybody else. Where it is none, it is
 *  dropped once more, for whoever takes it.
 *  @param {DragEvent} event */
export async function catchBundle(event) {
  const files = [...(event.dataTransfer?.files ?? [])];
  if (handedOn.has(event) || files.length !== 1 || !mayHoldBundle(files[0].name)) return;
  const { target, clientX, clientY } = event;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await openBundle(files[0])) return;
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(files[0]);
  const where = { clientX, clientY, dataTransfer, bubbles: true, cancelable: true };
  const again = new DragEvent("drop", where);
  handedOn.add(again);
  target?.dispatchEvent(again);
}

/** Let a person choose a file. */
export function chooseBundle() {
  const field = el("input", { type: "file", accept: ".html,.htm,.json" });
  field.addEventListener("change", async () => {
    const [file] = field.files ?? [];
    if (file && !(await openBundle(file))) toast(t("bundle.other"));
  });
  field.click();
}

/** @param {Bundle} bundle */
function show(bundle) {
  const body = el("div", { class: "own bundle" });
  drawBundle(body, bundle, { t, language });
  const made = { date: date(bundle.made), version: bundle.versions.qwen3vl_app ?? "" };
  const close = el(
    "button",
    {
      type: "button",
      class: "bare bundle-close",
      autofocus: true,
      "aria-label": t("bundle.close"),
      title: t("bundle.close"),
    },
    icon("close"),
  );
  const bar = el(
    "div",
    { class: "bundle-bar" },
    el("span", { text: t("bundle.bar", made) }),
    close,
  );
  const attributes = { class: "own bundle-dialog", "aria-label": t("bundle.bar", made) };
  const dialog = el("dialog", attributes, bar, body);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
