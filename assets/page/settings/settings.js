// settings/: models, appearance, language, how vectors are kept.
//
// The Settings screen: models, where things are, appearance, versions.

import { emit, memory, on } from "../kit/bus.js";
import { childrenOf, el, find } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson } from "../kit/net.js";
import { isEditable, latest } from "../shell/status.js";
import { Models } from "./models.js";
import { Storage } from "./storage.js";
import { MODELS } from "../shell/to_models.js";
import { WordsLine } from "../shell/words_read.js";
import { t } from "../i18n/strings.js";
import { chooseTheme, chosenTheme, themes } from "../shell/theme.js";
import { complain } from "../kit/toast.js";

/** @import { Status } from "../shell/types" */
/** @import { Component } from "../kit/types" */

const THEME_ICONS = { system: "system", light: "sun", dark: "dusk" };

/** @param {Component} component */
export function start({ element }) {
  new SettingsScreen(find(element, ".settings-root"));
}

class SettingsScreen {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.models = new Models();
    this.facts = el("dl", { class: "facts" });
    this.versions = el("dl", { class: "facts" });
    /** @param {string} title @param {Node[]} nodes */
    const section = (title, ...nodes) =>
      el("section", { class: "block card" }, el("h2", { text: t(title) }), ...nodes);
    this.storage = new Storage();
    this.words = new WordsLine({ always: true });
    this.private = [
      section(
        "settings.library",
        this.facts,
        el("p", { class: "fine private" }, icon("lock", 15), el("span", { text: t("private") })),
      ),
      section("settings.words", this.words.node, el("p", { class: "fine", text: t("ocr.what") })),
      section("settings.versions", this.versions),
    ];
    this.keeping = section("settings.storage", this.storage.node);
    this.first = section("settings.models", this.models.node);
    this.first.id = MODELS;
    find(this.first, "h2").tabIndex = -1; // the header leads here
    root.append(
      this.first,
      section(
        "settings.theme",
        this.themes(),
        el("h2", { text: t("settings.language") }),
        languages(),
      ),
      ...this.private,
      this.keeping,
    );
    on("status", root, (status) => !status.lost && this.show(status));
    on("changed", root, () => this.load());
    if (latest) this.show(latest);
    this.load();
  }

  /** A public demo tells of its models and nothing else.
   *  @param {Status} status */
  show(status) {
    const { index, read_only: demo } = status;
    this.models.show(status);
    this.words.show(index.words);
    for (const node of this.private) node.hidden = demo;
    this.keeping.hidden = demo || !isEditable();
  }

  async load() {
    if (latest?.read_only) return;
    this.storage.load();
    this.models.load();
    let about;
    try {
      about = await getJson("/api/about");
    } catch (error) {
      complain(error);
      return;
    }
    const spaces = about.spaces
      .map((space) => t("settings.space", { ...space, items: count(space.items) }))
      .join("\n");
    /** @type {[name: string, text: string][]} */
    const facts = [
      [t("settings.folder"), about.library],
      [t("settings.spaces"), spaces || t("settings.none")],
    ];
    if (!about.writable) facts.push([t("settings.access"), t("settings.readonly")]);
    fill(this.facts, facts);
    fill(this.versions, Object.entries(about.versions));
  }

  themes() {
    const group = el("div", {
      class: "segments",
      role: "group",
      "aria-label": t("settings.theme"),
    });
    const show = () => {
      for (const button of childrenOf(group))
        button.setAttribute("aria-pressed", String(button.dataset.theme === chosenTheme()));
    };
    for (const theme of themes) {
      const choose = () => {
        chooseTheme(theme);
        emit("theme");
      };
      group.append(
        el(
          "button",
          { type: "button", data: { theme }, onclick: choose },
          icon(THEME_ICONS[theme], 16),
          el("span", { text: t(`theme.${theme}`) }),
        ),
      );
    }
    on("theme", this.root, show);
    show();
    return group;
  }
}

/** The language of the page; the page is loaded again with the search that its address says. */
function languages() {
  const group = el("div", {
    class: "segments",
    role: "group",
    "aria-label": t("settings.language"),
  });
  const chosen = memory.get("language", null);
  for (const [name, value] of [
    ["system", null],
    ["en", "en"],
    ["zh", "zh-CN"],
  ]) {
    const choose = () => {
      memory.set("language", value);
      location.reload();
    };
    const attributes = {
      type: "button",
      lang: value,
      data: { language: name },
      "aria-pressed": String(value === chosen),
    };
    group.append(el("button", { ...attributes, text: t(`language.${name}`), onclick: choose }));
  }
  return group;
}

/** @param {HTMLElement} list @param {[name: string, text: string][]} facts */
function fill(list, facts) {
  list.replaceChildren(
    ...facts.flatMap(([name, text]) => [el("dt", { text: name }), el("dd", { text })]),
  );
}
