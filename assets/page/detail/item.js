// The tab of the item itself: as it really is, what can be done with it, what is known of it.

import { actionsBlock } from "./actions.js";
import { clipView } from "./clip.js";
import { collectionsBlock, tagsBlock } from "./names.js";
import { factsBlock } from "./facts.js";
import { pageView } from "./page.js";
import { passageView } from "./passage.js";
import { pictureView } from "./picture.js";
import { el } from "../kit/dom.js";

/** @import { Large } from "../kit/types" */
/** @import { Detail } from "./detail.js" */
/** @import { Shown, Subject, View } from "./types" */

const VIEWS = {
  picture: pictureView,
  page: pageView,
  passage: passageView,
  video: clipView,
  moment: clipView,
};

export class ItemTab {
  /** @param {Detail} detail */
  constructor(detail) {
    this.detail = detail;
    /** @type {Shown | null} */
    this.item = null;
    /** @type {View | null} */
    this.view = null;
    this.holder = el("div", { class: "panel-view" });
    this.node = el("div");
  }

  /** Drawn anew for another item only: what plays goes on, what is typed stays.
   *  @param {Subject} subject */
  draw({ item }) {
    if (item === this.item) return;
    this.release();
    this.item = item;
    this.view = VIEWS[item.kind](item, this.detail);
    this.holder = el("div", { class: "panel-view" }, this.view.node);
    const parts = [
      this.holder,
      actionsBlock(item, () => this.detail.close()),
      tagsBlock(item),
      collectionsBlock(item),
      factsBlock(item),
    ];
    this.node.replaceChildren(...parts.filter((part) => part !== null));
    this.view.shown?.();
  }

  /** What fills the window: a picture in its own size, else what stands here.
   *  @returns {Large | null} */
  large() {
    const { item, view } = this;
    if (!item || !view) return null;
    return { title: item.title, ...(view.large ?? { node: view.node }) };
  }

  /** What filled the window comes back. */
  takeBack() {
    if (!this.view) return;
    if (this.view.node.parentNode !== this.holder) this.holder.append(this.view.node);
    this.view.shown?.();
  }

  /** Stop what plays. */
  release() {
    this.view?.release?.();
    this.view = null;
    this.item = null;
    this.node.replaceChildren();
  }
}
