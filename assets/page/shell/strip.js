// The strip below the bar: how far the indexer is, and how its last run has ended.

import { el, say } from "../kit/dom.js";
import { count, duration } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { post } from "../kit/net.js";
import { complain } from "../kit/toast.js";
import { isEditable, publish } from "./status.js";
import { t, worded } from "../i18n/strings.js";

/** @import { Index } from "./types" */

const RUNNING = new Set(["scanning", "waiting", "indexing", "paused", "failed"]);
/** Outcomes of files, in the order in which the end of a run names them. */
const OUTCOMES = /** @type {const} */ (["indexed", "unchanged", "duplicate", "failed", "skipped"]);

export class Strip {
  constructor() {
    this.head = el("b", { class: "strip-head", "data-explain": "progress" });
    this.bar = el("i", { class: "meter" });
    this.pace = el("span", { class: "strip-pace", "data-explain": "progress" });
    this.current = el("span", { class: "strip-current", dir: "auto", "data-content": "" });
    this.pause = command("pause", "index.pause", "/api/index/pause");
    this.resume = command("play", "index.resume", "/api/index/resume");
    this.cancel = command("stop", "index.cancel", "/api/index/cancel");
    const label = { "aria-label": t("dismiss"), title: t("dismiss") };
    const seen = () => {
      this.ran = false;
      this.node.hidden = true;
    };
    this.dismiss = el(
      "button",
      { type: "button", class: "bare", hidden: true, onclick: seen, ...label },
      icon("close", 15),
    );
    this.tools = el(
      "div",
      { class: "strip-tools" },
      this.pause,
      this.resume,
      this.cancel,
      this.dismiss,
    );
    this.node = el(
      "div",
      { class: "strip", role: "group", "aria-label": t("index.title"), hidden: true },
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

  /** @param {Index} index */
  show(index) {
    const running = RUNNING.has(index.state);
    if (running) this.ran = index.state !== "failed";
    this.node.hidden = !(running || this.ended(index));
    this.node.dataset.state = index.state;
    if (!running) return;
    const failed = index.outcomes.failed ?? 0;
    const known = index.state !== "scanning" && index.files > 0;
    const parts = [
      known ? `${count(index.done)} / ${count(index.files)}` : t("index.found", { n: index.files }),
    ];
    if (index.items_total)
      parts.push(t("index.items", { done: count(index.items), n: count(index.items_total) }));
    if (failed) parts.push(t("index.failed", { n: failed }));
    say(this.head, index.state === "failed" ? t("index.stopped") : parts.join(" · "));
    this.bar.classList.toggle("running", index.state === "scanning" || index.state === "waiting");
    this.bar.style.setProperty("--done", String(known ? index.done / index.files : 0));
    say(this.pace, index.state === "paused" ? t("index.paused") : pace(index));
    const doing = index.state === "waiting" ? t("index.waiting") : index.current;
    const message = worded(index.message);
    say(this.current, message || doing);
    this.current.title = message || index.current;
    this.tools.hidden = !isEditable();
    this.cancel.hidden = false;
    this.dismiss.hidden = true;
    this.pause.hidden = index.state === "paused" || index.state === "failed";
    this.resume.hidden = !["paused", "failed"].includes(index.state);
  }

  /** Say how a run that was seen running has ended, until the next one or until it is dismissed.
   *  @param {Index} index */
  ended(index) {
    const counts = OUTCOMES.filter((name) => index.outcomes[name]);
    if (!this.ran || !counts.length) return false;
    say(
      this.head,
      counts.map((name) => t(`ended.${name}`, { n: index.outcomes[name] })).join(", "),
    );
    this.bar.classList.remove("running");
    this.bar.style.setProperty("--done", "1");
    say(this.pace, "");
    say(this.current, "");
    this.current.title = "";
    for (const button of [this.pause, this.resume, this.cancel]) button.hidden = true;
    this.dismiss.hidden = this.tools.hidden = false;
    return true;
  }
}

/** @param {string} name @param {string} label
 *  @param {"/api/index/pause" | "/api/index/resume" | "/api/index/cancel"} path */
function command(name, label, path) {
  return el(
    "button",
    { type: "button", class: "quiet", onclick: () => post(path).then(publish, complain) },
    icon(name, 15),
    el("span", { text: t(label) }),
  );
}

/** @param {Index} index */
function pace(index) {
  const parts = [];
  if (index.rate != null)
    parts.push(t("index.rate", { n: index.rate.toFixed(index.rate < 10 ? 1 : 0) }));
  if (index.left != null) parts.push(t("index.left", { time: duration(index.left) }));
  return parts.join(" · ");
}
