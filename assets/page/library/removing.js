// What is said when something leaves the library, and the way to take that back.

import { emit } from "../kit/bus.js";
import { count } from "../kit/format.js";
import { post } from "../kit/net.js";
import { refresh } from "../shell/status.js";
import { t } from "../i18n/strings.js";
import { complain, toast } from "../kit/toast.js";

/** @import { Taken } from "./types" */

const UNDO_SECONDS = 12; // after that, Recently removed has it

/** Say what became of `title`, with Undo; `back` is called when it is there again.
 *  @param {string} title @param {Taken} taken @param {() => void} back */
export function sayRemoved(title, { ids, files, copies }, back = () => {}) {
  const kept = copies ? (copies === files ? "removed.copy" : "removed.both") : "removed.file";
  const run = () => bringBack(ids, back);
  const action = ids.length ? { label: t("undo"), run } : null;
  toast(t(kept, { title }), { action, seconds: UNDO_SECONDS });
}

/** The same of several at once.
 *  @param {Taken} taken @param {() => void} back */
export function sayRemovedTogether({ ids, files, copies }, back = () => {}) {
  const kept = copies ? (copies === files ? "copy" : "both") : "file";
  const run = () => bringBack(ids, back);
  const action = ids.length ? { label: t("undo"), run } : null;
  toast(t(`removed.many.${kept}`, { n: count(files) }), { action, seconds: UNDO_SECONDS });
}

/** Bring back these removals; gives the rows that are left, or null where that failed.
 *  @param {number[]} ids @param {() => void} back */
export async function bringBack(ids, back = () => {}) {
  try {
    const { rows } = await post("/api/removed/restore", { ids });
    emit("added");
    refresh();
    back();
    return rows;
  } catch (error) {
    complain(error);
    return null;
  }
}
