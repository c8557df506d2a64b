// A model that lies in a folder of this computer, with or without an adapter.

import { el } from "../kit/dom.js";
import { said } from "../kit/toast.js";
import { t } from "../i18n/strings.js";

/** @import { StageCard } from "./stage" */

export class FolderForm {
  /** @param {StageCard} card */
  constructor(card) {
    this.card = card;
    this.path = field("models.folder");
    this.adapter = field("models.adapter");
    this.problem = el("p", { class: "problem", role: "alert", hidden: true });
    this.use = el("button", { type: "submit", class: "quiet", text: t("models.use") });
    this.node = el(
      "form",
      { class: "model-folder field-row" },
      el("label", {}, el("span", { class: "label", text: t("models.folder") }), this.path),
      el(
        "details",
        { class: "fold" },
        el("summary", { text: t("models.adapter.fold") }),
        el("label", {}, el("span", { class: "label", text: t("models.adapter") }), this.adapter),
        el("p", { class: "fine", text: t("models.adapter.hint") }),
      ),
      this.problem,
      this.use,
    );
    this.node.addEventListener("input", () => (this.problem.hidden = true));
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submitted();
    });
  }

  async submitted() {
    const adapter = this.adapter.value.trim();
    // an adapter alone is for the model that is in use
    const wanted = this.path.value.trim() || (adapter && this.card.stage?.wanted) || "";
    if (!wanted) return this.complain(t("models.folder.missing"));
    try {
      await this.card.use({ wanted, adapter });
    } catch (error) {
      this.complain(said(error));
    }
  }

  /** @param {string} why */
  complain(why) {
    this.problem.textContent = why;
    this.problem.hidden = false;
  }
}

/** @param {string} label */
const field = (label) =>
  el("input", {
    type: "text",
    dir: "auto",
    spellcheck: "false",
    autocomplete: "off",
    placeholder: t(`${label}.example`),
  });
