// What was removed: recently, to be brought back, and what stays out of the folders that were
// added.

import { el, findAll, say } from "../kit/dom.js";
import { bytes, count, date } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson, post } from "../kit/net.js";
import { bringBack } from "./removing.js";
import { isEditable } from "../shell/status.js";
import { isolated, t } from "../i18n/strings.js";
import { complain, toast } from "../kit/toast.js";

/** @import { Removal } from "./types" */

/** The list Recently removed. */
export class Removed {
  constructor() {
    /** @type {Removal[]} */
    this.recent = [];
    /** The chosen ones, by their numbers.
     *  @type {Set<number>} */
    this.chosen = new Set();
    this.list = el("div", { class: "outcomes" });
    this.all = el("input", { type: "checkbox" });
    this.all.addEventListener("change", () => this.chooseAll(this.all.checked));
    this.count = el("span", { role: "status" });
    this.restoring = el(
      "button",
      { type: "button", class: "quiet", onclick: () => this.restoreChosen() },
      icon("retry", 16),
      el("span", { text: t("removed.restore.chosen") }),
    );
    this.bar = el(
      "div",
      { class: "removed-bar", hidden: true },
      el("label", { class: "check" }, this.all, this.count),
      this.restoring,
    );
    this.empty = el(
      "button",
      { type: "button", class: "quiet", hidden: true, onclick: () => this.ask(null) },
      icon("bin", 16),
      el("span", { text: t("removed.empty") }),
    );
    this.node = el(
      "section",
      { class: "removed" },
      el(
        "div",
        { class: "grid-head" },
        el("p", { class: "fine", "data-explain": "days", text: t("removed.hint") }),
        this.empty,
      ),
      this.bar,
      this.list,
    );
  }

  async reload() {
    try {
      this.draw(await getJson("/api/removed"));
    } catch (error) {
      complain(error);
    }
  }

  /** @param {Removal[]} all */
  draw(all) {
    this.recent = all.filter((one) => one.until);
    const known = new Set(this.recent.map((one) => one.id));
    for (const id of this.chosen) if (!known.has(id)) this.chosen.delete(id);
    this.empty.hidden = !this.recent.length || !isEditable();
    const rows = this.recent.map((one) => this.row(one));
    this.list.replaceChildren(
      ...(rows.length ? rows : [el("p", { class: "empty", text: t("removed.none") })]),
    );
    this.drawChosen();
  }

  /** @param {Removal} one */
  row(one) {
    const row = removedRow(one, [
      button("retry", "removed.restore", one, () => this.restore(one)),
      button("bin", "removed.discard", one, () => this.ask(one)),
    ]);
    if (!isEditable()) return row;
    const box = el("input", {
      type: "checkbox",
      class: "removed-check",
      "aria-label": t("choose.one", { title: isolated(one.name) }),
    });
    box.addEventListener("change", () => this.choose(one.id, box.checked));
    box.checked = this.chosen.has(one.id);
    row.prepend(box);
    return row;
  }

  /** @param {number} id @param {boolean} chosen */
  choose(id, chosen) {
    if (chosen) this.chosen.add(id);
    else this.chosen.delete(id);
    this.drawChosen();
  }

  /** @param {boolean} chosen */
  chooseAll(chosen) {
    this.chosen = new Set(chosen ? this.recent.map((one) => one.id) : []);
    for (const box of findAll(this.list, ".removed-check"))
      /** @type {HTMLInputElement} */ (box).checked = chosen;
    this.drawChosen();
  }

  drawChosen() {
    const n = this.chosen.size;
    this.bar.hidden = this.recent.length < 2 || !isEditable();
    this.all.checked = n > 0 && n === this.recent.length;
    this.all.indeterminate = n > 0 && n < this.recent.length;
    say(this.count, n ? t("removed.chosen", { n: count(n) }) : t("removed.choose"));
    this.restoring.disabled = !n;
  }

  async restoreChosen() {
    const ids = [...this.chosen];
    const rows = await bringBack(ids, () =>
      toast(t("removed.back.many", { n: count(ids.length) })),
    );
    if (rows) this.draw(rows);
    else await this.reload();
  }

  /** @param {Removal} one */
  async restore(one) {
    const rows = await bringBack([one.id], () => toast(t("removed.back", { title: one.name })));
    if (rows) this.draw(rows);
    else await this.reload();
  }

  /** Deleting for good asks first: nothing brings that back.
   *  @param {Removal | null} one */
  ask(one) {
    const text = one ? t("removed.sure", { title: one.name }) : t("removed.sureAll");
    const run = () => this.discard(one ? [one.id] : null);
    toast(text, { action: { label: t("removed.discard"), run }, seconds: 12 });
  }

  /** @param {number[] | null} ids */
  async discard(ids) {
    try {
      this.draw((await post("/api/removed/discard", { ids })).rows);
    } catch (error) {
      complain(error);
      await this.reload();
    }
  }
}

/** What scans of folders leave out because it was removed; hidden while there is none. */
export class KeptOut {
  constructor() {
    this.list = el("div", { class: "outcomes" });
    this.node = el(
      "section",
      { class: "kept-out", hidden: true },
      el("h2", { text: t("keptOut.title") }),
      el("p", { class: "fine", text: t("keptOut.hint") }),
      this.list,
    );
  }

  /** @param {Removal[]} all */
  draw(all) {
    const rows = all.filter((one) => one.stays);
    this.node.hidden = !rows.length;
    this.list.replaceChildren(
      ...rows.map((one) =>
        removedRow(one, [button("retry", "keptOut.back", one, () => this.back(one))]),
      ),
    );
  }

  /** @param {Removal} one */
  async back(one) {
    const rows = await bringBack([one.id], () => toast(t("removed.back", { title: one.name })));
    if (rows) this.draw(rows);
  }
}

/** @param {string} name @param {string} label @param {Removal} one @param {() => void} run */
function button(name, label, one, run) {
  const attributes = {
    type: "button",
    class: "quiet",
    "aria-label": `${t(label)}: ${one.name}`,
    onclick: run,
  };
  return el("button", attributes, icon(name, 15), el("span", { text: t(label) }));
}

/** @param {Removal} one @param {HTMLElement[]} tools */
function removedRow(one, tools) {
  const picture = () =>
    el("img", { src: `/m/thumb/${one.thumb}`, alt: "", loading: "lazy", width: 48, height: 36 });
  const facts = [
    t(`removed.kind.${one.kind}`, { n: count(one.files) }),
    t("removed.when", { when: date(one.removed) }),
  ];
  if (one.bytes) facts.push(bytes(one.bytes));
  if (one.until) facts.push(t("removed.until", { when: date(one.until) }));
  return el(
    "div",
    { class: "folder-row removed-row", data: { id: one.id } },
    el(
      "span",
      { class: "removed-picture" },
      one.thumb ? picture() : icon(one.kind === "folder" ? "folder" : "passage", 20),
    ),
    el(
      "div",
      { class: "outcome-file" },
      el("b", { dir: "auto", "data-content": "", text: one.name, title: one.path }),
      one.kind === "copy"
        ? null
        : el("p", { class: "fine", dir: "auto", "data-content": "", text: one.path }),
      el("p", { class: "fine", "data-explain": "days", text: facts.join(" · ") }),
    ),
    el("div", { class: "row-tools" }, ...(isEditable() ? tools : [])),
  );
}
