// What is kept where, and whether searches are.

import { emit, on } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { getJson, put, remove } from "../kit/net.js";
import { complain } from "../kit/toast.js";
import { t } from "../i18n/strings.js";
import { undoable } from "../search/question/history.js";
import { privateLine } from "../shell/private.js";
import { isEditable, latest } from "../shell/status.js";
import { Card } from "./card.js";
import { Choice } from "./choice.js";

/** What is kept, by what explains the numbers in it.
 *  @type {Record<string, string>} */
const EXPLAINED = { searches: "history", asked: "history", dropped: "days", last: "history" };
const KEPT = [
  ...["searches", "asked", "last", "grades", "sets", "library", "dropped", "browser", "network"],
];
/** What a demonstration keeps of its visitors. */
const KEPT_OF_VISITORS = ["asked", "browser"];

export class Privacy extends Card {
  constructor() {
    const list = el("dl", { class: "facts kept" });
    const choice = new Choice(
      "keeping",
      t("privacy.history"),
      ["on", "off"].map((value) => ({ value, text: t(`privacy.${value}`) })),
      (value) => this.turn(value === "on"),
    );
    const clear = el(
      "button",
      { type: "button", class: "quiet", onclick: () => this.clear() },
      icon("bin", 15),
      el("span", { text: t("privacy.clear") }),
    );
    const switches = el("div", { class: "privacy-switches" }, choice.node, clear);
    const history = el(
      "div",
      { class: "setting" },
      el("h3", { text: t("privacy.history") }),
      switches,
      el("p", { class: "fine privacy-why" }),
    );
    super("privacy", [privateLine(), history, el("h3", { text: t("privacy.kept") }), list], () =>
      this.ask(),
    );
    this.list = list;
    this.choice = choice;
    this.history = history;
    this.switches = switches;
    this.reason = history.lastElementChild;
    this.early = false;
    on("status", this.node, (status) => {
      if (!status.lost && this.early) this.load();
    });
    this.drawKept(KEPT);
  }

  async ask() {
    this.early = !latest; // whether there is a history, the first status says
    const demo = Boolean(latest?.read_only);
    this.history.hidden = demo;
    this.drawKept(demo ? KEPT_OF_VISITORS : KEPT);
    if (demo) return;
    const kept = Boolean(latest?.history);
    this.switches.hidden = !kept;
    const why = kept ? "privacy.hint" : isEditable() ? "privacy.started" : "privacy.closed";
    if (this.reason) this.reason.textContent = t(why);
    if (kept) this.choice.draw((await getJson("/api/history/keeping")).on ? "on" : "off");
  }

  /** @param {boolean} on */
  async turn(on) {
    try {
      this.choice.draw((await put("/api/history/keeping", { on })).on ? "on" : "off");
    } catch (error) {
      complain(error);
    }
  }

  async clear() {
    try {
      const { deleted } = await remove("/api/history");
      const n = deleted.length;
      emit("saved");
      undoable(n ? t("history.cleared", { n }) : t("history.nothingToClear"), deleted);
    } catch (error) {
      complain(error);
    }
  }

  /** @param {string[]} names */
  drawKept(names) {
    this.list.replaceChildren(
      ...names.flatMap((name) => [
        el("dt", { text: t(`kept.${name}`) }),
        el("dd", { "data-explain": EXPLAINED[name], text: t(`kept.${name}.where`) }),
      ]),
    );
  }
}
