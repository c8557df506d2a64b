// What can be done with a finished search: copy its link, take it along, keep it for good.

import { asCsv, asJson, asTrec } from "./exporting.js";
import { keep } from "../address.js";
import { chooseBundle } from "../../bundle/viewer.js";
import { emit } from "../../kit/bus.js";
import { download } from "../../kit/download.js";
import { isNarrow, showTab } from "../../kit/dom.js";
import { menu } from "../../kit/menu.js";
import { getFile, put } from "../../kit/net.js";
import { complain, toast } from "../../kit/toast.js";
import { language, t } from "../../i18n/strings.js";

/** @import { Answer } from "../types" */
/** @import { Board } from "./board.js" */

const LIBRARY = 1; // the second screen
const LAB = 2; // the third one

/** Signs of a query in the name of a file. */
const LONGEST = 40;

/** What of an address is about this page, not about the search. */
const PASSING = ["typed", "tour", "tab"];

/** Runs from this number on are no part of the history, as `search/finished_runs.py` counts. */
const FIRST_IN_MEMORY = 2 ** 52;

/** @param {Board} board */
export function moreMenu(board) {
  /** @param {(value: Answer) => unknown} run */
  const withValue = (run) => () => board.value && run(board.value);
  return menu(t("menu.title"), [
    { name: "link", icon: "link", label: t("menu.link"), run: copyLink },
    {
      name: "json",
      icon: "download",
      label: t("menu.json"),
      run: withValue((value) =>
        download(`${fileName(value)}.json`, "application/json", asJson(value)),
      ),
    },
    {
      name: "csv",
      icon: "download",
      label: t("menu.csv"),
      run: withValue((value) => download(`${fileName(value)}.csv`, "text/csv", asCsv(value))),
    },
    {
      name: "trec",
      icon: "download",
      label: t("menu.trec"),
      run: withValue((value) => download(`${fileName(value)}.run`, "text/plain", asTrec(value))),
    },
    {
      name: "page",
      icon: "download",
      label: t("bundle.export"),
      run: withValue((value) => takeAlong(value, "html")),
      hidden: () => board.value?.run == null,
    },
    {
      name: "bundle",
      icon: "download",
      label: t("bundle.exportJson"),
      run: withValue((value) => takeAlong(value, "json")),
      hidden: () => board.value?.run == null,
    },
    { name: "open", icon: "page", label: t("bundle.open"), run: chooseBundle },
    {
      name: "pin",
      icon: "pin",
      label: t("menu.pin"),
      run: withValue(pin),
      hidden: () => (board.value?.run ?? FIRST_IN_MEMORY) >= FIRST_IN_MEMORY,
    },
    { name: "map", icon: "lasso", label: t("menu.map"), run: withValue(toMap) },
    {
      name: "judge",
      icon: "check",
      label: t("menu.judge"),
      run: withValue(judge),
      hidden: () => board.value?.run == null || isNarrow(),
    },
  ]);
}

async function copyLink() {
  const address = new URL(location.href);
  for (const name of PASSING) address.searchParams.delete(name);
  try {
    await navigator.clipboard.writeText(address.href);
    toast(t("menu.copied"));
  } catch {
    toast(t("menu.notCopied", { address: address.href })); // the browser refused
  }
}

/** The run as one file, which says all of itself.
 *  @param {Answer} value @param {"html" | "json"} format */
async function takeAlong(value, format) {
  try {
    const address = `/api/runs/${Number(value.run)}/bundle?format=${format}&language=${language}`;
    download(`${fileName(value)}-bundle.${format}`, "text/plain", await getFile(address));
  } catch (error) {
    complain(error);
  }
}

/** @param {Answer} value */
async function pin({ run }) {
  try {
    await put(`/api/history/${Number(run)}`, { pinned: true });
    toast(t("menu.pinned"));
    emit("saved");
  } catch (error) {
    complain(error);
  }
}

/** The hits among all items of the library. */
function toMap() {
  showTab(LIBRARY);
  emit("toMap");
}

/** @param {Answer} value */
function judge({ run }) {
  keep({ lab: null }); // judging is how the Lab opens
  showTab(LAB);
  emit("judge", { run: Number(run) });
}

/** A name that every system takes: the words of the query, of letters and digits.
 *  @param {Answer} value */
function fileName({ asked }) {
  const signs = [...asked.text.normalize("NFC")].map((sign) => (isPlain(sign) ? sign : " "));
  const words = signs.join("").split(" ").filter(Boolean);
  return ["search", ...[...words.join("-")].slice(0, LONGEST).join("").split("-")]
    .filter(Boolean)
    .join("-");
}

/** Letters have cases or stand above Latin ones; signs that steer how text is read do not count.
 *  @param {string} sign */
const isPlain = (sign) =>
  "0123456789".includes(sign) ||
  sign.toLowerCase() !== sign.toUpperCase() ||
  (sign > "\u00ff" && !(sign >= "\u2000" && sign <= "\u206f"));
