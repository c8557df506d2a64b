// Which files of a folder are sent: the program decides by their names, as it does for a folder
// that is indexed where it is. Nothing of a file is sent before that but the lists of patterns.

import { post } from "../kit/net.js";

/** @import { Message } from "../kit/types" */
/** @import { Left, Pair } from "./types" */

const LIST = ".searchignore";
const LARGEST_LIST = 2 ** 18; // bytes; on disk, a larger list leaves nothing out either
const NAMES = 2000; // in one request

/** Split `pairs` of relative path and file into what is wanted and what is left out, with reasons:
 *  `{wanted, left: [{row, n}]}`, the most frequent reason first.
 *  @param {Pair[]} pairs */
export async function offered(pairs) {
  const { names, lists } = await described(pairs);
  /** Why a file is left out, by its path; null where it is wanted.
   *  @type {Map<string, Message | null>} */
  const reasons = new Map();
  for (let at = 0; at < names.length; at += NAMES) {
    const some = names.slice(at, at + NAMES);
    const { left } = await post("/api/upload/offer", { names: some, lists: above(some, lists) });
    some.forEach((name, n) => reasons.set(name, left[n]));
  }
  /** @type {Map<string, Left>} */
  const counts = new Map();
  for (const row of reasons.values()) {
    if (row) counts.set(row.text, { row, n: (counts.get(row.text)?.n ?? 0) + 1 });
  }
  return {
    wanted: pairs.filter(([path]) => reasons.get(hiddenAbove(path) ?? path) === null),
    left: [...counts.values()].sort((a, b) => b.n - a.n),
  };
}

/** The names to ask about, a hidden folder as one, and the texts of the lists of patterns.
 *  @param {Pair[]} pairs */
async function described(pairs) {
  const names = new Set();
  /** @type {Record<string, string>} */
  const lists = {};
  for (const [path, file] of pairs) {
    const hidden = hiddenAbove(path);
    names.add(hidden ?? path);
    const isList = !hidden && path.endsWith(`/${LIST}`);
    if (isList && file.size <= LARGEST_LIST) lists[path] = await file.text();
  }
  return { names: [...names], lists };
}

/** The lists that stand in folders of these names.
 *  @param {string[]} names @param {Record<string, string>} lists */
function above(names, lists) {
  const folders = names.map((name) => name.slice(0, name.lastIndexOf("/", name.length - 2) + 1));
  /** @param {[path: string, text: string]} list */
  const meant = ([path]) =>
    folders.some((folder) => folder.startsWith(path.slice(0, -LIST.length)));
  return Object.fromEntries(Object.entries(lists).filter(meant));
}

/** The outermost hidden folder inside the folder that was chosen, with a slash; null for none.
 *  @param {string} path */
function hiddenAbove(path) {
  const parts = path.split("/");
  const at = parts.findIndex(
    (part, n) => n > 0 && (n < parts.length - 1 || !part) && part.startsWith("."),
  );
  return at < 0 ? null : `${parts.slice(0, at + 1).join("/")}/`;
}
