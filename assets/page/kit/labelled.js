// A field with the words above it that say what it is.

import { el } from "./dom.js";
import { t } from "../i18n/strings.js";

/** @param {string} label @param {HTMLElement} field
 *  @param {string | null} [about] Its entry in Help, where it has one. */
export function labelled(label, field, about = null) {
  const words = el("span", { class: "label", text: t(label) });
  return el("label", { class: "labelled", "data-explain": about }, words, field);
}
