// What the bundled demo model can and cannot do, in one line, until it is dismissed for good.

import { memory } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { toModels } from "./to_models.js";
import { t } from "../i18n/strings.js";

/** @import { Model } from "./types" */

export class DemoNotice {
  constructor() {
    this.node = el("div", { class: "notice", hidden: true });
  }

  /** @param {Model[]} models */
  show(models) {
    const bundled = models.some((model) => model.bundled);
    this.node.hidden = !bundled || memory.get("demo-noted", false);
    if (!this.node.hidden && !this.node.firstChild) this.fill();
  }

  fill() {
    const dismiss = () => {
      memory.set("demo-noted", true);
      this.node.hidden = true;
    };
    const rest = el(
      "p",
      { class: "notice-rest", id: "notice-rest", hidden: true },
      el("span", { text: t("demo.rest") }),
    );
    const unfold = () => {
      rest.hidden = !rest.hidden;
      more.setAttribute("aria-expanded", String(!rest.hidden));
    };
    const label = { "aria-label": t("dismiss"), title: t("dismiss") };
    const more = el("button", {
      type: "button",
      class: "link",
      "aria-expanded": "false",
      "aria-controls": rest.id,
      text: t("demo.more"),
      onclick: unfold,
    });
    this.node.append(
      icon("info", 18),
      el("p", { text: t("demo.what") }),
      more,
      el("button", { type: "button", class: "link", text: t("demo.get"), onclick: toModels }),
      el(
        "button",
        { type: "button", class: "bare", ...label, onclick: dismiss },
        icon("close", 16),
      ),
      rest,
    );
  }
}
