// What all parts of the strip have: they load something for a run, and may fail.

import { el } from "../../kit/dom.js";
import { said } from "../../kit/toast.js";
import { t } from "../../i18n/strings.js";

/** A line that says that something is loading, or why it failed, with a button to try again.
 *  @param {() => unknown} again */
export function stateLine(again) {
  const text = el("span");
  const retry = el("button", {
    type: "button",
    class: "quiet",
    hidden: true,
    text: t("inspect.again"),
    onclick: again,
  });
  const node = el("p", { class: "inspect-state", role: "status", hidden: true }, text, retry);
  /** Nothing for null, what went wrong for an error, else that it is loading.
   *  @param {unknown} state */
  const draw = (state) => {
    const failed = state instanceof Error;
    node.hidden = state === null;
    node.toggleAttribute("data-failed", failed);
    text.textContent = failed ? said(state) : t("inspect.loading");
    retry.hidden = !failed;
  };
  return { node, draw };
}
