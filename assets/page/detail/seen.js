// The tab that shows what both models got of an item and of the query: the pictures as they were
// resized, the prompts, and what did not fit.

import { inspected, keyOf } from "./asked.js";
import { promptBlock } from "./prompt.js";
import { remarkOf } from "./remark.js";
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { post } from "../kit/net.js";
import { said } from "../kit/toast.js";
import { t } from "../i18n/strings.js";

/** @import { Side } from "../search/types" */
/** @import { Detail } from "./detail.js" */
/** @import { Seen, SeenStage, Shown, Subject } from "./types" */

/** @type {Side[]} */
const STAGES = ["recall", "rerank"];

export class SeenTab {
  /** @param {Detail} detail */
  constructor(detail) {
    this.detail = detail;
    /** Of what hit the state is; null before there is one.
     *  @type {string | null | undefined} */
    this.key = undefined;
    /** @type {{ seen?: Seen, failed?: string }} */
    this.state = {};
    this.node = el("div", { class: "panel-seen", "aria-live": "polite" });
  }

  /** Asked for anew only where another hit or another search is meant.
   *  @param {Subject} subject */
  draw(subject) {
    const key = subject.answer ? (keyOf(subject) ?? `none ${subject.answer.seq}`) : null;
    if (key === this.key) return;
    this.key = key;
    this.state = {};
    if (!subject.answer) this.say("seen.none");
    else if (!subject.hit) this.say("scores.elsewhere");
    else this.load(subject, key);
  }

  /** @param {string} words */
  say(words) {
    this.node.replaceChildren(el("p", { class: "fine why-none", text: t(words) }));
  }

  /** @param {Subject} subject @param {string | null} key */
  async load(subject, key) {
    const { item, answer } = subject;
    if (!answer) return;
    this.show(subject);
    /** @type {SeenTab["state"]} */
    let state;
    try {
      state = { seen: await post("/api/hits/seen", inspected(item.id, answer)) };
    } catch (error) {
      state = { failed: said(error) };
    }
    if (key !== this.key) return; // another hit is shown by now
    this.state = state;
    this.show(subject);
  }

  /** @param {Subject} subject */
  show(subject) {
    const { seen, failed } = this.state;
    const held = this.node.contains(document.activeElement);
    if (failed) this.node.replaceChildren(...this.failure(failed));
    else if (seen) {
      const blocks = STAGES.map((side) => stageBlock(side, seen[side], subject.item));
      this.node.replaceChildren(
        el("p", { class: "fine", text: t("seen.about") }),
        ...remarkOf(seen),
        ...blocks,
      );
    } else {
      const ghosts = [1, 2].map(() => el("div", { class: "ghost seen-ghost" }));
      const text = t("seen.loading");
      this.node.replaceChildren(el("p", { class: "fine", role: "status", text }), ...ghosts);
    }
    if (held && subject) this.detail.frame.list.focus();
  }

  /** @param {string} text */
  failure(text) {
    const again = () => {
      this.key = undefined;
      const { subject } = this.detail;
      if (subject) this.draw(subject);
    };
    return [
      el("p", { class: "panel-gone", role: "alert" }, icon("alert", 22), el("span", { text })),
      el(
        "button",
        { type: "button", class: "quiet", onclick: again },
        icon("retry", 16),
        el("span", { text: t("detail.again") }),
      ),
    ];
  }

  release() {
    this.key = undefined;
    this.node.replaceChildren();
  }
}

/** @param {Side} side @param {SeenStage | null} stage @param {Shown} item */
function stageBlock(side, stage, item) {
  const head = el("h3", { text: t(`seen.${side}`) });
  if (!stage) {
    const why = el("p", { class: "fine", text: t(`seen.${side}.off`) });
    return el("section", { class: "block seen-stage", data: { side } }, head, why);
  }
  const model = el("span", { "data-content": "", dir: "auto", text: stage.model });
  return el(
    "section",
    { class: "block seen-stage", data: { side } },
    head,
    el("p", { class: "fine" }, model),
    ...stage.prompts.map((prompt) => promptBlock(prompt, item)),
  );
}
