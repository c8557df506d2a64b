// What the library takes on its disk, by what it is for.

import { el } from "../kit/dom.js";
import { bytes } from "../kit/format.js";
import { getJson } from "../kit/net.js";
import { said } from "../kit/toast.js";
import { t } from "../i18n/strings.js";

const PARTS = ["copies", "thumbnails", "database", "index", "backups", "trash", "rest"];

export class DiskUse {
  constructor() {
    this.line = el("p", { class: "fine", data: { explain: "size" } });
    this.bar = el("div", { class: "disk-bar", "aria-hidden": "true" });
    this.list = el("dl", { class: "disk-parts", data: { explain: "size" } });
    this.node = el(
      "section",
      { class: "disk", hidden: true },
      el("h2", { text: t("disk.title") }),
      this.line,
      this.bar,
      this.list,
    );
  }

  async reload() {
    try {
      this.draw(await getJson("/api/disk"));
    } catch (error) {
      this.line.textContent = said(error);
      this.bar.replaceChildren();
      this.list.replaceChildren();
    }
    this.node.hidden = false;
  }

  /** @param {{ bytes: Record<string, number>, free: number }} use */
  draw({ bytes: sizes, free }) {
    const shown = PARTS.filter((part) => sizes[part]);
    const total = shown.reduce((sum, part) => sum + sizes[part], 0);
    this.line.textContent = t("disk.total", { size: bytes(total), free: bytes(free) });
    this.bar.replaceChildren(
      ...shown.map((part) => {
        const piece = el("i", { data: { part } });
        piece.style.flexGrow = String(sizes[part] / total);
        return piece;
      }),
    );
    this.list.replaceChildren(
      ...shown.map((part) =>
        el(
          "div",
          { data: { part } },
          el("dt", {}, el("i", { "aria-hidden": "true" }), el("span", { text: t(`disk.${part}`) })),
          el("dd", { text: bytes(sizes[part]) }),
        ),
      ),
    );
  }
}
