// What is said above and in the place of the tiles: how many were found, that there are none and
// how to see others, or what went wrong.

import { el, say } from "../kit/dom.js";
import { count } from "../kit/format.js";
import { icon } from "../kit/icons.js";
import { said } from "../kit/toast.js";
import { t } from "../i18n/strings.js";

/** @import { Narrowing } from "./narrowing.js" */
/** @import { Listing } from "./types" */

export class Found {
  /** @param {Narrowing} narrowing */
  constructor(narrowing) {
    this.narrowing = narrowing;
    this.line = el("p", { class: "fine found", role: "status" });
    this.none = el("div", { class: "empty", hidden: true });
  }

  /** @param {Listing} page the first one */
  draw({ items, counts }) {
    const { name, grouped } = this.narrowing.asked;
    const n = Object.values(counts ?? {}).reduce((sum, one) => sum + one, 0);
    const text =
      counts && items.length ? t(grouped ? "found.files" : "found.items", { n: count(n) }) : "";
    say(this.line, text);
    this.none.hidden = items.length > 0;
    if (items.length) return;
    if (!this.narrowing.isNarrow()) this.none.replaceChildren(el("p", { text: t("grid.empty") }));
    else
      this.none.replaceChildren(
        el("p", { text: name ? t("grid.nameless", { name }) : t("grid.filtered") }),
        el("button", {
          type: "button",
          class: "quiet",
          text: t("grid.all"),
          onclick: () => this.narrowing.alone(),
        }),
      );
  }

  /** @param {unknown} error @param {() => unknown} again */
  fail(error, again) {
    say(this.line, "");
    this.none.hidden = false;
    this.none.replaceChildren(
      el("p", { text: said(error) }),
      el(
        "button",
        { type: "button", class: "quiet", onclick: again },
        icon("retry", 16),
        el("span", { text: t("grid.again") }),
      ),
    );
  }
}
