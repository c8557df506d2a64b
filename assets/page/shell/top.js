// shell/: what is around the screens: the bar, indexing, failures, tabs, keys, appearance.
//
// The bar above every screen, one line: what the library holds, what the indexer and the models are
// doing. Gradio's tabs stand in it as well, put there by top.css.

import { emit, on } from "../kit/bus.js";
import { attribute, childrenOf, el, find, findAll, say } from "../kit/dom.js";
import { catchDrops } from "../library/dropframe.js";
import { sayFailures } from "./failures.js";
import { count } from "../kit/format.js";
import { listenToCalls } from "../kit/gradio_calls.js";
import { showHelp } from "./help.js";
import { icon } from "../kit/icons.js";
import { keepFocus } from "./kept_focus.js";
import { DemoNotice } from "./notice.js";
import { Remarks } from "./remarks.js";
import { latest, poll } from "./status.js";
import { Strip } from "./strip.js";
import { toModels } from "./to_models.js";
import { t, worded } from "../i18n/strings.js";
import { followTabs } from "./tabs.js";
import { chooseTheme, chosenTheme, themes } from "./theme.js";
import { WordsLine } from "./words_read.js";

/** @import { Component } from "../kit/types" */
/** @import { Model, StatusOrLost } from "./types" */

/** States of a model that is not ready, by how its line shows them.
 *  @type {Record<string, string>} */
const MODEL_TONES = { waiting: "loading", loading: "loading", failed: "failed", off: "off" };
/** Wide enough for the demo's notice between the counts and the models; as in top.css. */
const ROOMY = matchMedia("(min-width: 1280px)");
const AHEAD = 4000; // milliseconds in which the page has something better to do
const THEME_ICONS = { system: "system", light: "sun", dark: "dusk" };

/** @param {Component} component */
export function start({ element }) {
  const bar = new TopBar(find(element, ".top-bar-root"));
  on("status", bar.root, (status) => bar.show(status));
  listenToCalls();
  sayFailures(bar.root);
  poll(bar.root);
  followTabs(bar.root);
  catchDrops(bar.root);
  keepFocus(bar.root);
  requestIdleCallback(otherScreens, { timeout: AHEAD });
}

/** Have the scripts of the other screens here before they are opened: the program may be gone by
 *  then, and what it last said can still be shown. */
function otherScreens() {
  for (const screen of [import("../library/library.js"), import("../settings/settings.js")])
    screen.catch(() => {}); // loaded again when the screen is opened, which says what is wrong
}

class TopBar {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.shown = ""; // the models, as they were drawn last
    document.title = t("title"); // gradio has set its own, in English
    this.summary = el("p", { class: "summary", "data-explain": "items" });
    /** Whether the strips are folded away; null as long as nobody chose.
     *  @type {boolean | null} */
    this.folded = null;
    this.index = el(
      "button",
      {
        type: "button",
        class: "bar-index",
        "data-explain": "progress",
        hidden: true,
        onclick: () => this.fold(),
      },
      el("i", { class: "meter" }),
      el("span"),
    );
    this.notice = new DemoNotice();
    this.models = el("div", { class: "models", role: "group", "aria-label": t("settings.models") });
    this.root.append(
      el(
        "div",
        { class: "bar-row" },
        el(
          "h1",
          {},
          el(
            "a",
            { class: "brand", href: "/", "data-content": "", "aria-label": t("title") },
            markImage(),
            el("span", { text: t("title") }),
          ),
        ),
        el("span", { class: "tabs-room" }),
        this.summary,
        this.index,
        this.models,
        el("div", { class: "bar-tools" }, this.themeButton(), helpButton()),
      ),
    );
    this.strip = new Strip();
    this.words = new WordsLine({ always: false });
    this.remarks = new Remarks();
    this.root.append(this.strip.node, this.words.node, this.remarks.node);
    this.placeNotice();
    ROOMY.addEventListener("change", () => this.root.isConnected && this.placeNotice());
  }

  /** @param {StatusOrLost} status */
  show(status) {
    this.root.toggleAttribute("data-lost", Boolean(status.lost));
    if (status.lost) {
      this.strip.hide();
      this.words.hide();
      this.index.hidden = true;
      say(this.summary, t("lost"));
      return;
    }
    const items = Object.values(status.items).reduce((sum, n) => sum + n, 0);
    say(this.summary, items ? t("summary", { n: items }) : t("summary.empty"));
    this.summary.dataset.n = count(items); // all that a phone has room for
    this.showModels(status.models);
    this.strip.show(status.index);
    this.words.show(status.index.words);
    this.showIndex(status.index.state === "failed");
    this.remarks.draw(status.remarks ?? []);
    this.notice.show(status.models);
  }

  /** The notice stands in the bar where there is room for it, else below. */
  placeNotice() {
    if (ROOMY.matches) this.models.before(this.notice.node);
    else this.strip.node.before(this.notice.node);
  }

  /** What goes on, in a few words; the strips with the whole of it fold away while hits are in
   *  sight, unless something went wrong.
   *  @param {boolean} failed */
  showIndex(failed) {
    const told = [this.strip, this.words].filter(({ node }) => !node.hidden);
    this.index.hidden = !told.length;
    if (!told.length) {
      this.folded = null;
      return;
    }
    const [{ head, bar }] = told;
    say(find(this.index, "span"), head.textContent ?? "");
    find(this.index, ".meter").style.setProperty("--done", bar.style.getPropertyValue("--done"));
    const folded = !failed && (this.folded ?? hitsInSight());
    attribute(this.index, "aria-expanded", String(!folded));
    for (const { node } of told) node.hidden = folded;
  }

  fold() {
    this.folded = this.index.getAttribute("aria-expanded") === "true";
    if (latest) this.show(latest);
  }

  /** @param {Model[]} models */
  showModels(models) {
    const key = JSON.stringify(models);
    if (key === this.shown) return;
    this.shown = key;
    const held = childrenOf(this.models).findIndex((one) => one === document.activeElement);
    this.models.replaceChildren(...models.map(modelLine));
    childrenOf(this.models)[held]?.focus({ preventScroll: true });
  }

  themeButton() {
    const button = el("button", { type: "button", class: "bare" });
    const show = () => {
      const theme = chosenTheme();
      const label = t("theme.now", { theme: t(`theme.${theme}`) });
      button.setAttribute("aria-label", label);
      button.title = label;
      button.replaceChildren(icon(THEME_ICONS[theme]));
    };
    button.addEventListener("click", () => {
      chooseTheme(themes[(themes.indexOf(chosenTheme()) + 1) % themes.length]);
      emit("theme");
    });
    on("theme", this.root, show);
    show();
    return button;
  }
}

/** Whether results stand on the screen that is open. */
const hitsInSight = () =>
  findAll(document, ".board-root[data-hits]").some((board) => board.offsetParent !== null);

/** A model by its name; while it is not ready, what it is doing instead. Leads to the choice.
 *  @param {Model} model */
function modelLine({ role, name, state, detail }) {
  const tone = MODEL_TONES[state] ?? "ready";
  const said = tone === "ready" ? name : t(`model.${tone}`, { name });
  const title = `${t(`role.${role}`)}: ${name}. ${worded(detail)}`;
  return el(
    "button",
    { type: "button", class: "model", data: { role, state: tone }, title, onclick: toModels },
    el("i", { class: "dot" }),
    el("span", { text: said, "data-content": "" }),
  );
}

function helpButton() {
  const label = `${t("help.title")} (?)`;
  return el(
    "button",
    {
      type: "button",
      class: "bare bar-help",
      "aria-label": label,
      title: label,
      onclick: () => showHelp(),
    },
    icon("keyboard"),
  );
}

function markImage() {
  return el("img", {
    src: new URL("./mark.svg", import.meta.url).href,
    alt: "",
    width: 28,
    height: 28,
  });
}
