// Questions that are pasted to be asked for their balance, one a line, with progress and Stop.

import { el, say } from "../kit/dom.js";
import { isAborted, postForLines } from "../kit/net.js";
import { said } from "../kit/toast.js";
import { t, worded } from "../i18n/strings.js";
import { pasted } from "./pasted.js";

/** @import { AskedLine, Balances } from "./types" */

export class Asked {
  /** @param {(found: Balances) => unknown} draw what is known so far */
  constructor(draw) {
    this.draw = draw;
    /** @type {AbortController | null} */
    this.running = null;
    this.box = el("textarea", {
      rows: 4,
      dir: "auto",
      placeholder: t("several.placeholder"),
      "aria-label": t("balances.ask"),
    });
    this.go = this.button("balances.go", () => this.run(), "primary");
    this.stop = this.button("upload.stop", () => this.running?.abort());
    this.stop.hidden = true;
    this.say = el("span", { class: "fine", role: "status", "data-explain": "progress" });
    this.node = el(
      "details",
      { class: "pasted" },
      el("summary", { text: t("balances.ask") }),
      this.box,
      el("div", { class: "judge-head" }, this.go, this.stop, this.say),
    );
  }

  /** @param {string} label @param {() => unknown} onclick @param {string} look */
  button(label, onclick, look = "quiet") {
    return el("button", { type: "button", class: look, text: t(label), onclick });
  }

  async run() {
    if (this.running) return;
    const questions = pasted(this.box.value).map((text) => ({ text, files: [] }));
    if (!questions.length) return;
    this.running = new AbortController();
    this.turn(true);
    say(this.say, t("several.done", { done: 0, of: questions.length }));
    const failed = [];
    let end = "";
    try {
      /** @type {AsyncGenerator<AskedLine>} */
      const lines = postForLines("/api/balance", { questions }, this.running.signal);
      for await (const { n, balance, message } of lines) {
        if (message) failed.push(`${questions[n - 1].text}: ${worded(message)}`);
        if (balance) this.draw(balance);
        say(this.say, t("several.done", { done: n, of: questions.length }));
      }
    } catch (error) {
      end = isAborted(error) ? t("compare.stopped") : said(error);
    }
    this.running = null;
    this.turn(false);
    if (end || failed.length) say(this.say, [end, ...failed].filter(Boolean).join(" · "));
  }

  /** @param {boolean} on */
  turn(on) {
    this.go.disabled = on;
    this.stop.hidden = !on;
  }
}
