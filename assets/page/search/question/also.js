// Further queries beside the one in the box, each a line with words, pictures, clips or a mixture.

import { emit } from "../../kit/bus.js";
import { childrenOf, el, find, findAll } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { addToQuery } from "../../kit/net.js";
import { t } from "../../i18n/strings.js";
import { complain } from "../../kit/toast.js";

/** @import { Choices, Query, SetChoices } from "../types" */

const MOST = 7; // beside the first; as the program takes

export class FurtherQueries {
  /** @param {SetChoices} set */
  constructor(set) {
    this.set = set;
    /** @type {Query[]} */
    this.now = [];
    /** Addresses of pictures in this browser, by the keys of their files.
     *  @type {Map<string, string>} */
    this.previews = new Map();
    this.node = el("ul", { class: "asking-also", "aria-label": t("also.title"), hidden: true });
    this.button = el(
      "button",
      { type: "button", class: "chip", onclick: () => this.add() },
      icon("plus", 15),
      el("span", { text: t("also.add") }),
    );
  }

  /** @param {Choices} choices */
  draw({ also }) {
    this.now = also;
    this.button.disabled = also.length >= MOST;
    this.node.hidden = !also.length;
    while (this.lines.length > also.length) this.lines.at(-1)?.remove();
    while (this.lines.length < also.length) this.node.append(this.line(this.lines.length));
    also.forEach((query, n) => this.fill(this.lines[n], query, n));
    this.release(new Set(also.flatMap(({ files }) => files)));
  }

  get lines() {
    return childrenOf(this.node);
  }

  /** Let go of the pictures of files that no query has any more.
   *  @param {Set<string>} wanted */
  release(wanted) {
    for (const [key, preview] of this.previews) {
      if (wanted.has(key)) continue;
      URL.revokeObjectURL(preview);
      this.previews.delete(key);
    }
  }

  add() {
    this.set({ also: [...this.now, { text: "", files: [] }] });
    findAll(this.node, "input[type=text]").at(-1)?.focus();
  }

  /** The queries with one of them changed.
   *  @param {number} n @param {Partial<Query>} changes */
  changed(n, changes) {
    return {
      also: this.now.map((query, other) => (other === n ? { ...query, ...changes } : query)),
    };
  }

  /** @param {number} n */
  remove(n) {
    this.set({ also: this.now.filter((_, other) => other !== n) });
    (findAll(this.node, "input[type=text]").at(-1) ?? this.button).focus();
  }

  /** @param {number} n */
  line(n) {
    const label = t("also.query", { n: n + 2 });
    const text = el("input", {
      type: "text",
      dir: "auto",
      "aria-label": label,
      placeholder: t("also.placeholder"),
      maxlength: 2000,
      autocomplete: "off",
    });
    text.addEventListener(
      "change",
      () => text.value !== this.now[n].text && this.set(this.changed(n, { text: text.value })),
    );
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      emit("ask", { change: () => this.changed(n, { text: text.value }) });
    });
    /** @param {number} n @param {File[]} files */
    text.addEventListener("paste", (event) => {
      const pasted = event.clipboardData?.files;
      if (!pasted?.length) return;
      event.preventDefault();
      this.take(n, [...pasted]);
    });
    const chooser = el("input", {
      type: "file",
      accept: "image/*,video/*",
      multiple: true,
      hidden: true,
      "aria-label": t("also.file", { n: n + 2 }),
    });
    chooser.addEventListener("change", () => {
      this.take(n, [...(chooser.files ?? [])]);
      chooser.value = "";
    });
    /** @param {string} name @param {string} words @param {() => void} run */
    const button = (name, words, run) =>
      el(
        "button",
        { type: "button", class: "bare", "aria-label": words, title: words, onclick: run },
        icon(name, 17),
      );
    return el(
      "li",
      {},
      el("span", {
        class: "number",
        "data-explain": "several",
        text: String(n + 2),
        "aria-hidden": "true",
      }),
      text,
      el("span", { class: "also-files" }),
      chooser,
      button("picture", t("also.file", { n: n + 2 }), () => chooser.click()),
      button("close", t("also.remove", { n: n + 2 }), () => this.remove(n)),
    );
  }

  /** @param {HTMLElement} line @param {Query} query @param {number} n */
  fill(line, { text, files }, n) {
    const input = /** @type {HTMLInputElement} */ (find(line, "input"));
    if (document.activeElement !== input || !input.value) input.value = text;
    find(line, ".also-files").replaceChildren(...files.map((key) => this.file(n, key)));
  }

  /** @param {number} n @param {string} key */
  file(n, key) {
    const name = key.split("/").pop() ?? "";
    const label = t("chips.remove", { name });
    const preview = this.previews.get(key);
    const remove = () =>
      this.set(this.changed(n, { files: this.now[n].files.filter((one) => one !== key) }));
    return el(
      "button",
      { type: "button", class: "flag", "aria-label": label, title: label, onclick: remove },
      preview ? el("img", { src: preview, alt: "", width: 26, height: 26 }) : null,
      el("span", { dir: "auto", text: name }),
      icon("close", 13),
    );
  }

  /** Send files to where those of the box are kept, and name them in the query.
   *  @param {number} n @param {File[]} files */
  async take(n, files) {
    try {
      const keys = await addToQuery(files);
      keys.forEach((key, at) => {
        if (files[at].type.startsWith("image/") && !this.previews.has(key))
          this.previews.set(key, URL.createObjectURL(files[at]));
      });
      if (this.now[n]) this.set(this.changed(n, { files: [...this.now[n].files, ...keys] }));
    } catch (error) {
      complain(error);
    }
  }
}
