// A question with two answers, for what cannot be undone or takes long.

import { el } from "./dom.js";
import { t } from "../i18n/strings.js";

/** Whether the person agrees; Esc and a click outside are a no.
 *  @param {string} text @param {string} yes @returns {Promise<boolean>} */
export function confirmed(text, yes) {
  const dialog = el("dialog", { class: "own sheet confirm", "aria-labelledby": "confirm-text" });
  const agree = el("button", {
    type: "button",
    class: "primary",
    text: yes,
    onclick: () => dialog.close("yes"),
  });
  const refuse = el("button", {
    type: "button",
    class: "quiet",
    text: t("models.notNow"),
    onclick: () => dialog.close(),
  });
  dialog.append(
    el("p", { id: "confirm-text", dir: "auto", text }),
    el("div", { class: "confirm-tools" }, refuse, agree),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
