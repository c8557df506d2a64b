// The pictures of the query, each with a way to mark the region that is meant.
//
// Gradio's box holds the files and draws their thumbnails; what it shows is watched, and nothing in
// it is touched.

import { emit } from "../../kit/bus.js";
import { cropDialog } from "../../kit/crop.js";
import { childrenOf, el, findAll } from "../../kit/dom.js";
import { icon } from "../../kit/icons.js";
import { t } from "../../i18n/strings.js";

/** @import { Choices, SetChoices } from "../types" */

export class QueryPictures {
  /** @param {SetChoices} set */
  constructor(set) {
    this.set = set;
    /** @type {Choices["crops"]} */
    this.crops = {};
    this.key = "";
    this.node = el("div", {
      class: "query-pictures",
      role: "group",
      "aria-label": t("crop.title"),
      hidden: true,
    });
    this.watch();
    this.look();
  }

  /** While the page loads, gradio may put another box in the place of the first: all of the page is
   *  watched. */
  watch() {
    const watcher = new MutationObserver(() =>
      this.node.isConnected ? this.look() : watcher.disconnect(),
    );
    watcher.observe(document.body, { childList: true, subtree: true, attributeFilter: ["src"] });
  }

  /** @param {Choices} choices */
  draw({ crops }) {
    this.crops = crops;
    this.look();
  }

  look() {
    const sources = findAll(document, "#query .thumbnail-item img").map(sourceOf);
    const found = sources.filter(keyOf);
    const key = JSON.stringify([found, this.crops]);
    if (key === this.key) return;
    this.key = key;
    this.node.hidden = !found.length;
    this.node.replaceChildren(
      ...found.map((source, n) => this.button(source, keyOf(source) ?? "", n)),
    );
  }

  /** @param {string} source @param {string} key @param {number} n */
  button(source, key, n) {
    const crop = this.crops[key];
    const choose = async () => {
      const region = await cropDialog(source, crop);
      if (region === undefined) return;
      const { [key]: _former, ...others } = this.crops;
      if (region) emit("ask", { change: () => ({ crops: { ...others, [key]: region } }) });
      else this.set({ crops: others });
      childrenOf(this.node)[n]?.focus(); // the button has been drawn anew
    };
    const name = key.split("/").pop() ?? "";
    const text = t(crop ? "crop.cut" : "crop.whole", { name });
    const attributes = {
      type: "button",
      class: crop ? "chip chosen" : "chip",
      title: text,
      onclick: choose,
    };
    return el(
      "button",
      attributes,
      icon("crop", 15),
      el("span", { dir: "auto", "data-content": "", text }),
    );
  }
}

/** @param {HTMLElement} image */
const sourceOf = (image) => /** @type {HTMLImageElement} */ (image).src;

/** `{random}/{name}` at the end of where a query file is served; null for anything else.
 *  @param {string} source */
function keyOf(source) {
  const path = decodeURIComponent(new URL(source, location.href).pathname);
  return /[/=]([0-9a-f]{32,}\/[^/]+)$/.exec(path)?.[1] ?? null;
}
