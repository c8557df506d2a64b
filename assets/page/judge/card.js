// One item to be graded: what it shows, four grades, a note. It says neither where nor how far up
// the item was found, nor what it is called.

import { attribute, el, findAll, say } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { thumbOf } from "../kit/format.js";
import { t } from "../i18n/strings.js";

/** @import { Blind, Grade } from "./types" */

/** @type {Grade[]} */
const GRADES = [0, 1, 2, 3];

/** @typedef {{ grade: (grade: Grade) => unknown, step: (by: number) => unknown,
 *    undo: () => unknown, note: (note: string) => unknown }} Acts */

export class GradeCard {
  /** @param {Acts} acts */
  constructor(acts) {
    /** The item that is shown; null before the first.
     *  @type {number | null} */
    this.shown = null;
    this.view = el("div", { class: "judge-view" });
    this.kind = el("span", { class: "judge-kind" });
    this.place = el("span", { class: "fine", "data-explain": "judging" });
    this.before = tool("left", t("judge.before"), () => acts.step(-1));
    this.next = tool("right", t("judge.next"), () => acts.step(1));
    this.grades = el(
      "div",
      { class: "judge-grades", role: "group", "aria-label": t("judge.grade") },
      ...GRADES.map((grade) => gradeButton(grade, acts)),
    );
    const undo = el(
      "button",
      { type: "button", class: "quiet", title: t("judge.undo"), onclick: () => acts.undo() },
      el("span", { text: t("undo") }),
      el("kbd", { text: "u" }),
    );
    this.note = el("input", {
      type: "text",
      dir: "auto",
      maxlength: 1000,
      placeholder: t("judge.note"),
      "aria-label": t("judge.note"),
    });
    this.note.addEventListener("input", () => acts.note(this.note.value));
    this.node = el(
      "div",
      { class: "judge-card" },
      el("div", { class: "judge-way" }, this.before, this.kind, this.place, this.next),
      this.view,
      this.grades,
      el("div", { class: "judge-below" }, this.note, undo),
      el("p", { class: "fine", text: t("judge.keys") }),
    );
  }

  /** @param {Blind | null} item @param {{ at: number, of: number }} place */
  draw(item, { at, of }) {
    if (!item) return;
    if (item.id !== this.shown) {
      this.shown = item.id;
      this.node.dataset.item = String(item.id);
      this.view.replaceChildren(viewOf(item));
      this.kind.replaceChildren(icon(item.kind, 16), t(`kind.${item.kind}`));
      this.note.value = item.note;
    }
    say(this.place, t("judge.place", { n: at + 1, of }));
    attribute(this.before, "disabled", at === 0 ? "" : null);
    attribute(this.next, "disabled", at === of - 1 ? "" : null);
    for (const button of findAll(this.grades, "button"))
      attribute(button, "aria-pressed", String(Number(button.dataset.grade) === item.grade));
  }
}

/** @param {Grade} grade @param {Acts} acts */
const gradeButton = (grade, acts) =>
  el(
    "button",
    {
      type: "button",
      class: "quiet",
      data: { grade, explain: "grade" },
      onclick: () => acts.grade(grade),
    },
    el("kbd", { text: grade }),
    el("span", { text: t(`judge.grade.${grade}`) }),
  );

/** @param {string} name @param {string} label @param {() => unknown} run */
const tool = (name, label, run) =>
  el(
    "button",
    { type: "button", class: "bare", "aria-label": label, title: label, onclick: run },
    icon(name),
  );

/** @param {Blind} item */
function viewOf(item) {
  if (item.kind === "passage")
    return el("p", { class: "judge-text", dir: "auto", "data-content": "", text: item.text });
  if (item.kind === "video" || item.kind === "moment") return clipOf(item);
  // Small at once and large as soon as it is there; of a file that has gone, that is all.
  const image = el("img", { src: thumbOf(item), alt: t("judge.alt") });
  if (item.width && item.height) [image.width, image.height] = [item.width, item.height];
  const large = new Image();
  large.addEventListener("load", () => (image.src = large.src));
  large.src = `/m/preview/${item.id}`;
  return image;
}

/** @param {Blind} item */
function clipOf(item) {
  const from = item.start ?? 0;
  const until = item.kind === "moment" && item.end ? `,${item.end}` : "";
  const video = el("video", {
    src: `/m/full/${item.id}#t=${from}${until}`,
    poster: thumbOf(item),
    controls: true,
    preload: "metadata",
    tabindex: "0",
    "aria-label": t("judge.alt"),
  });
  video.muted = true;
  return video;
}
