// library/: what the library holds, how files come into it and leave it.
//
// The Library screen: ways in, everything the library holds, and how every file ended.

import { keep, place } from "../search/address.js";
import { Adding } from "./adding.js";
import { on } from "../kit/bus.js";
import { childrenOf, debounced, el, find, findAll, say } from "../kit/dom.js";
import { Duplicates } from "./duplicates.js";
import { Folders } from "./folders.js";
import { count } from "../kit/format.js";
import { Grid } from "./grid.js";
import { MapView } from "./map/map.js";
import { icon } from "../kit/icons.js";
import { Outcomes } from "./outcomes.js";
import { Removed } from "./removed.js";
import { latest } from "../shell/status.js";
import { t } from "../i18n/strings.js";

/** @import { Status } from "../shell/types" */
/** @import { Component } from "../kit/types" */
/** @import { Part } from "./types" */

const SETTLE = 700; // milliseconds; a batch of the indexer changes many things at once

/** @param {Component} component */
export function start({ element }) {
  new LibraryScreen(find(element, ".library-root"));
}

class LibraryScreen {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.grid = new Grid();
    this.outcomes = new Outcomes();
    /** @type {Record<string, Part>} */
    this.views = {
      items: this.grid,
      map: new MapView((ids) => {
        this.turn("items");
        this.grid.narrowing.alone({ these: ids.join(",") }, "these");
      }),
      files: this.outcomes,
      folders: new Folders({
        items: (folder) => {
          this.turn("items");
          this.grid.showFolder(folder);
        },
        failures: () => {
          this.outcomes.choose("failed");
          this.turn("files");
        },
      }),
      duplicates: new Duplicates(),
      removed: new Removed(),
    };
    this.view = "items";
    this.failed = el("span", { class: "failed", data: { explain: "tally" } });
    this.tabs = this.buildTabs();
    this.adding = new Adding();
    this.why = el("span", {});
    this.closed = el("p", { class: "closed", hidden: true }, icon("lock", 18), this.why);
    root.append(
      this.closed,
      el("div", { class: "library-head" }, this.tabs, this.adding.button),
      this.adding.node,
      ...Object.values(this.views).map((view) => view.node),
    );
    this.choose(this.placed);
    addEventListener("popstate", () => root.isConnected && this.restore());
    const settle = debounced(() => this.freshen(), SETTLE);
    on("changed", root, settle);
    on("toMap", root, () => this.turn("map"));
    on("status", root, (status) => !status.lost && this.count(status));
    if (latest) this.count(latest);
  }

  buildTabs() {
    /** @param {string} view @param {string} label */
    const button = (view, label) =>
      el(
        "button",
        { type: "button", data: { view }, onclick: () => this.turn(view) },
        el("span", { text: t(label) }),
        el("span", { class: "number", "data-explain": "tally" }),
      );
    const files = button("files", "library.files");
    files.append(this.failed);
    const others = [
      button("folders", "library.folders"),
      button("duplicates", "library.duplicates"),
      button("removed", "library.removed"),
    ];
    return el(
      "div",
      { class: "segments library-tabs" },
      button("items", "library.items"),
      button("map", "library.map"),
      files,
      ...others,
    );
  }

  /** A person turns to another part, which the address notes.
   *  @param {string} view */
  turn(view) {
    keep({ part: view === "items" ? null : view });
    this.choose(view);
  }

  /** The part that the address names. */
  get placed() {
    return place("part") in this.views ? place("part") : "items";
  }

  /** After a step back or forward. */
  restore() {
    this.grid.narrowing.restore();
    if (this.placed !== this.view) this.choose(this.placed);
  }

  /** @param {string} view */
  choose(view) {
    for (const [name, { node }] of Object.entries(this.views)) node.hidden = name !== view;
    for (const button of childrenOf(this.tabs))
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    this.view = view;
    this.refresh();
  }

  refresh() {
    if (this.root.isConnected) this.views[this.view].reload();
  }

  /** The library changed behind the screen. */
  freshen() {
    if (!this.root.isConnected) return;
    if (this.view === "items") this.grid.freshen();
    else this.views[this.view].reload();
  }

  /** What may not be changed is not offered; a sentence says why.
   *  @param {Status} status */
  open({ writable, read_only: demo }) {
    const closed = !writable || demo;
    this.closed.hidden = !closed;
    say(this.why, t(demo ? "closed.demo" : "closed.library"));
    this.root.toggleAttribute("data-closed", closed);
    this.root.toggleAttribute("data-demo", demo);
    for (const view of ["files", "folders", "removed"])
      find(this.tabs, `[data-view=${view}]`).hidden = demo;
    if (!writable) find(this.tabs, "[data-view=folders]").hidden = true;
    if (find(this.tabs, `[data-view=${this.view}]`).hidden) this.choose("items");
  }

  /** @param {Status} status */
  count(status) {
    /** @param {Record<string, number>} counts */
    const sum = (counts) => Object.values(counts).reduce((total, n) => total + n, 0);
    const [items, , files] = findAll(this.tabs, ".number");
    say(items, count(sum(status.items)));
    say(files, count(sum(status.files)));
    say(
      this.failed,
      status.files.failed ? t("index.failed", { n: count(status.files.failed) }) : "",
    );
    this.grid.count(status);
    this.adding.know(status);
    this.open(status);
  }
}
