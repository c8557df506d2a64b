// What went wrong outside of our own routes, in our words. Gradio's cards are never shown: our
// style hides them, and what they would have said is said here.

import { emit, on } from "../kit/bus.js";
import { Refused } from "../kit/net.js";
import { t } from "../i18n/strings.js";
import { toast } from "../kit/toast.js";

/** @import { Action } from "../kit/types" */

const TOGETHER = 2000; // milliseconds in which gradio's card speaks of what we have said already
const SECONDS = 12;
const OUR_SCRIPTS = "/page/";

let spoken = -TOGETHER;

/** Say every failure, and watch for those that nobody has named.
 *  @param {Element} root */
export function sayFailures(root) {
  // A moment later: the board may have said it already, in the place of the results.
  on("failed", root, (failure) => queueMicrotask(() => failure.shown || say(failure.text)));
  const watcher = new MutationObserver((changes) => {
    if (!root.isConnected) watcher.disconnect();
    else for (const change of changes) for (const node of change.addedNodes) card(node);
  });
  watcher.observe(document.body, { childList: true, subtree: true });
  addEventListener(
    "error",
    ({ filename = "" }) => root.isConnected && filename.includes(OUR_SCRIPTS) && broken(),
  );
  addEventListener("unhandledrejection", ({ reason }) => {
    if (!root.isConnected || reason?.name === "AbortError") return;
    if (reason instanceof Refused) say(reason.message);
    else if (String(reason?.stack).includes(OUR_SCRIPTS)) broken();
  });
}

/** Once for what went wrong at once: a search that is lost fails in several ways.
 *  @param {string} text @param {Action | null} action */
function say(text, action = null) {
  const now = performance.now();
  if (now - spoken > TOGETHER) toast(text, { tone: "bad", seconds: SECONDS, action });
  spoken = now;
}

/** @param {Node} node */
function card(node) {
  if (!(node instanceof Element)) return;
  const one = node.matches(".toast-body") ? node : node.querySelector(".toast-body");
  if (!one || performance.now() - spoken < TOGETHER) return;
  emit("failed", { text: t("unexpected") });
}

/** A script of the page has failed: what it draws may be wrong until the page is loaded again. */
const broken = () =>
  say(t("script.failed"), { label: t("script.reload"), run: () => location.reload() });
