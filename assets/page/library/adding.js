// The ways into the library: all of them in an empty one, later behind one button.

import { el, findAll } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { privateLine } from "../shell/private.js";
import { onEscape } from "../search/question/folds.js";
import { t } from "../i18n/strings.js";
import { folderForm, sampleButton } from "./adder.js";
import { dropZone } from "./dropzone.js";

/** @import { Status } from "../shell/types" */

export class Adding {
  constructor() {
    /** Whether it is unfolded; null until it is known whether there is anything yet.
     *  @type {boolean | null} */
    this.isOpen = null;
    this.isEmpty = true;
    this.isClosed = false;
    this.collection = el("input", {
      type: "text",
      dir: "auto",
      list: "known-collections",
      placeholder: t("collection.placeholder"),
      "aria-label": t("collection.name"),
      maxlength: 80,
    });
    this.known = el("datalist", { id: "known-collections" });
    this.node = this.ways();
    this.button = el(
      "button",
      {
        type: "button",
        class: "primary add-button",
        "aria-controls": this.node.id,
        hidden: true,
        onclick: () => this.turn(!this.isOpen),
      },
      icon("plus", 16),
      el("span", { text: t("adding.title") }),
    );
    onEscape(
      this.node,
      () => Boolean(this.isOpen) && !this.isEmpty,
      () => this.turn(false),
      this.button,
    );
  }

  ways() {
    const name = () => this.collection.value.trim();
    return el(
      "section",
      { class: "adding", id: "library-adding", "aria-label": t("adding.title"), hidden: true },
      dropZone({ collection: name }),
      el(
        "div",
        { class: "adding-ways" },
        labelled("collection.name", this.collection, this.known),
        labelled("folder.title", folderForm(name)),
        el("div", { class: "adding-row" }, sampleButton(), privateLine()),
      ),
    );
  }

  /** @param {boolean} open */
  turn(open) {
    this.isOpen = open;
    this.draw();
    if (open) findAll(this.node, "button")[0].focus({ preventScroll: true });
  }

  /** What is in the library, and whether anything may come into it.
   *  @param {Status} status */
  know({ items, files, collections, writable, read_only: demo }) {
    const sum = [...Object.values(items), ...Object.values(files)].reduce((a, b) => a + b, 0);
    this.isEmpty = !sum;
    this.isClosed = !writable || demo;
    // What is unfolded while the first files arrive stays so: the person is using it.
    this.isOpen ??= this.isEmpty;
    if (this.isEmpty) this.isOpen = true;
    this.known.replaceChildren(...collections.map(([name]) => el("option", { value: name })));
    this.draw();
  }

  draw() {
    this.node.hidden = this.isClosed || !this.isOpen;
    this.button.hidden = this.isClosed || this.isEmpty;
    this.button.setAttribute("aria-expanded", String(!this.node.hidden));
  }
}

/** @param {string} label @param {Node[]} nodes */
function labelled(label, ...nodes) {
  return el("div", { class: "labelled" }, el("span", { class: "label", text: t(label) }), ...nodes);
}
