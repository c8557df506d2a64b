// Whether a model sees and answers as the reference does: ten checks that run when asked for.

import { el, say } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { post } from "../kit/net.js";
import { said } from "../kit/toast.js";
import { t, worded } from "../i18n/strings.js";
import { isEditable } from "../shell/status.js";

/** @import { Model } from "../shell/types" */
/** @import { Check, Role } from "./types" */

export class Fidelity {
  /** @param {Role} role */
  constructor(role) {
    this.role = role;
    this.of = ""; // the model that was checked
    this.run = el("button", {
      type: "button",
      class: "quiet",
      text: t("fidelity.run"),
      onclick: () => this.check(),
    });
    this.line = el("p", {
      class: "fidelity-line",
      "data-explain": "tally",
      role: "status",
      text: "",
    });
    this.list = el("ul", { class: "fidelity-list" });
    this.node = el(
      "details",
      { class: "fold fidelity", hidden: true },
      el("summary", { text: t("fidelity.title") }),
      el("p", { class: "fine", text: t("fidelity.what") }),
      this.run,
      this.line,
      this.list,
    );
  }

  /** Checks of a model that has gone are not those of the one that came.
   *  @param {Model} model */
  show({ name, state }) {
    this.node.hidden = !isEditable() || !["ready", "unloaded"].includes(state);
    if (name === this.of) return;
    this.of = name;
    say(this.line, "");
    this.list.replaceChildren();
  }

  async check() {
    const { of } = this;
    this.run.disabled = true;
    this.list.replaceChildren();
    say(this.line, t("fidelity.running"));
    try {
      const { checks } = await post("/api/models/passport", { role: this.role });
      if (of === this.of) this.draw(checks);
    } catch (error) {
      say(this.line, said(error));
    }
    this.run.disabled = false;
  }

  /** @param {Check[]} checks */
  draw(checks) {
    const good = checks.filter(({ holds }) => holds).length;
    say(this.line, t("fidelity.result", { good, all: checks.length }));
    this.list.replaceChildren(...checks.map(lineOf));
  }
}

/** @param {Check} check */
function lineOf({ what, holds, found, reference }) {
  const text = holds ? worded(what) : t("fidelity.red", { what: worded(what), found });
  return el(
    "li",
    { data: { holds: String(holds) }, title: reference },
    icon(holds ? "check" : "alert", 15),
    el("span", { dir: "auto", text }),
  );
}
