// Pinned questions: which item must, or must not, be among the first hits; what moved where not.

import { el, say } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { labelled } from "../kit/labelled.js";
import { getJson, post } from "../kit/net.js";
import { complain } from "../kit/toast.js";
import { t, worded } from "../i18n/strings.js";
import { changes } from "./history.js";

/** @import { Moved, PinRow } from "./types" */

const FIRST = [1, 3, 5, 10, 20];

const MARKS = { holds: "check", breaks: "alert", unasked: "info" };

export class Pins {
  /** @param {() => unknown} changed */
  constructor(changed) {
    this.changed = changed;
    /** The run on the board.
     *  @type {number | null} */
    this.run = null;
    this.busy = false;
    this.title = el("h2", { tabindex: "-1", text: t("pins.title") });
    this.say = el("p", { class: "fine", role: "status", "data-explain": "pins" });
    this.again = el("button", {
      type: "button",
      class: "quiet pins-check",
      text: t("pins.check"),
      onclick: () => this.check(),
    });
    this.list = el("ul", { class: "pins-list" });
    this.about = el("b", { dir: "auto", "data-content": "" });
    this.hit = el("select", { "data-content": "" });
    this.must = el(
      "select",
      {},
      el("option", { value: "1", text: t("pins.must") }),
      el("option", { value: "", text: t("pins.mustNot") }),
    );
    this.first = el(
      "select",
      {},
      ...FIRST.map((n) => el("option", { value: String(n), text: t("pins.first", { n }) })),
    );
    this.first.value = "5";
    this.form = this.adding();
    this.node = el(
      "section",
      { "aria-label": t("pins.title") },
      el("header", { class: "judge-head" }, this.title, this.say, this.again),
      el("p", { class: "fine", text: t("pins.hint") }),
      this.list,
      this.form,
    );
  }

  adding() {
    const add = el("button", { type: "submit", class: "primary", text: t("pins.add") });
    const form = el(
      "form",
      { class: "pins-form", hidden: true },
      el("p", {}, t("pins.of"), " ", this.about),
      labelled("pins.item", this.hit),
      labelled("pins.which", this.must),
      labelled("pins.among", this.first),
      add,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.add();
    });
    return form;
  }

  /** The board has a finished search, whose hits can be pinned.
   *  @param {number | null} run */
  follow(run) {
    this.run = run;
    if (this.node.offsetParent) this.look();
  }

  /** Offer the hits of that search. */
  async look() {
    const { run } = this;
    this.form.hidden = run === null;
    if (run === null) return;
    try {
      const { text, hits } = await getJson("/api/sets/pinnable", { run });
      if (run !== this.run) return;
      this.form.hidden = !hits.length;
      say(this.about, text || t("judge.byFiles"));
      this.hit.replaceChildren(
        ...hits.map(({ item, name }) => el("option", { value: String(item), text: name })),
      );
    } catch {
      this.form.hidden = true; // the search has left the history: there is nothing to pin
    }
  }

  async add() {
    if (this.run === null || this.busy) return;
    const [item, first] = [Number(this.hit.value), Number(this.first.value)];
    await this.working(async () => {
      await post("/api/sets/pins", { run: this.run, item, must: Boolean(this.must.value), first });
    });
    this.changed();
  }

  /** Ask all of them now. */
  async check() {
    if (this.busy) return;
    say(this.say, t("pins.checking"));
    await this.working(async () => {
      const { pins } = await post("/api/sets/pins/check");
      this.draw(pins);
    });
  }

  /** @param {() => Promise<unknown>} work */
  async working(work) {
    this.busy = true;
    this.again.toggleAttribute("disabled", true);
    try {
      await work();
    } catch (error) {
      say(this.say, "");
      complain(error);
    } finally {
      this.busy = false;
      this.again.toggleAttribute("disabled", false);
    }
  }

  /** @param {PinRow[]} pins */
  draw(pins) {
    const broken = pins.filter(({ holds }) => holds === false).length;
    this.again.hidden = !pins.length;
    if (!pins.length) say(this.say, t("pins.none"));
    else say(this.say, broken ? t("pins.broken", { n: broken }) : t("pins.whole"));
    this.list.replaceChildren(...pins.map((one) => this.row(one)));
  }

  /** @param {PinRow} one */
  row(one) {
    const { pin, text, name, must, first, holds, rank, why, moved } = one;
    const state = holds === null ? "unasked" : holds ? "holds" : "breaks";
    const said = t(must ? "pins.said" : "pins.saidNot", { n: first });
    return el(
      "li",
      { class: "pin", data: { state } },
      el("b", { class: "pin-state" }, icon(MARKS[state], 14), t(`pins.${state}`)),
      el(
        "div",
        { class: "pin-said" },
        el("b", { dir: "auto", "data-content": "", text: text || t("judge.byFiles") }),
        el(
          "p",
          { "data-explain": "pins" },
          el("span", { dir: "auto", "data-content": "", text: name || t("pins.gone") }),
          ` ${said} · ${t("pins.rank", { rank: rank ?? "–" })}`,
        ),
        why ? el("p", { class: "fine", "data-content": "", text: worded(why) }) : null,
        moved ? movement(moved) : null,
      ),
      el(
        "button",
        {
          type: "button",
          class: "bare",
          "aria-label": t("pins.remove", { text: text || name }),
          onclick: () => this.remove(pin),
        },
        icon("close"),
      ),
    );
  }

  /** @param {number} pin */
  async remove(pin) {
    await this.working(() => post("/api/sets/pins/remove", { pin }));
    this.title.focus();
    this.changed();
  }
}

/** What is otherwise than when a pin last held.
 *  @param {Moved} moved */
function movement({ rank_before: before, above, changed }) {
  const said = [t("pins.before", { rank: before ?? "–" })];
  if (changed.length) said.push(changes(changed));
  const names = above.join(", ");
  return el(
    "p",
    { class: "fine", "data-explain": "pins" },
    said.join(" · "),
    names ? " · " : null,
    names
      ? el("span", { dir: "auto", "data-content": "", text: t("pins.above", { names }) })
      : null,
  );
}
