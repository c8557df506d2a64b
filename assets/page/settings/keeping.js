// The Storage card: how vectors are kept, of which models, and how far words in pictures are read.

import { el } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { getJson } from "../kit/net.js";
import { t } from "../i18n/strings.js";
import { isEditable } from "../shell/status.js";
import { WordsLine } from "../shell/words_read.js";
import { fill } from "./about.js";
import { Card } from "./card.js";
import { Storage } from "./storage.js";

/** @import { Status } from "../shell/types" */

export class Keeping extends Card {
  constructor() {
    const storage = new Storage();
    const spaces = el("dl", { class: "facts" });
    const words = new WordsLine({ always: true });
    const closed = el("p", { class: "fine", hidden: true, text: t("closed.library") });
    super(
      "storage",
      [
        closed,
        storage.node,
        spaces,
        el("h3", { text: t("settings.words") }),
        words.node,
        el("p", { class: "fine", text: t("ocr.what") }),
      ],
      () => this.ask(),
    );
    this.storage = storage;
    this.spaces = spaces;
    this.words = words;
    this.closed = closed;
  }

  async ask() {
    await this.storage.load();
    const { spaces } = await getJson("/api/about");
    const lines = spaces.map((space) =>
      t("settings.space", { ...space, items: count(space.items) }),
    );
    const text = lines.join("\n") || t("settings.none");
    fill(this.spaces, [[t("settings.spaces"), text]], { "data-explain": "vectors" });
  }

  /** @param {Status} status */
  show({ index }) {
    this.words.show(index.words);
    this.closed.hidden = isEditable();
    this.node.toggleAttribute("data-closed", !isEditable());
  }
}
