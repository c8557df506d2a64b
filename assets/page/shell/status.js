// One poll for the whole page: twice a second while something happens, every five seconds
// otherwise.

import { emit } from "../kit/bus.js";
import { findAll } from "../kit/dom.js";
import { getJson } from "../kit/net.js";

/** @import { Status } from "./types" */

const FAST = 500;
const SLOW = 5000;
const LOST = 3; // failures in a row before the page says that the program has stopped
const QUIET = new Set(["idle", "failed"]);

let timer = 0;
let failures = 0;
/** @type {string | null} */
let items = null;
/** @type {Element | null} */
let owner = null;

/** The newest status, null before the first.
 *  @type {Status | null} */
export let latest = null;

/** Whether the library may be changed from this page; assumed until the first status says no. */
export const isEditable = () => !latest || Boolean(latest.writable && !latest.read_only);

/** Begin polling for as long as `element` is on the page.
 *  @param {Element} element */
export function poll(element) {
  owner = element;
  refresh();
}

/** Ask now, for example after a command. */
export async function refresh() {
  clearTimeout(timer);
  try {
    publish(await getJson("/api/index/status"));
  } catch {
    failures += 1;
    if (failures >= LOST) emit("status", { lost: true });
    schedule();
  }
}

/** Take a status, also one that a command answered.
 *  @param {Status} status */
export function publish(status) {
  const wasLost = failures >= LOST; // what was asked for meanwhile has failed
  if (failures) fetchPicturesAgain();
  failures = 0;
  latest = status;
  emit("status", status);
  const now = JSON.stringify([status.items, status.collections]);
  if (wasLost || (items !== null && items !== now)) emit("changed", status);
  items = now;
  schedule();
}

/** Those that the program could not send while it was away. */
function fetchPicturesAgain() {
  for (const image of /** @type {HTMLImageElement[]} */ (findAll(document, ".own img[src]")))
    if (image.complete && !image.naturalWidth) image.src = image.src;
}

/** Ask again soon while something happens: a command may just have begun it. */
function schedule() {
  clearTimeout(timer);
  if (owner?.isConnected) timer = setTimeout(refresh, isBusy() && !document.hidden ? FAST : SLOW);
}

function isBusy() {
  if (!latest) return true;
  const models = [...latest.models, ...(latest.coming ?? [])];
  const loading = models.some((model) => ["waiting", "loading"].includes(model.state));
  return loading || !QUIET.has(latest.index.state);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && owner?.isConnected) refresh();
});
