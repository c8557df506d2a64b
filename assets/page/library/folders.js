// The folders that were added: watched or not, scanned again, taken out; and what every scan leaves
// out of them.

import { el } from "../kit/dom.js";
import { bytes, count } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { getJson, post, put } from "../kit/net.js";
import { DiskUse } from "./disk_use.js";
import { KeptOut } from "./removed.js";
import { sayRemoved } from "./removing.js";
import { refresh } from "../shell/status.js";
import { t } from "../i18n/strings.js";
import { complain, said, toast } from "../kit/toast.js";

/** @import { Folder } from "./types" */

/** Where the counts of a folder lead.
 *  @typedef {{ items: (folder: string) => void, failures: () => void }} Leading */

export class Folders {
  /** @param {Leading} leading */
  constructor(leading) {
    this.leading = leading;
    this.disk = new DiskUse();
    this.list = el("div", { class: "outcomes" });
    this.all = el(
      "button",
      { type: "button", class: "quiet", hidden: true, onclick: () => this.rescan(null) },
      icon("retry", 16),
      el("span", { text: t("folders.rescanAll") }),
    );
    this.patterns = el("textarea", {
      rows: 4,
      spellcheck: "false",
      "aria-label": t("ignore.title"),
      placeholder: "*.tmp\n/private/\n!keep.tmp",
    });
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.kept = new KeptOut();
    this.node = el(
      "section",
      { class: "folders" },
      el(
        "div",
        { class: "grid-head" },
        el("p", { class: "fine", text: t("folders.hint") }),
        this.all,
      ),
      this.list,
      this.kept.node,
      this.ignoring(),
      this.disk.node,
    );
  }

  ignoring() {
    const save = el("button", { type: "submit", class: "quiet", text: t("ignore.save") });
    const form = el(
      "form",
      { class: "ignore" },
      el("h2", { text: t("ignore.title") }),
      el("p", { class: "fine", text: t("ignore.hint") }),
      this.patterns,
      this.problem,
      save,
    );
    this.patterns.addEventListener("input", () => (this.problem.hidden = true));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ignore();
    });
    return form;
  }

  async reload() {
    this.disk.reload();
    try {
      const [folders, { patterns }, removed] = await Promise.all([
        getJson("/api/folders"),
        getJson("/api/ignore"),
        getJson("/api/removed"),
      ]);
      this.draw(folders);
      this.kept.draw(removed);
      if (document.activeElement !== this.patterns) this.patterns.value = patterns.join("\n");
    } catch (error) {
      complain(error);
    }
  }

  /** Do one thing to the folders; they are shown as they are afterwards, also where it failed.
   *  @param {"/api/folders/rescan" | "/api/folders/watch"} path @param {object} body
   *  @param {string} [done] */
  async act(path, body, done) {
    try {
      await post(path, body);
      if (done) toast(done);
      refresh();
    } catch (error) {
      complain(error);
    }
    await this.reload();
  }

  /** @param {string[] | null} paths */
  rescan(paths) {
    return this.act("/api/folders/rescan", { paths }, t("folders.rescanning"));
  }

  async ignore() {
    const patterns = this.patterns.value
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
    try {
      const now = await put("/api/ignore", { patterns });
      this.patterns.value = now.patterns.join("\n");
      toast(t("ignore.saved"));
      refresh();
    } catch (error) {
      this.problem.textContent = said(error);
      this.problem.hidden = false;
    }
  }

  /** @param {Folder[]} folders */
  draw(folders) {
    this.all.hidden = folders.length < 2;
    const rows = folders.map((folder) => this.row(folder));
    this.list.replaceChildren(
      ...(rows.length ? rows : [el("p", { class: "empty", text: t("folders.none") })]),
    );
  }

  /** @param {Folder} folder */
  row(folder) {
    const { key, path, collection, watched, there } = folder;
    const toggle = el("input", { type: "checkbox", role: "switch", checked: watched });
    toggle.addEventListener("change", () =>
      this.act("/api/folders/watch", { path, on: toggle.checked }),
    );
    const gone = there ? null : el("p", { class: "outcome-reason", text: t("folders.gone") });
    /** @param {string} name @param {string} label @param {() => void} run */
    const button = (name, label, run) =>
      el(
        "button",
        {
          type: "button",
          class: "quiet",
          title: t(label),
          "aria-label": `${t(label)}: ${path}`,
          onclick: run,
        },
        icon(name, 15),
      );
    return el(
      "div",
      { class: "folder-row" },
      icon("folder", 18),
      el(
        "div",
        { class: "outcome-file" },
        el("b", { dir: "auto", "data-content": "", text: path }),
        collection
          ? el("p", { class: "fine", dir: "auto", "data-content": "", text: collection })
          : null,
        this.counts(folder),
        gone,
      ),
      el(
        "label",
        { class: "check switch", title: t("folders.watch.hint") },
        toggle,
        el("span", { text: t("folders.watch") }),
      ),
      el(
        "div",
        { class: "row-tools" },
        button("retry", "folders.rescan", () => this.rescan([path])),
        button("bin", "folders.forget", () => this.forget(key, path)),
      ),
    );
  }

  /** How much a folder holds; counts lead to what they count.
   *  @param {Folder} folder */
  counts({ path, items, files, failed, bytes: size }) {
    /** @param {string} key @param {number} n @param {() => void} onclick */
    const link = (key, n, onclick) =>
      el("button", {
        ...{ type: "button", class: "link", onclick, data: { explain: "items" } },
        text: t(key, { n: count(n) }),
      });
    return el(
      "p",
      { class: "fine folder-counts" },
      items ? link("folders.items", items, () => this.leading.items(path)) : null,
      el("span", { data: { explain: "items" }, text: t("folders.files", { n: count(files) }) }),
      failed ? link("folders.failed", failed, () => this.leading.failures()) : null,
      el("span", { data: { explain: "size" }, text: bytes(size) }),
    );
  }

  /** Taking a whole folder out asks first: its items would have to be embedded again.
   *  @param {string} key @param {string} path */
  forget(key, path) {
    const run = async () => {
      try {
        const { removed } = await post("/api/outcomes/forget", { keys: [key] });
        sayRemoved(path, removed, () => this.reload());
        refresh();
      } catch (error) {
        complain(error);
      }
      await this.reload();
    };
    toast(t("folders.sure", { path }), {
      action: { label: t("folders.forget"), run },
      seconds: 12,
    });
  }
}
