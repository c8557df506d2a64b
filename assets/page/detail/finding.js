// Evidence on its way: what it costs, how far it is, and its end. One hit at a time.

import { isAborted, post, postLines } from "../kit/net.js";
import { said } from "../kit/toast.js";
import { worded } from "../i18n/strings.js";

/** @import { Cost, Evidence, EvidenceLine, Inspected } from "./types" */

/** @typedef {"asking" | "ready" | "running" | "done" | "stopped" | "failed"} FindingState */

export class Finding {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {FindingState} */
    this.state = "asking";
    /** @type {Cost | null} */
    this.cost = null;
    /** @type {Evidence | null} */
    this.evidence = null;
    /** @type {string | null} */
    this.failed = null;
    /** @type {Inspected | null} */
    this.hit = null;
    /** @type {AbortController | null} */
    this.running = null;
  }

  /** Give up what is under way, and forget what was found.  */
  forget() {
    this.running?.abort();
    this.running = null;
    this.hit = null;
    this.cost = null;
    this.evidence = null;
    this.failed = null;
    this.state = "asking";
  }

  /** Ask what evidence of a hit costs; what is kept of it is shown at once.
   *  @param {Inspected} hit */
  async about(hit) {
    this.forget();
    this.hit = hit;
    this.changed();
    try {
      const cost = await post("/api/hits/cost", hit);
      if (hit !== this.hit) return; // another one is shown by now
      this.cost = cost;
      this.state = "ready";
      if (cost.kept) await this.find();
      else this.changed();
    } catch (error) {
      if (hit === this.hit) this.fail(said(error));
    }
  }

  again() {
    if (this.hit) this.about(this.hit);
  }

  async find() {
    const { hit } = this;
    if (!hit || this.running) return;
    const running = new AbortController();
    this.running = running;
    this.failed = null;
    this.evidence = null;
    this.state = "running";
    this.changed();
    try {
      await postLines("/api/hits/evidence", hit, running.signal, (line) => {
        if (this.running === running) this.take(line);
      });
      if (this.running === running && this.state === "running") this.cutOff();
    } catch (error) {
      if (this.running === running && !isAborted(error)) this.fail(said(error));
    } finally {
      if (this.running === running) this.running = null;
    }
  }

  /** @param {EvidenceLine} line */
  take(line) {
    if (line.stage === "failed") {
      this.fail(worded(line.message));
      return;
    }
    this.evidence = line;
    if (line.stage === "done") this.state = "done";
    this.changed();
  }

  /** No further batch is begun; what is known stays. */
  stop() {
    this.running?.abort();
    this.running = null;
    this.cutOff();
  }

  cutOff() {
    this.state = "stopped";
    this.changed();
  }

  /** @param {string} text */
  fail(text) {
    this.failed = text;
    this.state = "failed";
    this.changed();
  }
}
