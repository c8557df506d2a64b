// What a drop brings: files, or folders walked through.

const DEEPEST = 2000; // folders in each other, as far as a scan of the disk goes

export const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

/** Pairs of relative path and file, folders walked through. Entries must be taken at once: the list
 *  is empty when the event is over. */
export function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  return entries.length ? walk(entries) : [...transfer.files].map((file) => [file.name, file]);
}

/** A hidden folder inside another is only named: it is left out, whatever is in it. */
async function* walk(entries, above = "", depth = 0) {
  for (const entry of entries) {
    const inside = `${above}${entry.name}/`;
    if (entry.isFile)
      yield [above + entry.name, await new Promise((yes, no) => entry.file(yes, no))];
    else if (above && entry.name.startsWith(".")) yield [inside, new File([], entry.name)];
    else if (depth < DEEPEST) yield* walk(await children(entry), inside, depth + 1);
  }
}

async function children(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    // A reader answers at most 100 entries at a time, and an empty list at the end.
    const some = await new Promise((yes, no) => reader.readEntries(yes, no));
    if (!some.length) return found;
    found.push(...some);
  }
}
