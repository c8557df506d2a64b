// inspect/: what a finished search shows when asked: the Lab, and two settings compared.
//
// The Lab: a tab beside Search, which never changes what is asked there. Not for narrow windows.

import { on } from "../kit/bus.js";
import { childrenOf, el, find, isNarrow } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { t } from "../i18n/strings.js";
import { Judge } from "../judge/judge.js";
import { Balance } from "./balance.js";
import { Compare } from "./compare.js";
import { Sets } from "../testsets/sets.js";
import { keep, place } from "../search/address.js";
import { latest } from "../shell/status.js";

/** @import { Component } from "../kit/types" */
/** @import { Status } from "../shell/types" */
/** @import { LabPart } from "../judge/types" */

/** @param {Component} component */
export function start({ element }) {
  new Lab(find(element, ".lab-root"));
}

class Lab {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Record<string, LabPart>} */
    this.parts = {
      judge: new Judge(),
      compare: new Compare(),
      sets: new Sets(),
      balance: new Balance(),
    };
    this.tabs = el(
      "div",
      { class: "segments lab-tabs", role: "group", "aria-label": t("lab.parts") },
      ...Object.keys(this.parts).map((name) =>
        el("button", {
          type: "button",
          data: { part: name },
          text: t(`lab.${name}`),
          onclick: () => this.turn(name),
        }),
      ),
    );
    this.why = el("p", { class: "closed lab-closed", role: "status", hidden: true });
    this.body = el("div", {}, this.tabs, ...Object.values(this.parts).map(({ node }) => node));
    root.append(this.why, this.body);
    on("status", root, (status) => !status.lost && this.know(status));
    on("judge", root, () => this.turn("judge"));
    on("compare", root, () => this.turn("compare"));
    matchMedia("(max-width: 760px)").addEventListener("change", () => this.know(latest));
    this.isSeen = false;
    new IntersectionObserver(([{ isIntersecting }]) => {
      this.isSeen = isIntersecting;
      if (isIntersecting) this.show();
    }).observe(root);
    this.choose(place("lab") in this.parts ? place("lab") : "judge");
    this.know(latest);
  }

  /** Say where nothing can be judged here, and why; until it is known, nothing is asked.
   *  @param {Status | null} status */
  know(status) {
    const reason = isNarrow() ? "narrow" : status?.read_only ? "demo" : "";
    const wasHidden = this.body.hidden;
    this.body.hidden = Boolean(reason) || !status;
    this.why.hidden = !reason;
    if (reason) this.why.replaceChildren(icon("info"), el("span", { text: t(`lab.${reason}`) }));
    if (wasHidden && this.isSeen) this.show();
  }

  /** A person turns to another part, which the address notes.
   *  @param {string} name */
  turn(name) {
    keep({ lab: name === "judge" ? null : name });
    this.choose(name);
    this.show();
  }

  /** @param {string} name */
  choose(name) {
    this.chosen = name;
    for (const [known, { node }] of Object.entries(this.parts)) node.hidden = known !== name;
    for (const button of childrenOf(this.tabs))
      button.setAttribute("aria-pressed", String(button.dataset.part === name));
  }

  /** The screen has come into sight. */
  show() {
    if (!this.body.hidden) this.parts[this.chosen ?? "judge"].show();
  }
}
