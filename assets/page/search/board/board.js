// The results: recall on the left, reranked on the right, lines between them for what moved.
//
// The value comes from a search that streams: begun, recall, rerank…, done | stopped | error. Every
// value carries `seq`; older ones are dropped, so a search that was overtaken cannot flash back.

import { DEFAULTS } from "../question/state.js";
import { Column } from "./column.js";
import { BoardGrid } from "./grid.js";
import { BoardHead } from "./head.js";
import { listenToKeys } from "./keys.js";
import { drawLines } from "./lines.js";
import { isEmpty, Messages } from "./messages.js";
import { MoreResults } from "./more.js";
import { BoardTable } from "./table.js";
import { focusRow, highlight, rowOf } from "./rows.js";
import { asksNothing, withQuestion } from "./value.js";
import { drawView } from "./views.js";
import { emit, memory, on } from "../../kit/bus.js";
import { el, isNarrow } from "../../kit/dom.js";
import { Listing } from "./listing.js";
import { latest } from "../../shell/status.js";
import { listenForSize } from "../../kit/tile_size.js";
import { Tour } from "../tour.js";
import { Welcome } from "../welcome.js";

const COMPACT_FROM = 11; // rows; more than ten are easier to compare when they are low

export function start({ element, props, trigger, watch }) {
  new Board(element.querySelector(".board-root"), trigger, props, watch);
}

class Board {
  constructor(root, trigger, props, watch) {
    Object.assign(this, { root, trigger });
    this.value = null; // the newest value with hits
    this.stage = "empty";
    this.seq = 0;
    this.dismissed = 0; // the newest search that was left by going back
    this.all = false; // show every candidate, not only the first `top`
    this.unfolded = new Set(); // ids of hits whose near copies are shown
    this.waiting = false;
    this.build();
    listenToKeys(this);
    listenForSize(root);
    new ResizeObserver(() => this.root.isConnected && this.draw()).observe(this.body);
    on("status", root, (status) => {
      this.welcome.show(status, this.begins());
      const empty = isEmpty(); // decides what is shown where there are no hits
      if (empty !== this.wasEmpty) this.later();
      this.wasEmpty = empty;
    });
    on("changed", root, () => this.messages.draw(this.value?.hits ?? []));
    on("unasked", root, () => this.reset());
    on("opened", root, (opened) => this.markOpened(opened?.id ?? null));
    on("failed", root, (message) => this.fail(message));
    on("forgotten", root, ({ ids }) => this.forget(new Set(ids)));
    watch("value", () => this.take(props.value));
    this.take(props.value);
    if (latest) this.welcome.show(latest, true);
  }

  build() {
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
    this.root.append(
      this.tour.node,
      this.head.node,
      this.messages.note,
      this.body,
      this.others.table.node,
      this.others.grid.node,
      this.more.node,
      this.more.end,
      this.messages.nothing,
      this.listing.node,
      this.welcome.node,
    );
    this.root.addEventListener("click", (event) => this.clicked(event));
    this.root.addEventListener("mouseover", (event) => highlight(this, rowOf(event.target)));
    this.root.addEventListener("mouseleave", () => highlight(this, null));
    this.root.addEventListener("focusin", (event) => highlight(this, rowOf(event.target)));
  }

  /** Take a value from the server. */
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
    if (value.hits) this.value = value;
    if (value.stage === "listing") this.list(value.asked);
    else if (value.stage !== "begun") this.listing.end(); // until then, the former tiles stay
    document.body.dataset.searching =
      !isIdle && ["begun", "recall", "rerank"].includes(value.stage);
    this.later();
  }

  /** Nothing was asked for but what passes the filters. */
  list({ choices }) {
    this.value = null;
    emit("scored", { hits: [], value: null });
    this.listing.begin({ ...DEFAULTS, ...choices });
  }

  /** The first value of a new search. */
  begin({ asked }) {
    this.messages.begin();
    this.all = false;
    this.unfolded.clear();
    emit("asked", { asked });
  }

  /** A search that was running was lost on the way; what it has shown stays. */
  fail(message) {
    if (document.body.dataset.searching !== "true") return;
    document.body.dataset.searching = "false";
    message.shown = this.root.offsetParent !== null;
    Object.assign(this, { stage: "error", message });
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
    const begun = stage === "begun";
    const hits = value?.hits ?? []; // while a search begins, the former rows stay, dimmed
    root.dataset.stage = stage;
    root.dataset.mode = value && !value.rerank ? "single" : "pair";
    root.dataset.compact = this.isCompact(hits.length);
    this.head.draw(hits);
    this.messages.draw(hits);
    this.welcome.node.hidden = !this.begins();
    if (latest) this.welcome.show(latest, this.begins());
    this.listing.node.hidden = !this.listing.where || !["listing", "begun"].includes(stage);
    const top = this.all ? hits.length : (value?.top ?? 0);
    const none = stage === "empty" || (!begun && !hits.length) || Boolean(this.listing.where);
    this.head.tools.hidden = none && !this.listing.where;
    root.toggleAttribute("data-listing", Boolean(this.listing.where));
    this.body.hidden = drawView(this, hits, top) || none;
    this.recall.draw(hits, top);
    this.rerank.draw(hits, top);
    drawLines(this, hits, top);
    this.more.draw(hits.length);
    if (value) emit("scored", { hits, value });
  }

  /** Whether the start page is shown: before the first search, and where it leads further than an
   *  empty board does, in an empty library or after a query that could not be asked. */
  begins() {
    if (this.stage === "empty") return true;
    if (this.value?.hits.length) return false;
    return this.stage === "error" || isEmpty();
  }

  isCompact(rows) {
    const chosen = memory.get("compact", null);
    return String(chosen ?? (rows >= COMPACT_FROM && !isNarrow()));
  }

  toggleCompact() {
    memory.set("compact", this.root.dataset.compact !== "true");
    this.draw();
  }

  toggleAll() {
    this.all = !this.all;
    this.draw();
  }

  clicked(event) {
    const row = rowOf(event.target);
    if (!row) return;
    focusRow(this, row);
    if (event.target.closest(".flag-copies")) this.unfold(Number(row.dataset.id));
    else this.open(row.dataset.id);
  }

  /** Show or hide the near copies of a hit, below it in both columns. */
  unfold(id) {
    if (!this.value?.hits.find((hit) => hit.id === id)?.copies.length) return;
    if (!this.unfolded.delete(id)) this.unfolded.add(id);
    this.draw();
  }

  open(id) {
    const hit = this.value?.hits.find((one) => String(one.id) === id);
    if (hit) emit("open", { id: hit.id, hit, value: this.value });
    else emit("open", { id: Number(id) }); // a near copy
  }

  markOpened(id) {
    for (const part of [this.recall, this.rerank, ...Object.values(this.others)])
      part.markOpened(id);
  }

  forget(ids) {
    if (!this.value) return;
    this.value = { ...this.value, hits: this.value.hits.filter((hit) => !ids.has(hit.id)) };
    this.draw();
  }
}
