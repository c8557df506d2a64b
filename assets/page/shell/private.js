// What leaves this computer: nothing, unless a server was named that searches the vectors.

import { on } from "../kit/bus.js";
import { el, say } from "../kit/dom.js";
import { icon } from "../kit/icons.js";
import { t } from "../i18n/strings.js";
import { latest } from "./status.js";

/** One line that says so. */
export function privateLine() {
  const text = el("span");
  const node = el("p", { class: "fine private" }, icon("lock", 15), text);
  /** @param {boolean} served */
  const draw = (served) => say(text, t(served ? "private.served" : "private"));
  draw(Boolean(latest?.served));
  on("status", node, (status) => {
    if (!status.lost) draw(status.served);
  });
  return node;
}
