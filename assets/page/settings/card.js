// A card of Settings: its title, what it shows, and how the loading of that stands.

import { on } from "../kit/bus.js";
import { el, say } from "../kit/dom.js";
import { said } from "../kit/toast.js";
import { t } from "../i18n/strings.js";
import { cardId } from "./to_card.js";

export class Card {
  /** @param {string} name @param {Node[]} nodes
   *  @param {() => Promise<unknown>} fetch what asks the program and draws its answer */
  constructor(name, nodes, fetch = async () => {}) {
    this.name = name;
    this.fetch = fetch;
    /** @type {"idle" | "loading" | "ready" | "failed"} */
    this.state = "idle";
    this.why = "";
    this.note = el("p", { class: "fine card-note", role: "status", hidden: true });
    this.again = el("button", {
      type: "button",
      class: "quiet",
      hidden: true,
      text: t("retry"),
      onclick: () => this.load(),
    });
    // The way to the card leads here.
    this.title = el("h2", { tabindex: "-1", text: t(`settings.${name}`) });
    this.node = el(
      "section",
      { class: "block card", id: cardId(name), "data-card": name },
      this.title,
      ...nodes,
      this.note,
      this.again,
    );
    on("status", this.node, (status) => {
      if (!status.lost && this.state === "failed") this.load();
    });
  }

  async load() {
    if (this.state === "loading") return;
    const before = this.state;
    this.state = "loading";
    if (before !== "ready") this.draw(); // what is shown is not covered
    try {
      await this.fetch();
      this.state = "ready";
    } catch (error) {
      this.state = "failed";
      this.why = said(error);
    }
    this.draw();
  }

  draw() {
    const { state } = this;
    this.node.dataset.state = state;
    say(
      this.note,
      state === "failed" ? this.why : state === "loading" ? t("settings.loading") : "",
    );
    this.note.hidden = !this.note.textContent;
    this.again.hidden = state !== "failed";
  }
}
