// What was asked before: saved searches first, then the recent ones. Each can be asked again.

import { HistoryView } from "./history_view.js";
import { askedBy, titleOf } from "./runs.js";
import { emit, on } from "../../kit/bus.js";
import { getJson, post, put, remove } from "../../kit/net.js";
import { complain, said, toast } from "../../kit/toast.js";
import { t } from "../../i18n/strings.js";

/** @import { Card } from "../../kit/types" */
/** @import { Question, Run } from "../types" */
/** @import { State } from "./history_view.js" */

const PAGE = 50;
const MANY = 100; // of saved ones, in one answer of the program
const UNDO = 20; // seconds; the program holds what was deleted for a minute

export class History {
  /** `ask` is given the question of a run, and the cards of the items that it names.
   *  @param {(asked: Question, cards: Card[]) => void} ask */
  constructor(ask) {
    /** @type {State} */
    this.state = { saved: [], recent: [], rest: false, keeping: true, state: "loading", why: "" };
    this.turn = 0; // of the newest answer that is waited for
    const acts = {
      ask: (/** @type {Run} */ run) => ask(askedBy(run), run.items),
      save: this.save.bind(this),
      forget: this.forget.bind(this),
    };
    this.view = new HistoryView(acts, {
      load: (older) => this.load(older ? this.state.recent.at(-1)?.id : null),
      clear: () => this.forgetAll(),
    });
    this.node = this.view.node;
    on("status", this.node, (status) => {
      if (!status.lost && this.state.state === "failed" && !this.node.hidden) this.load();
    });
  }

  /** The panel has been unfolded: show what is there now. */
  shown() {
    this.load();
  }

  /** The choices of the question say nothing about what was asked before. */
  draw() {}

  /** Know something new, and show it.
   *  @param {Partial<State>} changes */
  set(changes) {
    this.state = { ...this.state, ...changes };
    this.view.draw(this.state);
  }

  /** Ask the program, for older ones than `before` or anew.
   *  @param {number | null} before */
  async load(before = null) {
    this.turn += 1;
    const turn = this.turn;
    const find = this.view.wanted;
    if (!this.view.rows.size) this.set({});
    try {
      const saved = before === null ? await allSaved(find) : this.state.saved;
      const wanted = { only: "recent", limit: PAGE, before, find };
      const { runs, keeping } = await getJson("/api/history", wanted);
      const recent = before === null ? runs : [...this.state.recent, ...runs];
      const rest = runs.length === PAGE;
      if (turn === this.turn) this.set({ saved, recent, rest, keeping, state: "ready" });
    } catch (error) {
      // What is shown stays.
      if (turn === this.turn) this.set({ state: "failed", why: said(error) });
    }
  }

  /** Save a run, under a name or not, or no longer; says whether that was done.
   *  @param {Run} run @param {{ pinned: boolean, name?: string }} how */
  async save(run, how) {
    try {
      const now = { ...run, ...(await put(`/api/history/${run.id}`, how)) };
      const all = [...this.without(run), now].sort((a, b) => b.id - a.id);
      this.set({
        saved: all.filter(({ pinned }) => pinned),
        recent: all.filter(({ pinned }) => !pinned),
      });
      emit("saved");
      return true;
    } catch (error) {
      complain(error);
      return false;
    }
  }

  /** @param {Run} run */
  without(run) {
    return [...this.state.saved, ...this.state.recent].filter(({ id }) => id !== run.id);
  }

  /** @param {Run} run */
  async forget(run) {
    try {
      const { deleted } = await remove(`/api/history/${run.id}`);
      const { asks, at } = this.place(run);
      const rest = this.without(run);
      this.set({
        saved: rest.filter(({ pinned }) => pinned),
        recent: rest.filter(({ pinned }) => !pinned),
      });
      (asks[at + 1] ?? asks[at - 1] ?? this.node).focus();
      this.offerUndo(t("history.forgotten", { said: titleOf(run) }), deleted);
    } catch (error) {
      complain(error);
    }
  }

  /** Where a run stands among those that can be asked.
   *  @param {Run} run */
  place(run) {
    const asks = this.view.asks();
    return { asks, at: asks.findIndex((one) => one === this.view.rows.get(run.id)?.ask) };
  }

  /** All but what is saved. */
  async forgetAll() {
    try {
      const { deleted } = await remove("/api/history");
      this.offerUndo(t("history.cleared", { n: deleted.length }), deleted);
      await this.load();
    } catch (error) {
      complain(error);
    }
  }

  /** @param {string} text @param {number[]} runs */
  offerUndo(text, runs) {
    emit("saved");
    undoable(text, runs, () => this.node.hidden || this.load());
  }
}

/** Say that searches are deleted, with a way back.
 *  @param {string} text @param {number[]} runs @param {() => unknown} then once they are back */
export function undoable(text, runs, then = () => {}) {
  const run = async () => {
    try {
      const { restored } = await post("/api/history/restore", { runs });
      toast(restored ? t("history.back", { n: restored }) : t("history.tooLate"));
      emit("saved");
      then();
    } catch (error) {
      complain(error);
    }
  };
  toast(text, { action: runs.length ? { label: t("undo"), run } : null, seconds: UNDO });
}

/** All saved searches that hold these words.
 *  @param {string} find */
async function allSaved(find) {
  /** @type {Run[]} */
  const found = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const { runs } = await getJson("/api/history", { only: "saved", limit: MANY, before, find });
    found.push(...runs);
    if (runs.length < MANY) return found;
  }
}
