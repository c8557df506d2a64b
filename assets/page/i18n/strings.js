// i18n/: every word of the page, in English and Chinese, a table for each screen.
//
// Every word our scripts show, in the language of the page (see language.js).

import { english } from "./en.js";
import { bundleEnglish } from "./en_bundle.js";
import { detailEnglish } from "./en_detail.js";
import { evidenceEnglish } from "./en_evidence.js";
import { helpEnglish } from "./en_help.js";
import { historyEnglish } from "./en_history.js";
import { inspectionEnglish } from "./en_inspection.js";
import { labEnglish } from "./en_lab.js";
import { libraryEnglish } from "./en_library.js";
import { mapEnglish } from "./en_map.js";
import { modelsEnglish } from "./en_models.js";
import { searchEnglish } from "./en_search.js";
import { setsEnglish } from "./en_sets.js";
import { settingsEnglish } from "./en_settings.js";
import { tourEnglish } from "./en_tour.js";
import { chinese } from "./zh.js";
import { bundleChinese } from "./zh_bundle.js";
import { detailChinese } from "./zh_detail.js";
import { evidenceChinese } from "./zh_evidence.js";
import { helpChinese } from "./zh_help.js";
import { historyChinese } from "./zh_history.js";
import { inspectionChinese } from "./zh_inspection.js";
import { labChinese } from "./zh_lab.js";
import { libraryChinese } from "./zh_library.js";
import { mapChinese } from "./zh_map.js";
import { modelsChinese } from "./zh_models.js";
import { searchChinese } from "./zh_search.js";
import { setsChinese } from "./zh_sets.js";
import { settingsChinese } from "./zh_settings.js";
import { tourChinese } from "./zh_tour.js";

/** @import { Message, Values } from "../kit/types" */

const preferred = navigator.languages?.[0] ?? navigator.language ?? "en";

/** The language of our own words: en or zh. */
export const language = preferred.toLowerCase().startsWith("zh") ? "zh" : "en";

/** Both dictionaries, whole. */
export const dictionaries = {
  en: {
    ...english,
    ...bundleEnglish,
    ...detailEnglish,
    ...evidenceEnglish,
    ...searchEnglish,
    ...libraryEnglish,
    ...mapEnglish,
    ...labEnglish,
    ...setsEnglish,
    ...historyEnglish,
    ...inspectionEnglish,
    ...settingsEnglish,
    ...helpEnglish,
    ...modelsEnglish,
    ...tourEnglish,
  },
  zh: {
    ...chinese,
    ...bundleChinese,
    ...detailChinese,
    ...evidenceChinese,
    ...searchChinese,
    ...libraryChinese,
    ...mapChinese,
    ...labChinese,
    ...setsChinese,
    ...historyChinese,
    ...inspectionChinese,
    ...settingsChinese,
    ...helpChinese,
    ...modelsChinese,
    ...tourChinese,
  },
};

/** @type {Record<string, string>} */
const words = { ...dictionaries.en, ...dictionaries[language] };

/** Words for what the program says, by its codes: the catalogue that the command line has, too.
 *  @type {Record<string, string>} */
const said = await (await fetch(new URL(`./said_${language}.json`, import.meta.url))).json();

/** The text `key`, with `{name}` filled in. "one|many" chooses by the value `n`.
 *  @param {string} key @param {Values} values */
export function t(key, values = {}) {
  const forms = (words[key] ?? key).split("|");
  const text = forms.length > 1 && Number(values.n) !== 1 ? forms[1] : forms[0];
  return filled(text, values);
}

/** A sentence of the program in the language of the page; as it came where there are no words.
 *  @param {Message} message @returns {string} */
export function worded({ text, code = "", values = {} }) {
  if (!Object.hasOwn(said, code)) return text;
  const own = Object.entries(values).map(([name, value]) => [
    name,
    isMessage(value) ? worded(value) : value,
  ]);
  return filled(said[code], Object.fromEntries(own));
}

/** @param {Values[string]} value @returns {value is Message} */
const isMessage = (value) => typeof value === "object" && value !== null && "text" in value;

/** `{name}`, or `{name:,}` for a number with signs between its thousands.
 *  @param {string} text @param {Values} values */
const filled = (text, values) =>
  text.replace(/\{(\w+)(:,)?\}/g, (_, name, grouped) => {
    const value = values[name] ?? "";
    return String(isolated(grouped ? Number(value).toLocaleString("en-US") : value));
  });

/** A value that is written from right to left keeps to itself: signs around it stay in place.
 *  @template T @param {T} value */
export function isolated(value) {
  return typeof value === "string" && Array.from(value).some(isFromRight)
    ? `\u2068${value}\u2069`
    : value;
}

/** Letters of Hebrew, Arabic, Syriac, Thaana, N'Ko and their other forms.
 *  @param {string} sign */
const isFromRight = (sign) =>
  (sign >= "\u0590" && sign <= "\u08ff") || (sign >= "\ufb1d" && sign <= "\ufefc");
