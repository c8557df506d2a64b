// What a drop brings: files, or folders walked through.

/** @import { Pair, Pairs } from "./types" */

const DEEPEST = 2000; // folders in each other, as far as a scan of the disk goes

/** @param {DragEvent} event */
export const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/** @param {DataTransferItem} item */
const isFolder = (item) => Boolean(item.webkitGetAsEntry?.()?.isDirectory);

/** Whether a folder is among what was dropped, which browsers give as a file that cannot be read.
 *  @param {DataTransfer | null} transfer */
export const hasFolder = (transfer) => [...(transfer?.items ?? [])].some(isFolder);

/** The files of a drop, without folders.
 *  @param {DataTransfer | null} transfer */
export function filesOf(transfer) {
  const items = [...(transfer?.items ?? [])].filter((item) => !isFolder(item));
  return items.flatMap((item) => item.getAsFile() ?? []);
}

/** Pairs of relative path and file, folders walked through. Entries must be taken at once: the list
 *  is empty when the event is over.
 *  @param {DataTransfer | null} transfer @returns {Pairs} */
export function dropped(transfer) {
  const items = [...(transfer?.items ?? [])];
  const entries = items.flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (entries.length) return walk(entries);
  return [...(transfer?.files ?? [])].map((file) => [file.name, file]);
}

/** A hidden folder inside another is only named: it is left out, whatever is in it.
 *  @param {FileSystemEntry[]} entries @param {string} above @param {number} depth
 *  @returns {AsyncGenerator<Pair>} */
async function* walk(entries, above = "", depth = 0) {
  for (const entry of entries) {
    const inside = `${above}${entry.name}/`;
    if (isFile(entry))
      yield [above + entry.name, await new Promise((yes, no) => entry.file(yes, no))];
    else if (above && entry.name.startsWith(".")) yield [inside, new File([], entry.name)];
    else if (depth < DEEPEST) yield* walk(await children(entry), inside, depth + 1);
  }
}

/** @param {FileSystemEntry} entry @returns {entry is FileSystemFileEntry} */
const isFile = (entry) => entry.isFile;

/** @param {FileSystemEntry} folder */
async function children(folder) {
  const reader = /** @type {FileSystemDirectoryEntry} */ (folder).createReader();
  /** @type {FileSystemEntry[]} */
  const found = [];
  for (;;) {
    // A reader answers at most 100 entries at a time, and an empty list at the end.
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((yes, no) => reader.readEntries(yes, no));
    if (!some.length) return found;
    found.push(...some);
  }
}
