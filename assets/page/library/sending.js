// Files on their way into the library: how far they are, what was left out, and Undo.

import { emit } from "../kit/bus.js";
import { el } from "../kit/dom.js";
import { bytes, count } from "../kit/format.js";
import { post } from "../kit/net.js";
import { offered } from "./offer.js";
import { sayRemoved } from "./removing.js";
import { refresh } from "../shell/status.js";
import { t, worded } from "../i18n/strings.js";
import { complain, toast } from "../kit/toast.js";
import { Upload } from "./upload.js";

/** @import { Counts, Left, Pairs, Progress } from "./types" */

const REASONS = 5; // told one by one; the rest by their number
const UNDO_SECONDS = 20; // long enough to see what came; the Library can remove it afterwards

/** Send pairs of relative path and file into the library; what is shown of it is the caller's.
 *  A folder follows the rules of a folder by path before anything is sent.
 *  @param {Pairs} pairs @param {{ collection?: string, progress?: Progress | null }} where */
export async function send(pairs, { collection = "", progress = null } = {}) {
  const upload = new Upload(collection);
  const note = progress ? null : toast(t("upload.begun"), { seconds: 0 });
  /** @param {Counts} counts */
  const show = ({ done, files, sent, total, failed }) => {
    if (!progress) return;
    progress.meter.hidden = false;
    progress.meter.style.setProperty("--done", String(total ? sent / total : 0));
    const parts = [
      t("upload.some", { done: count(done), files: count(files) }),
      `${bytes(sent)} / ${bytes(total)}`,
    ];
    if (failed) parts.push(t("upload.failed", { n: failed }));
    progress.state.textContent = parts.join(" · ");
  };
  if (progress) {
    progress.stop.hidden = false;
    progress.stop.onclick = () => upload.stop();
  }
  try {
    const all = [];
    for await (const pair of pairs) all.push(pair);
    const { wanted, left } = await offered(all);
    const result = await upload.run(wanted, show);
    finish(result, left, progress);
    if (progress) {
      const { dataset } = progress.zone;
      dataset.sent = String(Number(dataset.sent ?? 0) + result.done - result.failed);
    }
  } catch (error) {
    complain(error);
  }
  note?.close();
  if (progress) progress.stop.hidden = progress.meter.hidden = true;
  emit("added");
}

/** @param {Counts} result @param {Left[]} left @param {Progress | null} progress */
function finish({ done, failed, first, stopped, fresh }, left, progress) {
  const taken = done ? t("upload.done", { n: done - failed }) : t("upload.nothing");
  const text = stopped ? t("upload.stopped", { n: done - failed }) : taken;
  const lines = [text, ...leftOut(left)];
  const run = () => takeBack(fresh, progress);
  if (progress) {
    const { state, undo } = progress;
    state.replaceChildren(...lines.map((line) => el("span", { text: line })));
    undo.hidden = !fresh.length;
    undo.onclick = () => {
      undo.hidden = true;
      run();
    };
  } else {
    toast(lines.join(" "), {
      action: fresh.length ? { label: t("undo"), run } : null,
      seconds: UNDO_SECONDS,
    });
  }
  if (first) complain(first);
}

/** Take out again what was just added; what the library had before stays.
 *  @param {string[]} stored @param {Progress | null} progress */
async function takeBack(stored, progress) {
  try {
    const { removed } = await post("/api/upload/undo", { stored });
    progress?.state.replaceChildren();
    sayRemoved(t("upload.these", { n: count(removed.files) }), removed);
    refresh();
  } catch (error) {
    complain(error);
  }
}

/** One line for each reason why files of the folder were left out before they were sent.
 *  @param {Left[]} left */
function leftOut(left) {
  const lines = left
    .slice(0, REASONS)
    .map(({ row, n }) => t("upload.left", { n: count(n), why: worded(row) }));
  const rest = left.slice(REASONS).reduce((sum, { n }) => sum + n, 0);
  return rest ? [...lines, t("upload.leftMore", { n: count(rest) })] : lines;
}
