// One of the two sides: its settings, and the column of what they find, in the rows of the board.

import { emit } from "../kit/bus.js";
import { attribute, el, say } from "../kit/dom.js";
import { ms } from "../kit/format.js";
import { t } from "../i18n/strings.js";
import { fillRow, makeRow } from "../search/board/row.js";
import { standings } from "../search/board/scores.js";
import { ordered } from "../search/board/shown.js";
import { group, quotas } from "../search/question/fields.js";
import { DEFAULTS } from "../search/question/state.js";
import { Answering } from "./answering.js";

/** @import { Changes, Choices, Side as Stage } from "../search/types" */
/** @import { Mover, SideValue, Spaces } from "./types" */

/** The settings that a side may have otherwise.
 *  @type {(keyof Choices)[]} */
const SETTINGS = [
  "instruction",
  "words",
  "rerank",
  "depth",
  "top",
  "quota",
  "picture_words",
  "collapse",
];

/** @type {Record<string, number | undefined>} */
const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

export class Side {
  /** @param {"left" | "right"} name */
  constructor(name) {
    this.name = name;
    /** @type {Choices} */
    this.now = { ...DEFAULTS };
    /** @type {SideValue | null} */
    this.value = null;
    this.costs = el("p", { class: "fine", role: "status", "data-explain": "memory" });
    this.answering = new Answering(() => this.drawCosts());
    this.fields = el("div", { class: "compare-fields" });
    this.head = el("p", { class: "fine", "data-explain": "ms" });
    this.list = el("ol", { class: "compare-rows", "aria-label": t(`compare.${name}`) });
    const use = el("button", {
      type: "button",
      class: "quiet compare-use",
      text: t("compare.use"),
      onclick: () => emit("ask", { change: () => this.changes }),
    });
    this.node = el(
      "section",
      { class: "compare-side", "aria-label": t(`compare.${name}`) },
      el("header", {}, el("h3", { text: t(`compare.${name}`) }), use),
      this.fields,
      this.costs,
      this.head,
      this.list,
    );
    this.list.addEventListener("click", ({ target }) => this.open(target));
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.drawFields();
  }

  /** What this side asks with, whole: also what is as usual, so that nothing shows through. */
  get changes() {
    const entries = SETTINGS.map((name) => [name, this.now[name]]);
    return /** @type {Changes} */ (/** @type {unknown} */ (Object.fromEntries(entries)));
  }

  /** @param {Choices} choices of the question on the board */
  begin(choices) {
    this.now = { ...choices };
    this.drawFields();
    this.clear();
  }

  /** What may answer it.
   *  @param {Spaces} spaces */
  offer(spaces) {
    this.answering.offer(spaces);
    this.drawCosts();
  }

  drawFields() {
    const fields = SETTINGS.map((name) => this.field(name));
    this.fields.replaceChildren(this.answering.node, ...fields);
    this.drawCosts();
  }

  /** What the settings of this side cost beyond a usual search. */
  drawCosts() {
    const words = this.now.picture_words && this.now.rerank ? [t("compare.cost.words")] : [];
    say(this.costs, [...this.answering.costs, ...words].join(" "));
    this.costs.hidden = !this.costs.textContent;
  }

  /** @param {keyof Choices} name */
  field(name) {
    const value = this.now[name];
    /** @param {unknown} to */
    const set = (to) => {
      this.now = { ...this.now, [name]: to };
      this.drawCosts();
    };
    if (name === "quota") {
      return group(
        "compare.of.quota",
        quotas(({ quota }) => set(quota), this.now.quota),
      );
    }
    const label = el("span", { text: t(`compare.of.${name}`) });
    if (typeof value === "boolean") {
      const box = el("input", { type: "checkbox", checked: value, data: { name } });
      box.addEventListener("change", () => set(box.checked));
      return el("label", { class: "check" }, box, label);
    }
    const input = name === "words" ? wordsOf(String(value)) : inputOf(name, value);
    input.dataset.name = name;
    input.addEventListener("change", () =>
      set(typeof value === "number" ? Number(input.value) || DEFAULTS[name] : input.value.trim()),
    );
    return el("label", { class: "labelled" }, label, input);
  }

  clear() {
    this.value = null;
    this.list.replaceChildren();
    say(this.head, "");
  }

  get stage() {
    return /** @type {Stage} */ (
      this.value?.hits.some((hit) => hit.r1 != null) ? "rerank" : "recall"
    );
  }

  /** @param {SideValue} value @param {Record<string, number>} grades */
  take(value, grades) {
    this.value = value;
    const hits = ordered(value.hits, this.stage).slice(0, value.top);
    const standing = standings(hits, this.stage, new Map());
    this.list.replaceChildren(
      ...hits.map((hit, n) => {
        const row = makeRow(hit);
        fillRow(row, hit, this.stage, standing[n], false);
        row.tabIndex = n ? -1 : 0;
        return row;
      }),
    );
    this.mark(new Map(), grades);
    const { embed, recall, rerank } = value.ms;
    const running = !["done", "stopped"].includes(value.stage);
    const time = ms(embed + recall + rerank);
    say(
      this.head,
      [value.model, value.reranker, time, running ? t("judge.loading") : ""]
        .filter(Boolean)
        .join(" · "),
    );
  }

  /** Both are there: say of every row where it stands on the other side, and its grade.
   *  @param {Map<number, Mover>} moved @param {Record<string, number>} grades */
  compare(moved, grades) {
    this.mark(moved, grades);
  }

  /** @param {Map<number, Mover>} moved @param {Record<string, number>} grades */
  mark(moved, grades) {
    const other = this.name === "left" ? "right" : "left";
    for (const row of this.list.children) {
      if (!(row instanceof HTMLElement)) continue;
      const id = Number(row.dataset.id);
      const mover = moved.get(id);
      const place = mover ? (mover[other] ?? "alone") : null;
      attribute(row, "data-other", place);
      row.querySelector(".compare-mark")?.remove();
      const words = [
        place === "alone" ? t("compare.alone") : place ? t("compare.other", { rank: place }) : "",
        grades[id] === undefined ? "" : t("compare.grade", { grade: grades[id] }),
      ].filter(Boolean);
      const text = words.join(" · ");
      if (text)
        row.append(el("span", { class: "compare-mark fine", "data-explain": "grade", text }));
    }
  }

  /** @param {EventTarget | null} target */
  open(target) {
    const row = target instanceof Element ? target.closest(".row") : null;
    if (row instanceof HTMLElement) emit("open", { id: Number(row.dataset.id) });
  }

  /** One Tab stop in the list; arrows walk in it.
   *  @param {KeyboardEvent} event */
  key(event) {
    const rows = /** @type {HTMLElement[]} */ ([...this.list.children]);
    const at = rows.findIndex((row) => row === event.target);
    const step = STEPS[event.key];
    if (event.key === "Enter" || event.key === " ") this.open(event.target);
    else if (step && rows[at + step]) {
      rows[at].tabIndex = -1;
      rows[at + step].tabIndex = 0;
      rows[at + step].focus();
    } else if (!step) return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** @param {string} value */
function wordsOf(value) {
  const options = ["off", "on", "only"].map((mode) =>
    el("option", { value: mode, selected: mode === value, text: t(`words.${mode}`) }),
  );
  return el("select", {}, ...options);
}

/** @param {keyof Choices} name @param {unknown} value */
const inputOf = (name, value) =>
  typeof value === "number"
    ? el("input", { type: "number", min: 1, max: 300, value })
    : el("input", {
        type: "text",
        dir: "auto",
        maxlength: 2000,
        value: String(value ?? ""),
        placeholder: t(`${name}.placeholder`),
      });
