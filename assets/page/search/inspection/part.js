// What all parts of the strip have: they load something for a run, and may fail.

import { el } from "../../kit/dom.js";
import { getJson } from "../../kit/net.js";
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

/** A part that shows what the program says of a run.
 *  @template F
 *  @typedef {{ run: number, found: F | null, state: unknown, draw: () => unknown }} Part */

/** Load what a part shows of a run; what it showed before stays until then.
 *  @template {"depth" | "balance"} W
 *  @template F
 *  @param {Part<F>} part @param {W} what @param {number} run
 *  @param {(found: F) => unknown} [then] */
export async function load(part, what, run, then = () => {}) {
  part.run = run;
  if (!part.found) part.state = "loading";
  part.draw();
  try {
    const found = /** @type {F} */ (
      /** @type {unknown} */ (await getJson(`/api/inspect/${run}/${what}`))
    );
    if (run !== part.run) return;
    part.found = found;
    part.state = null;
    then(found);
  } catch (error) {
    if (run !== part.run) return;
    part.found = null;
    part.state = error;
  }
  part.draw();
}
