// Starts an exported page, which is opened from the disk: all that it draws stands in it.

import { bundleChinese } from "../i18n/zh_bundle.js";
import { bundleEnglish } from "../i18n/en_bundle.js";
import { find } from "../kit/dom.js";
import { drawBundle } from "./drawing.js";

const speaks = document.documentElement.lang;

/** @type {Record<string, string>} */
const said = { ...bundleEnglish, ...(speaks === "zh" ? bundleChinese : {}) };

/** As the page's own `t` has it: "one|many" chooses by the value `n`.
 *  @type {import("./types").Words} */
function inWords(key, values = {}) {
  const forms = (said[key] ?? key).split("|");
  const text = forms.length > 1 && Number(values.n) !== 1 ? forms[1] : forms[0];
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const shade = () => document.documentElement.classList.toggle("dark", dark.matches);

/** @param {import("./types").Bundle} bundle */
function showAlone(bundle) {
  shade();
  dark.addEventListener("change", shade);
  drawBundle(find(document, "#bundle"), bundle, { t: inWords, language: speaks });
  document.title = `${find(document, ".bundle h1").textContent} – ${document.title}`;
}

// Where it is imported as a module of its own, nothing is there to be drawn.
const told = document.querySelector("#qwen3vl-bundle");
if (told) showAlone(JSON.parse(told.textContent ?? ""));
