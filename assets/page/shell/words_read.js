// How far words in pictures have been read: a line, with a button that pauses it.

import { el, say } from "../kit/dom.js";
import { count, duration } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { post } from "../kit/net.js";
import { complain } from "../kit/toast.js";
import { isEditable, publish } from "./status.js";
import { t, worded } from "../i18n/strings.js";

/** @import { WordsRead } from "./types" */

/** What the strip tells of; all of it stands in Settings. */
const TOLD = new Set(["reading", "paused", "failed"]);

export class WordsLine {
  /** @param {{ always: boolean }} options whether it stays while nothing is read */
  constructor({ always }) {
    this.always = always;
    this.head = el("b", { class: "strip-head", "data-explain": "progress" });
    this.bar = el("i", { class: "meter" });
    this.pace = el("span", { class: "strip-pace", "data-explain": "progress" });
    this.current = el("span", { class: "strip-current", "data-content": "" });
    this.pause = command("pause", "index.pause", "/api/words/pause");
    this.resume = command("play", "index.resume", "/api/words/resume");
    this.tools = el("div", { class: "strip-tools" }, this.pause, this.resume);
    this.node = el(
      "div",
      { class: "strip strip-words", role: "group", "aria-label": t("read.layer"), hidden: true },
      this.head,
      this.bar,
      this.pace,
      this.current,
      this.tools,
    );
  }

  hide() {
    this.node.hidden = true;
  }

  /** @param {WordsRead} words */
  show(words) {
    const { state, done, total, left } = words;
    this.node.hidden = !(this.always || (TOLD.has(state) && done < total) || state === "failed");
    this.node.dataset.state = state;
    const counted = t("ocr.read", { done: count(done), n: count(total) });
    say(this.head, total ? counted : t(`ocr.${state}`));
    this.bar.hidden = !total;
    this.bar.style.setProperty("--done", String(total ? done / total : 0));
    const time = left == null ? "" : t("index.left", { time: duration(left) });
    say(this.pace, state === "reading" ? time : total ? t(`ocr.${state}`) : "");
    say(this.current, worded(words.message));
    this.tools.hidden = !isEditable();
    this.pause.hidden = !["reading", "waiting"].includes(state);
    this.resume.hidden = !["paused", "failed"].includes(state);
  }
}

/** @param {string} name @param {string} label
 *  @param {"/api/words/pause" | "/api/words/resume"} path */
function command(name, label, path) {
  return el(
    "button",
    { type: "button", class: "quiet", onclick: () => post(path).then(publish, complain) },
    icon(name, 15),
    el("span", { text: t(label) }),
  );
}
