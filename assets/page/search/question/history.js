// What was asked before: click to ask it again, pin, delete, clear.

import { fromQuestion, DEFAULTS } from "./state.js";
import { attribute, el, findAll } from "../../kit/dom.js";
import { date } from "../../kit/format.js";
import { icon } from "../../kit/icons.js";
import { getJson, put, remove } from "../../kit/net.js";
import { complain, toast } from "../../kit/toast.js";
import { t } from "../../i18n/strings.js";
import { quoted } from "../board/words.js";

/** @import { Card } from "../../kit/types" */
/** @import { Question, Run } from "../types" */

const PAGE = 50;

export class History {
  /** `ask` is given the question of a run, and the cards of the items that it names.
   *  @param {(asked: Question, cards: Card[]) => void} ask */
  constructor(ask) {
    this.ask = ask;
    /** The oldest run that is shown.
     *  @type {number | null} */
    this.last = null;
    this.list = el("ol", { class: "history-list" });
    this.none = el("p", { class: "fine", text: t("history.none"), hidden: true });
    this.more = el("button", {
      type: "button",
      class: "quiet",
      text: t("history.more"),
      hidden: true,
      onclick: () => this.load(this.last),
    });
    this.clear = el(
      "button",
      { type: "button", class: "quiet", onclick: () => this.askFirst() },
      icon("bin", 15),
      el("span", { text: t("history.clear") }),
    );
    const head = el(
      "div",
      { class: "history-head" },
      el("p", { class: "fine", text: t("history.hint") }),
      this.clear,
    );
    this.node = el(
      "div",
      {
        class: "asking-panel history",
        role: "group",
        "aria-label": t("history.title"),
        hidden: true,
      },
      head,
      this.none,
      this.list,
      this.more,
    );
  }

  /** The panel has been unfolded: show what is there now. */
  shown() {
    this.list.replaceChildren();
    this.load(null);
  }

  draw() {}

  /** @param {number | null} before */
  async load(before) {
    try {
      const { runs } = await getJson("/api/history", { limit: PAGE, before });
      this.list.append(...runs.map((run) => this.row(run)));
      this.last = runs.at(-1)?.id ?? null;
      this.more.hidden = runs.length < PAGE;
      this.tell();
    } catch (error) {
      complain(error);
    }
  }

  tell() {
    const empty = !this.list.children.length;
    this.none.hidden = !empty;
    this.clear.hidden = empty;
  }

  /** @param {Run} run */
  row(run) {
    const { text, files, choices } = fromQuestion(run.question);
    const asked = { text, files, choices: { ...DEFAULTS, ...choices } };
    const said = quoted({ ...asked, items: run.items }) || t("history.listing");
    const again = el(
      "button",
      { type: "button", class: "history-ask", onclick: () => this.ask(asked, run.items) },
      el("b", { dir: "auto", text: said }),
      el("span", {
        class: "fine",
        text: `${date(run.asked)} · ${t("history.hits", { n: run.hits })}`,
      }),
    );
    const pin = el(
      "button",
      {
        type: "button",
        class: "quiet",
        title: t("history.pin"),
        "aria-label": `${t("history.pin")}: ${said}`,
        "aria-pressed": String(run.pinned),
      },
      icon("pin", 15),
    );
    const forget = el(
      "button",
      {
        type: "button",
        class: "quiet",
        title: t("history.forget"),
        "aria-label": `${t("history.forget")}: ${said}`,
      },
      icon("bin", 15),
    );
    const row = el("li", { class: "history-row", data: { id: run.id } }, again, pin, forget);
    pin.addEventListener("click", () => this.pin(run, pin));
    forget.addEventListener("click", () => this.forget(run, row));
    return row;
  }

  /** @param {Run} run @param {HTMLElement} button */
  async pin(run, button) {
    try {
      const { pinned } = await put(`/api/history/${run.id}`, { pinned: !run.pinned });
      run.pinned = pinned;
      attribute(button, "aria-pressed", String(pinned));
    } catch (error) {
      complain(error);
    }
  }

  /** @param {Run} run @param {HTMLElement} row */
  async forget(run, row) {
    try {
      await remove(`/api/history/${run.id}`);
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      ((next && findAll(next, ".history-ask")[0]) ?? this.node).focus();
      this.tell();
    } catch (error) {
      complain(error);
    }
  }

  /** All but what is pinned; nothing brings it back. */
  askFirst() {
    toast(t("history.sure"), {
      action: { label: t("history.clear"), run: () => this.forgetAll() },
      seconds: 12,
    });
  }

  async forgetAll() {
    try {
      const { deleted } = await remove("/api/history");
      toast(t("history.cleared", { n: deleted }));
      this.shown();
    } catch (error) {
      complain(error);
    }
  }
}
