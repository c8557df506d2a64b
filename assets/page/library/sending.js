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

const REASONS = 5; // told one by one; the rest by their number
const UNDO_SECONDS = 20; // long enough to see what came; the Library can remove it afterwards

/** Send pairs of relative path and file into the library; what is shown of it is the caller's.
 *  A folder follows the rules of a folder by path before anything is sent. */
export async function send(pairs, { collection = "", zone, state, meter, stop, undo } = {}) {
  const upload = new Upload(collection);
  const note = state ? null : toast(t("upload.begun"), { seconds: 0 });
  const show = ({ done, files, sent, total, failed }) => {
    if (!state) return;
    meter.hidden = false;
    meter.style.setProperty("--done", total ? sent / total : 0);
    const parts = [
      t("upload.some", { done: count(done), files: count(files) }),
      `${bytes(sent)} / ${bytes(total)}`,
    ];
    if (failed) parts.push(t("upload.failed", { n: failed }));
    state.textContent = parts.join(" · ");
  };
  if (stop) {
    stop.hidden = false;
    stop.onclick = () => upload.stop();
  }
  try {
    const all = [];
    for await (const pair of pairs) all.push(pair);
    const { wanted, left } = await offered(all);
    const result = await upload.run(wanted, show);
    finish(result, left, { state, undo });
    if (zone)
      zone.dataset.sent = String(Number(zone.dataset.sent ?? 0) + result.done - result.failed);
  } catch (error) {
    complain(error);
  }
  note?.close();
  if (stop) stop.hidden = true;
  if (meter) meter.hidden = true;
  emit("added");
}

function finish({ done, failed, first, stopped, fresh }, left, { state, undo }) {
  const taken = done ? t("upload.done", { n: done - failed }) : t("upload.nothing");
  const text = stopped ? t("upload.stopped", { n: done - failed }) : taken;
  const lines = [text, ...leftOut(left)];
  const run = () => takeBack(fresh, state);
  if (state) {
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

/** Take out again what was just added; what the library had before stays. */
async function takeBack(stored, state) {
  try {
    const { removed } = await post("/api/upload/undo", { stored });
    if (state) state.replaceChildren();
    sayRemoved(t("upload.these", { n: count(removed.files) }), removed);
    refresh();
  } catch (error) {
    complain(error);
  }
}

/** One line for each reason why files of the folder were left out before they were sent. */
function leftOut(left) {
  const lines = left
    .slice(0, REASONS)
    .map(({ row, n }) => t("upload.left", { n: count(n), why: worded(row) }));
  const rest = left.slice(REASONS).reduce((sum, { n }) => sum + n, 0);
  return rest ? [...lines, t("upload.leftMore", { n: count(rest) })] : lines;
}
