// search/question/: what a search is asked with, and what was asked before.
//
// What stands around the query box: kinds, filters, exact words, examples, and how deep to look.
//
// The state is one object, `choices`; everything here is drawn from it, and the server gets it with
// every search. The address of the page always says what was asked last.

import { addressOf, keep, keepNext, place, replaceQuestion } from "../address.js";
import { Bar } from "./bar.js";
import { FurtherQueries } from "./also.js";
import { drawChips } from "./chips.js";
import { filterPanel } from "./filters.js";
import { History } from "./history.js";
import { AS_YOU_TYPE, optionsPanel } from "./options.js";
import { QueryPictures } from "./pictures.js";
import {
  chosen,
  DEFAULTS,
  fromAddress,
  isEverything,
  isListing,
  isQuestion,
  toAddress,
} from "./state.js";
import { emit, memory, on } from "../../kit/bus.js";
import { debounced, el, find, queryField, showTab } from "../../kit/dom.js";
import { catchItems } from "../../kit/drag.js";
import { focusQueryFirst } from "./first_focus.js";
import { nameQueryBox } from "../../kit/gradio_names.js";
import { t } from "../../i18n/strings.js";
import { toast } from "../../kit/toast.js";
import { noteTyped, onPause, typedBefore } from "./typed.js";
import { liking } from "../../shell/wishes.js";

/** @import { Status } from "../../shell/types" */
/** @import { Panel } from "./folds.js" */
/** @import { Asked, Changes, Choices, Question, SetChoices, Wish } from "../types" */
/** @import { Card, Component } from "../../kit/types" */

const SETTLE = 350; // milliseconds between a change of the choices and the search it causes

/** @param {Component} component */
export function start({ element, props, trigger }) {
  new Asking(find(element, ".asking-root"), props, trigger);
}

class Asking {
  /** @param {HTMLElement} root @param {Component["props"]} props
   *  @param {Component["trigger"]} trigger */
  constructor(root, props, trigger) {
    this.root = root;
    this.props = props;
    this.trigger = trigger;
    /** @type {Choices} */
    this.choices = { ...DEFAULTS };
    /** What to show of items that are named as examples, by their ids.
     *  @type {Map<number, Card>} */
    this.cards = new Map();
    /** The newest question, as the server understood it.
     *  @type {Question | null} */
    this.asked = null;
    this.restored = false; // the search that runs was asked by the address
    this.again = debounced(() => this.repeat(), SETTLE);
    /** @type {SetChoices} */
    const set = (changes) => this.set(changes);
    this.bar = new Bar(set);
    this.also = new FurtherQueries(set);
    /** @type {Panel[]} */
    this.panels = [
      filterPanel(set),
      optionsPanel(set, this.also.button),
      new History((asked, cards) => this.askAgain(asked, cards)),
    ];
    this.bar.unfold(this.panels);
    this.chips = el("ul", { class: "asking-chips" });
    this.pictures = new QueryPictures(set);
    this.root.append(
      this.also.node,
      this.bar.node,
      ...this.panels.map((panel) => panel.node),
      this.pictures.node,
      this.chips,
    );
    catchItems(this.root, (card) => this.ask(liking(card)));
    this.listen();
    this.set({});
    this.restore();
    focusQueryFirst();
    nameQueryBox(root);
  }

  listen() {
    const { root } = this;
    on("ask", root, (wish) => this.ask(wish));
    on("asked", root, ({ asked, typing }) => !typing && this.took(asked));
    on("opened", root, (opened) => keep({ item: opened?.id }));
    on("narrow", root, (change) => this.set(change(this.choices)));
    on("status", root, (status) => !status.lost && this.know(status));
    noteTyped(root, () => this.asked?.text ?? "");
    onPause(root, () => this.typed());
    addEventListener("popstate", () => root.isConnected && this.restore());
  }

  /** Change some choices. A search that is shown is made again with them; filters alone list.
   *  @param {Changes} changes */
  set(changes) {
    this.choices = { ...this.choices, ...changes };
    this.props.value = chosen(this.choices);
    this.draw();
    if (!Object.keys(changes).length) return;
    if (this.asked || isListing(this.question())) this.again();
    // For a reload before anything is asked.
    else replaceQuestion({ text: "", files: [], choices: this.choices });
  }

  /** The question that box and choices make now. */
  question() {
    return { ...this.written(null, null), choices: this.choices };
  }

  /** Search with the changed choices; where only filters were asked for and none is left, begin
   *  anew. */
  repeat() {
    const listed = this.asked && isListing(this.asked);
    if (!listed || isQuestion(this.question())) this.search(null, null);
    else {
      history.pushState(null, "", addressOf({ ...this.question(), files: [] }));
      this.asked = null;
      emit("unasked");
    }
  }

  draw() {
    this.bar.draw(this.choices);
    for (const panel of this.panels) panel.draw(this.choices);
    this.also.draw(this.choices);
    this.pictures.draw(this.choices);
    drawChips(this.chips, this.choices, this.cards, (changes) => this.set(changes));
  }

  /** @param {Status} status */
  know(status) {
    this.bar.know(status);
    for (const panel of this.panels) panel.know?.(status);
  }

  /** Ask something: new text and files, or with null those in the box, and changed choices.
   *  @param {Wish} wish */
  ask({ text = null, files = null, change = () => ({}), cards = [] }) {
    for (const card of cards) this.cards.set(card.id, card);
    const choices = { ...this.choices, ...change(this.choices) };
    if (!isQuestion({ ...this.written(text, files), choices })) {
      toast(t("ask.nothing"));
      return;
    }
    this.choices = choices;
    this.set({});
    showTab(0);
    const own = text === null ? null : (files ?? []);
    if (own) this.trigger("fill", { text, files: own });
    this.search(text, own);
  }

  /** Ask what the history says, with nothing of what is chosen now.
   *  @param {Question} question @param {Card[]} cards */
  askAgain({ text, files, choices }, cards) {
    this.bar.foldHistory();
    this.ask({ text, files, change: () => choices, cards });
  }

  /** The given text and files, or those that stand in the box.
   *  @param {string | null} text @param {string[] | null} files */
  written(text, files) {
    if (text !== null) return { text, files: files ?? [] };
    const typed = queryField()?.value ?? "";
    return { text: typed.trim(), files: document.querySelectorAll("#query .thumbnail-item") };
  }

  /** @param {string | null} text @param {string[] | null} files */
  search(text, files) {
    this.trigger("search", { text, files, choices: chosen(this.choices) });
  }

  /** Show what recall finds for what stands in the box, where that is wanted. It is no search of
   *  its own: neither the address nor the history says anything of it. */
  typed() {
    const text = queryField()?.value.trim();
    if (!text || text === this.asked?.text || !memory.get(AS_YOU_TYPE, false)) return;
    this.trigger("search", { text, files: null, choices: chosen(this.choices), typing: true });
  }

  /** A search has begun: its question goes into the address.
   *  @param {Asked} asked */
  took(asked) {
    if (!this.restored) keep({ typed: null }); // it has been asked now: Back is not to bring it
    this.restored = false;
    for (const card of asked.items) this.cards.set(card.id, card);
    this.asked = { ...asked, choices: { ...DEFAULTS, ...asked.choices } };
    const list = isEverything(this.asked) ? "all" : null;
    const changed =
      toAddress(this.asked) !== toAddress(fromAddress(location.search)) ||
      list !== (place("list") || null);
    keepNext({ list });
    if (list || isQuestion(this.asked))
      history[changed ? "pushState" : "replaceState"](null, "", addressOf(this.asked));
    this.draw();
  }

  /** Show what the address asks for: after loading, and on back and forward. */
  restore() {
    const question = fromAddress(location.search);
    const item = Number(place("item"));
    const { text, files } = question;
    const typed = typedBefore();
    const begun = this.asked !== null;
    this.choices = question.choices;
    this.asked = null;
    this.set({});
    if (typed) keep({ typed });
    if (begun || typed || text || files.length)
      this.trigger("fill", { text: typed || text, files });
    this.restored = isQuestion(question) || place("list") !== "";
    if (this.restored) this.search(text, files);
    else emit("unasked");
    // While the page loads, the panel does so itself.
    if (begun && item) emit("open", { id: item });
    else if (begun) emit("close");
  }
}
