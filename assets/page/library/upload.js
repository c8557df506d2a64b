// Sends files to the library, a few at a time, and hands them to the indexer in batches.

import { isAborted, post, putFile } from "../kit/net.js";
import { refresh } from "../shell/status.js";

/** @import { Counts, Pair } from "./types" */

const AT_ONCE = 4; // browsers allow six connections, and the page needs some itself
const BATCH = 50; // files per job of the indexer: the first are searchable while the rest arrive

export class Upload {
  /** @param {string} collection */
  constructor(collection) {
    this.collection = collection;
    this.control = new AbortController();
    /** @type {Counts} */
    this.counts = {
      done: 0,
      files: 0,
      sent: 0,
      total: 0,
      failed: 0,
      first: null,
      stopped: false,
      fresh: [],
    };
    /** What has arrived and was not handed to the indexer yet.
     *  @type {string[]} */
    this.stored = [];
  }

  stop() {
    this.counts.stopped = true;
    this.control.abort();
  }

  /** Send all `pairs` of relative path and file; `show` is told the counts after each.
   *  @param {Pair[]} pairs @param {(counts: Counts) => void} show */
  async run(pairs, show) {
    const queue = [...pairs];
    this.counts.files = queue.length;
    this.counts.total = queue.reduce((sum, [, file]) => sum + file.size, 0);
    show(this.counts);
    const worker = async () => {
      while (!this.control.signal.aborted) {
        const pair = queue.shift();
        if (!pair) return;
        await this.one(...pair);
        show(this.counts);
        if (this.stored.length >= BATCH) await this.hand();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await this.hand();
    return this.counts;
  }

  /** @param {string} path @param {File} file */
  async one(path, file) {
    const headers = { "x-path": encodeURIComponent(path), "x-hold": "1" };
    try {
      const answer = await putFile(file, headers, this.control.signal);
      this.stored.push(answer.stored);
      if (!answer.known) this.counts.fresh.push(answer.stored);
    } catch (error) {
      if (isAborted(error)) return;
      this.counts.failed += 1;
      this.counts.first ??= error instanceof Error ? error : new Error(String(error));
    }
    this.counts.done += 1;
    this.counts.sent += file.size;
  }

  async hand() {
    const stored = this.stored.splice(0);
    if (!stored.length) return;
    await post("/api/upload/done", { stored, collection: this.collection });
    refresh();
  }
}
