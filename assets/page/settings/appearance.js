// How the page looks and speaks; all of it is remembered in this browser.

import { emit, memory, on } from "../kit/bus.js";
import { chooseMotion, chosenMotion } from "../kit/motion.js";
import { sizeButtons } from "../kit/tile_size.js";
import { t } from "../i18n/strings.js";
import { chooseTheme, chosenTheme, themes } from "../shell/theme.js";
import { Card } from "./card.js";
import { Choice, row } from "./choice.js";

const THEME_ICONS = { system: "system", light: "sun", dark: "dusk" };
const LANGUAGES = { system: null, en: "en", zh: "zh-CN" };
const ROWS = { auto: null, compact: true, roomy: false };

export function appearanceCard() {
  const rows = [
    row(t("settings.language"), languages()),
    row(t("settings.colours"), themeChoice()),
    row(t("settings.motion"), motionChoice(), t("settings.motion.hint")),
    row(t("settings.rows"), rowChoice(), t("settings.rows.hint")),
    row(t("tiles.title"), sizeButtons(), t("settings.tiles.hint")),
  ];
  return new Card("appearance", rows);
}

/** The language of the page; the page is loaded again with the search that its address says. */
function languages() {
  const options = Object.entries(LANGUAGES).map(([value, lang]) => ({
    value,
    lang,
    text: t(`language.${value}`),
  }));
  const choice = new Choice("language", t("settings.language"), options, (value) => {
    memory.set("language", LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (value)]);
    location.reload();
  });
  choice.draw(nameOf(LANGUAGES, memory.get("language", null)));
  return choice.node;
}

function themeChoice() {
  const options = themes.map((value) => ({
    value,
    text: t(`theme.${value}`),
    sign: THEME_ICONS[value],
  }));
  const choice = new Choice("theme", t("settings.theme"), options, (value) => {
    chooseTheme(/** @type {import("../shell/types").Theme} */ (value));
    emit("theme");
  });
  on("theme", choice.node, () => choice.draw(chosenTheme()));
  choice.draw(chosenTheme());
  return choice.node;
}

function motionChoice() {
  const options = ["system", "less"].map((value) => ({ value, text: t(`motion.${value}`) }));
  const choice = new Choice("motion", t("settings.motion"), options, (value) => {
    chooseMotion(value === "less" ? "less" : "system");
    choice.draw(chosenMotion());
  });
  choice.draw(chosenMotion());
  return choice.node;
}

function rowChoice() {
  const options = Object.keys(ROWS).map((value) => ({ value, text: t(`rows.${value}`) }));
  const choice = new Choice("rows", t("settings.rows"), options, (value) => {
    memory.set("compact", ROWS[/** @type {keyof typeof ROWS} */ (value)]);
    emit("preferred", { name: "compact" });
  });
  const draw = () => choice.draw(nameOf(ROWS, memory.get("compact", null)));
  for (const event of /** @type {const} */ (["preferred", "status"])) on(event, choice.node, draw);
  draw();
  return choice.node;
}

/** @param {Record<string, unknown>} names @param {unknown} value */
const nameOf = (names, value) =>
  Object.keys(names).find((name) => names[name] === value) ?? Object.keys(names)[0];
