// The Settings screen: models, where things are, appearance, versions.

import { emit, memory, on } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson, post } from "../kit/net.js";
import { isEditable, latest, refresh } from "../shell/status.js";
import { Storage } from "./storage.js";
import { t, worded } from "../i18n/strings.js";
import { chooseTheme, chosenTheme, themes } from "../shell/theme.js";
import { complain, toast } from "../kit/toast.js";

const THEME_ICONS = { system: "system", light: "sun", dark: "dusk" };

export function start({ element }) {
  new SettingsScreen(element.querySelector(".settings-root"));
}

class SettingsScreen {
  constructor(root) {
    this.root = root;
    this.models = el("div", { class: "model-cards" });
    this.facts = el("dl", { class: "facts" });
    this.versions = el("dl", { class: "facts" });
    const section = (title, ...nodes) =>
      el("section", { class: "block card" }, el("h2", { text: t(title) }), ...nodes);
    this.storage = new Storage();
    this.private = [
      section(
        "settings.library",
        this.facts,
        el("p", { class: "fine private" }, icon("lock", 15), el("span", { text: t("private") })),
      ),
      section("settings.versions", this.versions),
    ];
    this.keeping = section("settings.storage", this.storage.node);
    root.append(
      section("settings.models", this.models, getting()),
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

  /** A public demo tells of its models and nothing else. */
  show({ models, read_only: demo }) {
    this.showModels(models);
    for (const node of this.private) node.hidden = demo;
    this.keeping.hidden = demo || !isEditable();
  }

  async load() {
    if (latest?.read_only) return;
    this.storage.load();
    let about;
    try {
      about = await getJson("/api/about");
    } catch (error) {
      complain(error);
      return;
    }
    this.showModels(about.models);
    const spaces = about.spaces
      .map((space) => t("settings.space", { ...space, items: count(space.items) }))
      .join("\n");
    fill(this.facts, [
      [t("settings.folder"), about.library],
      [t("settings.spaces"), spaces || t("settings.none")],
      ...(about.writable ? [] : [[t("settings.access"), t("settings.readonly")]]),
    ]);
    fill(this.versions, Object.entries(about.versions));
  }

  showModels(models) {
    const key = JSON.stringify(models);
    if (key === this.shown) return;
    this.shown = key;
    const held = this.models.contains(document.activeElement);
    this.models.replaceChildren(...models.map(modelCard));
    if (held)
      (this.models.querySelector("button") ?? this.models.firstChild)?.focus({
        preventScroll: true,
      });
  }

  themes() {
    const group = el("div", {
      class: "segments",
      role: "group",
      "aria-label": t("settings.theme"),
    });
    const show = () => {
      for (const button of group.children)
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

function modelCard(model) {
  const state = el(
    "span",
    { class: "model", data: { state: tone(model.state) } },
    el("i", { class: "dot" }),
    el("span", { text: t(`state.${model.state}`) }),
  );
  return el(
    "div",
    { class: "model-card", tabindex: "-1" },
    el("p", { class: "label", text: t(`role.${model.role}`) }),
    el("h3", { text: model.name }),
    state,
    el("p", { class: "fine", text: worded(model.detail) }),
    model.state === "failed" && !latest?.read_only ? retrying() : null,
  );
}

/** Loads again what has failed, such as after a checkpoint was repaired. */
function retrying() {
  const run = () => {
    toast(t("models.again"));
    return post("/api/models/retry").then(refresh, complain);
  };
  return el("button", { type: "button", class: "quiet", text: t("retry"), onclick: run });
}

const tone = (state) =>
  ({ waiting: "loading", loading: "loading", failed: "failed", off: "off" })[state] ?? "ready";

function getting() {
  return el(
    "details",
    { class: "fold" },
    el("summary", { text: t("real.title") }),
    el("p", { text: t("real.text") }),
    el("pre", { text: t("real.commands") }),
  );
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

function fill(list, facts) {
  list.replaceChildren(
    ...facts.flatMap(([name, text]) => [el("dt", { text: name }), el("dd", { text })]),
  );
}
