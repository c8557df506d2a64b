// How the index keeps vectors: which index is in use, what other ways would find and cost in this
// library, and the vectors of models that are no longer used.

import { el, findAll } from "../kit/dom.js";
import { bytes, count } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson, post } from "../kit/net.js";
import { t, worded } from "../i18n/strings.js";
import { complain, toast } from "../kit/toast.js";

/** @import { OldSpace, Option, Setting, Stored } from "./types" */

export class Storage {
  constructor() {
    this.line = el("p", { class: "storage-line", "data-explain": "vectors" });
    this.hint = el("p", { class: "fine", text: t("storage.hint") });
    this.measure = el(
      "button",
      { type: "button", class: "quiet", onclick: () => this.measured() },
      icon("sliders", 16),
      el("span", { text: t("storage.measure") }),
    );
    this.busy = el("p", {
      class: "fine",
      role: "status",
      hidden: true,
      text: t("storage.measuring"),
    });
    this.options = el("div", { class: "storage-options" });
    this.old = el("div", { class: "storage-old" });
    this.trash = el("p", { class: "fine storage-trash", "data-explain": "size", hidden: true });
    this.node = el(
      "div",
      { class: "storage" },
      this.line,
      this.hint,
      this.measure,
      this.busy,
      this.options,
      this.old,
      this.trash,
    );
  }

  async load() {
    this.draw(await getJson("/api/storage"));
  }

  async measured() {
    this.busy.hidden = false;
    const found = await this.run(() => post("/api/storage/measure"));
    if (found) this.drawOptions(found.options);
  }

  /** Do one thing, without another beside it; gives what it answered, or null where it failed.
   *  @template {Stored} T
   *  @param {() => Promise<T>} work */
  async run(work) {
    this.hold(true);
    let answer = null;
    try {
      answer = await work();
      this.draw(answer);
    } catch (error) {
      complain(error);
    }
    this.busy.hidden = true;
    this.hold(false);
    return answer;
  }

  /** @param {boolean} held */
  hold(held) {
    this.node.toggleAttribute("data-busy", held);
    for (const button of this.node.querySelectorAll("button")) button.disabled = held;
  }

  /** @param {Stored} stored */
  draw({ line, setting, old, trash, served }) {
    this.hint.hidden = served;
    this.measure.hidden = served; // a server keeps them in its own way
    this.options.hidden = served;
    this.trash.hidden = !trash.files;
    this.trash.textContent = t("storage.trash", {
      n: count(trash.files),
      size: bytes(trash.bytes),
    });
    this.line.textContent = worded(line) || t("settings.none");
    const key = keyOf(setting);
    for (const row of findAll(this.options, "tbody tr")) mark(row, row.dataset.key === key);
    this.old.replaceChildren(...old.map((space) => this.space(space)));
  }

  /** @param {Option[]} options */
  drawOptions(options) {
    const head = ["way", "recall", "time", "memory", "disk"].map((name) =>
      el("th", { scope: "col", "data-explain": "accuracy", text: t(`storage.${name}`) }),
    );
    const rows = options.map((option) => this.option(option));
    const note = el("p", {
      class: "fine",
      "data-explain": "accuracy",
      text: t("storage.note", { n: count(options[0].measured) }),
    });
    this.options.replaceChildren(
      el("table", {}, el("thead", {}, el("tr", {}, ...head, el("td"))), el("tbody", {}, ...rows)),
      note,
    );
  }

  /** @param {Option} option */
  option({ setting, dimension, recall, ms, memory, disk, current }) {
    const use = () =>
      this.run(() => post("/api/storage/apply", setting)).then(
        (done) => done && toast(t("storage.applied")),
      );
    const cells = [
      el("th", {
        scope: "row",
        "data-explain": "vectors",
        text: t("storage.name", { dimension: count(dimension), format: setting.format }),
      }),
      ...[`${(100 * recall).toFixed(1)} %`, `${ms.toFixed(2)} ms`, bytes(memory), bytes(disk)].map(
        (text) => el("td", { "data-explain": "accuracy", text }),
      ),
      el(
        "td",
        {},
        el("button", { type: "button", class: "quiet", text: t("storage.use"), onclick: use }),
        el("span", { class: "storage-now", text: t("storage.now") }),
      ),
    ];
    const row = el("tr", { data: { key: keyOf(setting) } }, ...cells);
    mark(row, current);
    return row;
  }

  /** @param {OldSpace} space */
  space({ space, model, vectors, bytes: size }) {
    const drop = () =>
      this.run(() => post("/api/storage/drop", { spaces: [space] })).then(
        (done) => done && toast(t("storage.freed", { size: bytes(done.freed) })),
      );
    const ask = () =>
      toast(t("storage.sure", { model }), {
        action: { label: t("storage.drop"), run: drop },
        seconds: 12,
      });
    return el(
      "div",
      { class: "folder-row" },
      icon("bin", 16),
      el("span", {
        class: "outcome-file",
        "data-explain": "vectors",
        text: t("storage.space", { n: count(vectors), model, size: bytes(size) }),
      }),
      el("button", { type: "button", class: "quiet", text: t("storage.drop"), onclick: ask }),
    );
  }
}

/** @param {Setting} setting */
const keyOf = ({ dimension, format }) => `${dimension ?? "all"}-${format}`;

/** @param {HTMLElement} row @param {boolean} current */
function mark(row, current) {
  row.toggleAttribute("data-current", current);
  row.setAttribute("aria-current", String(current));
}
