// What is done to all chosen items at once: a bar at the lower edge, as long as there are any.

import { debounced, el, find, findAll, say } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { post } from "../kit/net.js";
import { complain, toast } from "../kit/toast.js";
import { isEditable, refresh } from "../shell/status.js";
import { t } from "../i18n/strings.js";

/** @import { Status } from "../shell/types" */
/** @import { Chooser } from "./types" */

const FORMATS = ["csv", "json", "zip"];

/** What is open in the bar: a name for items, or in what form they are wanted.
 *  @typedef {"tag" | "collect" | "export"} Panel */

export class BulkBar {
  /** @param {Chooser} grid @param {string} tags the id of what completes names of tags */
  constructor(grid, tags = "bulk-tags") {
    this.grid = grid;
    /** @type {Panel | null} */
    this.open = null;
    this.busy = false;
    this.said = el("b", { class: "bulk-count", role: "status" });
    this.tools = el(
      "div",
      { class: "bulk-tools" },
      this.opener("tag", "tag"),
      this.opener("collect", "folder"),
      this.opener("export", "download"),
      this.button("remove", "bin", () => grid.removeChosen()),
    );
    this.tags = el("datalist", { id: tags });
    this.panels = {
      tag: this.naming("tag", tags, "/api/chosen/tag"),
      collect: this.naming("collect", "known-collections", "/api/chosen/collect"),
      export: this.exporting(),
    };
    this.node = el(
      "div",
      { class: "bulk", role: "group", "aria-label": t("bulk.title"), hidden: true },
      el(
        "div",
        { class: "bulk-row" },
        this.said,
        this.button("all", "tiles", () => grid.chooseAll()),
        this.tools,
        el(
          "button",
          {
            type: "button",
            class: "bare bulk-clear",
            "aria-label": t("bulk.clear"),
            title: t("bulk.clear"),
            onclick: () => grid.selection.clear(),
          },
          icon("close", 18),
        ),
      ),
      ...Object.values(this.panels),
      this.tags,
    );
    this.node.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape" || !this.open) return;
        event.preventDefault();
        event.stopPropagation();
        this.show(null);
      },
      true,
    );
    this.settle = debounced(() => say(this.said, this.text()), 150); // read out once for a range
  }

  /** @param {string} action @param {string} sign @param {() => unknown} onclick */
  button(action, sign, onclick) {
    return el(
      "button",
      { type: "button", class: "quiet", data: { action }, onclick },
      icon(sign, 16),
      el("span", { text: t(`bulk.${action}`) }),
    );
  }

  /** @param {Panel} panel @param {string} sign */
  opener(panel, sign) {
    const button = this.button(panel, sign, () => this.show(this.open === panel ? null : panel));
    button.setAttribute("aria-expanded", "false");
    return button;
  }

  /** @param {"tag" | "collect"} panel @param {string} list
   *  @param {"/api/chosen/tag" | "/api/chosen/collect"} path */
  naming(panel, list, path) {
    const input = el("input", {
      type: "text",
      dir: "auto",
      list,
      maxlength: panel === "tag" ? 100 : 80,
      placeholder: t(`bulk.${panel}.name`),
      "aria-label": t(`bulk.${panel}.name`),
      autocomplete: "off",
    });
    /** @param {boolean} on */
    const run = async (on) => {
      const name = input.value.trim();
      if (!name) {
        input.focus();
        return;
      }
      const done = await this.run(() => post(path, { ...this.chosen(), name, on }));
      if (!done) return;
      const key = `bulk.${panel}.${on ? "done" : "undone"}`;
      toast(t(key, { n: count(done.changed), name }));
      input.value = "";
      this.show(null);
      refresh();
    };
    const form = el(
      "form",
      { class: "field-row bulk-panel", hidden: true },
      input,
      el("button", { type: "submit", class: "primary", text: t(`bulk.${panel}.on`) }),
      el("button", {
        type: "button",
        class: "quiet",
        text: t(`bulk.${panel}.off`),
        onclick: () => run(false),
      }),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      run(true);
    });
    return form;
  }

  exporting() {
    const buttons = FORMATS.map((format) =>
      el("button", {
        type: "button",
        class: "quiet",
        data: { format },
        text: t(`export.${format}`),
        onclick: () => this.exported(format),
      }),
    );
    const hint = el("p", { class: "fine", text: t("export.hint") });
    return el("div", { class: "bulk-panel bulk-export", hidden: true }, ...buttons, hint);
  }

  /** @param {string} format */
  async exported(format) {
    const order = await this.run(() => post("/api/exports", { ...this.chosen(), format }));
    if (!order) return;
    el("a", { href: `/api/exports/${order.key}`, download: `library.${format}` }).click();
    toast(t("export.begun", { n: count(order.items), name: `library.${format}` }));
    this.show(null);
  }

  chosen() {
    const { selection, narrowing } = this.grid;
    return { ids: [...selection.ids], whole: narrowing.asked.grouped };
  }

  /** Do one thing, without another beside it; null where it failed, which is said.
   *  @template T @param {() => Promise<T>} work @returns {Promise<T | null>} */
  async run(work) {
    if (this.busy) return null;
    this.hold(true);
    try {
      return await work();
    } catch (error) {
      complain(error);
      return null;
    } finally {
      this.hold(false);
    }
  }

  /** @param {boolean} busy */
  hold(busy) {
    this.busy = busy;
    this.node.toggleAttribute("data-busy", busy);
    this.node.setAttribute("aria-busy", String(busy));
  }

  /** @param {Panel | null} panel */
  show(panel) {
    const { open } = this;
    const inside = open && this.panels[open].contains(document.activeElement);
    this.open = panel;
    this.draw();
    if (panel) findAll(this.panels[panel], "input, button")[0].focus();
    else if (inside) find(this.tools, `[data-action=${open}]`).focus();
  }

  /** Without the right to change the library, items can still be taken along.
   *  @param {Status} status */
  know({ tags }) {
    this.tags.replaceChildren(...tags.map(([name]) => el("option", { value: name })));
    for (const action of ["tag", "collect", "remove"])
      find(this.tools, `[data-action=${action}]`).hidden = !isEditable();
  }

  text() {
    const { ids, total } = this.grid.selection;
    const n = count(ids.size);
    if (!ids.size) return t("bulk.none");
    if (total) return t("bulk.most", { n, total: count(total) });
    return t(this.grid.narrowing.asked.grouped ? "bulk.files" : "bulk.items", { n });
  }

  draw() {
    const { ids, isOn } = this.grid.selection;
    this.node.hidden = !ids.size && !isOn;
    if (this.node.hidden) this.open = null;
    for (const [name, panel] of Object.entries(this.panels)) {
      panel.hidden = name !== this.open;
      find(this.tools, `[data-action=${name}]`).setAttribute(
        "aria-expanded",
        String(name === this.open),
      );
    }
    for (const button of /** @type {HTMLButtonElement[]} */ (findAll(this.tools, "button")))
      button.disabled = !ids.size;
    if (this.said.textContent) this.settle();
    else say(this.said, this.text());
  }
}
