// search/board/: what a search has found: side by side, as a table, as a wall, as a list.
//
// The results: recall on the left, reranked on the right, lines between them for what moved.
//
// The value comes from a search that streams: begun, recall, rerank…, done | stopped | error. Every
// value carries `seq`; older ones are dropped, so a search that was overtaken cannot flash back.

import { DEFAULTS } from "../question/state.js";
import { isCompact } from "./buttons.js";
import { Column } from "./column.js";
import { BoardGrid } from "./grid.js";
import { BoardHead } from "./head.js";
import { listen } from "./events.js";
import { drawLines } from "./lines.js";
import { begins, Messages } from "./messages.js";
import { Narrowing } from "./narrowing.js";
import { MoreResults } from "./more.js";
import { BoardTable } from "./table.js";
import { Gone } from "./gone.js";
import { asksNothing, isRunning, withQuestion } from "./value.js";
import { drawView } from "./views.js";
import { emit } from "../../kit/bus.js";
import { el, find } from "../../kit/dom.js";
import { Listing } from "./listing.js";
import { latest } from "../../shell/status.js";
import { Tour } from "../tour.js";
import { Welcome } from "../welcome.js";

/** @import { Answer, Asked, Sent, Stage, Value } from "../types" */
/** @import { Component, Failure } from "../../kit/types" */

/** @param {Component} component */
export function start({ element, props, trigger, watch }) {
  new Board(find(element, ".board-root"), trigger, props, watch);
}

export class Board {
  /** @param {HTMLElement} root @param {Component["trigger"]} trigger
   *  @param {Component["props"]} props @param {Component["watch"]} watch */
  constructor(root, trigger, props, watch) {
    this.root = root;
    this.trigger = trigger;
    /** The newest value with hits.
     *  @type {Answer | null} */
    this.value = null;
    /** @type {Stage | "empty"} */
    this.stage = "empty";
    /** @type {Asked | null} */
    this.asked = null;
    /** @type {Failure | null} */
    this.message = null;
    /** The item that is pointed at.
     *  @type {string | null} */
    this.hot = null;
    /** The hit that the tour points at.
     *  @type {number | null} */
    this.pointed = null;
    this.seq = 0;
    this.dismissed = 0; // the newest search that was left by going back
    this.narrowing = new Narrowing();
    this.gone = new Gone();
    this.waiting = false;
    this.messages = new Messages(this);
    this.head = new BoardHead(this);
    this.recall = new Column(this, "recall");
    this.rerank = new Column(this, "rerank");
    this.lines = el("div", { class: "board-lines", "aria-hidden": "true" });
    this.body = el("div", { class: "board" }, this.recall.node, this.lines, this.rerank.node);
    this.others = { grid: new BoardGrid(this), table: new BoardTable(this) };
    this.more = new MoreResults(this);
    this.welcome = new Welcome();
    this.listing = new Listing(() => this.later());
    this.tour = new Tour();
    this.place();
    listen(this);
    watch("value", () => this.take(props.value));
    this.take(props.value);
    if (latest) this.welcome.show(latest, true);
  }

  /** Put the parts onto the page, in the order in which they stand there. */
  place() {
    this.root.append(
      this.tour.node,
      this.head.node,
      ...[this.messages.note, this.head.inspection.node],
      this.body,
      ...[this.others.table.node, this.others.grid.node],
      ...[this.more.node, this.more.end, this.messages.nothing],
      this.listing.node,
      this.welcome.node,
    );
  }

  /** Take a value from the server.
   *  @param {Sent | null} sent */
  take(sent) {
    const value = withQuestion(sent);
    if (!value || value.seq < this.seq || value.seq <= this.dismissed) return;
    const begun = value.seq > this.seq;
    this.seq = value.seq;
    // An empty query is refused at once; the start page stays until then, and below the refusal.
    const isIdle = this.stage === "empty" && asksNothing(value);
    if (!isIdle) this.stage = value.stage;
    this.asked = value.asked;
    this.message = value.message ?? null;
    if (begun) this.begin(value);
    if (value.hits) this.value = /** @type {Answer} */ (value); // all of it comes together
    if (value.stage === "listing") this.list(value.asked);
    else if (value.stage !== "begun") this.listing.end(); // until then, the former tiles stay
    document.body.dataset.searching = String(!isIdle && isRunning(value));
    this.later();
  }

  /** Nothing was asked for but what passes the filters.
   *  @param {Asked} asked */
  list({ choices }) {
    this.value = null;
    emit("scored", { hits: [], value: null });
    this.listing.begin({ ...DEFAULTS, ...choices });
  }

  /** The first value of a new search.
   *  @param {Value} value */
  begin({ asked, typing }) {
    this.messages.begin();
    this.narrowing.clear();
    emit("asked", { asked, typing: Boolean(typing) });
  }

  /** Which hits are to be shown, by everything that was chosen on this page. */
  chosen() {
    return this.narrowing.chosen(this.value?.top ?? 0);
  }

  /** A search that was running was lost on the way; what it has shown stays.
   *  @param {Failure} message */
  fail(message) {
    if (document.body.dataset.searching !== "true") return;
    document.body.dataset.searching = "false";
    message.shown = this.root.offsetParent !== null;
    this.stage = "error";
    this.message = message;
    this.later();
  }

  /** As before the first search. */
  reset() {
    if (document.body.dataset.searching === "true") this.trigger("halt");
    this.stage = "empty";
    this.value = null;
    this.listing.end();
    this.dismissed = this.seq;
    document.body.dataset.searching = "false";
    if (latest) this.welcome.show(latest, true);
    this.later();
  }

  /** Draw in the next frame, once however many values arrive before it. */
  later() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      if (this.root.isConnected) this.draw();
    });
  }

  draw() {
    const { root, value, stage } = this;
    const hits = value?.hits ?? []; // while a search begins, the former rows stay, dimmed
    root.dataset.stage = stage;
    // While a person types the second column waits: nothing jumps once it is judged.
    const isPair = value?.typing ? value.asked.choices.rerank !== false : value?.rerank;
    root.dataset.mode = value && !isPair ? "single" : "pair";
    root.dataset.compact = String(isCompact(hits.length));
    root.toggleAttribute("data-hits", hits.length > 0);
    this.head.draw(hits);
    this.messages.draw(hits);
    this.welcome.node.hidden = !this.begins();
    if (latest) this.welcome.show(latest, this.begins());
    this.listing.node.hidden = !this.listing.where || !["listing", "begun"].includes(stage);
    const none =
      stage === "empty" || (stage !== "begun" && !hits.length) || Boolean(this.listing.where);
    this.head.tools.hidden = none && !this.listing.where;
    root.toggleAttribute("data-listing", Boolean(this.listing.where));
    this.body.hidden = drawView(this, hits) || none;
    this.recall.draw(hits);
    this.rerank.draw(hits);
    drawLines(this, hits);
    this.more.draw(hits.length);
    if (value) emit("scored", { hits, value });
  }

  begins() {
    return begins(this);
  }

  /** Change which hits are shown, and show them.
   *  @param {(narrowing: Narrowing) => unknown} change */
  narrow(change) {
    change(this.narrowing);
    this.draw();
  }

  toggleAll() {
    this.narrow((now) => (now.all = !now.all));
  }

  /** @param {number} id */
  hitOf(id) {
    return this.value?.hits.find((one) => one.id === id);
  }

  /** @param {string | undefined} id */
  open(id) {
    emit("open", { id: Number(id), value: this.value });
  }

  /** @param {number | null} id */
  markOpened(id) {
    for (const part of [this.recall, this.rerank, ...Object.values(this.others)])
      part.markOpened(id);
  }

  /** Mark the hit that the tour speaks of.
   *  @param {number | null} id */
  point(id) {
    this.pointed = id;
    this.later();
  }

  /** Items leave the library, or are back in it.
   *  @param {number[]} ids @param {boolean} [back] */
  forget(ids, back = false) {
    if (!this.value) return;
    this.value = this.gone.change(this.value, ids, back);
    this.draw();
  }
}
