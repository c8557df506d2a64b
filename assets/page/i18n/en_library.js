// English words of the Library and Settings screens.

export const libraryEnglish = {
  "library.folders": "Folders",
  "library.duplicates": "Duplicates",
  "index.items": "{done} / {n} items",
  "outcome.forget": "Forget",

  "closed.library":
    "This library is open for reading only: it can be searched, nothing is added or changed.",
  "closed.demo":
    "This is a demonstration: the library can be searched, nothing is added or changed.",
  "closed.empty": "The library is empty, and it is open for reading only.",

  "folders.hint":
    "Indexed where they are. A watched folder is read again within seconds of a change.",
  "folders.none": "No folder was added yet. Add takes its path.",
  "folders.gone": "It is not there now; its items stay known until it is back or taken out.",
  "folders.watch": "Watch",
  "folders.watch.hint": "Notice new, changed and vanished files by itself",
  "folders.rescan": "Look for changes",
  "folders.rescanAll": "Look for changes in all",
  "folders.rescanning": "Looking for changes.",
  "folders.forget": "Take out",
  "folders.sure": "Take {path} with all its items out of the library? The files themselves stay.",
  "ignore.title": "What every scan leaves out",
  "ignore.hint":
    "One pattern a line, as in .gitignore. A .searchignore file inside a folder does the same " +
    "for that folder.",
  "ignore.save": "Save patterns",
  "ignore.saved": "Saved; the folders are scanned again.",

  "duplicates.hint":
    "Pictures that are nearly the same, and the one to keep. The program never deletes a file.",
  "duplicates.keep": "Keep this one.",
  "duplicates.none": "No two pictures are nearly the same.",
  "duplicates.waiting": "This is known as soon as the model has loaded.",
  "duplicates.more": "More groups",
  "duplicates.rest": "and {n} more",

  "library.removed": "Recently removed",
  "removed.hint":
    "For 30 days, what was removed comes back as it was. Then it is deleted from the library; " +
    "files in your folders are never touched.",
  "removed.none": "Nothing was removed in the last 30 days.",
  "removed.file": "“{title}” was removed from the library. The file itself stays where it is.",
  "removed.copy":
    "“{title}” was removed. Its copy is in the trash for 30 days, then it is deleted; until " +
    "then, Recently removed brings it back.",
  "removed.both":
    "“{title}” was removed. Files in folders stay where they are; copies are in the trash for " +
    "30 days; until then, Recently removed brings everything back.",
  "removed.kind.copy": "Copy in the trash|{n} copies in the trash",
  "removed.kind.file": "The file stays where it is",
  "removed.kind.folder": "The folder stays where it is",
  "removed.when": "removed {when}",
  "removed.until": "kept until {when}",
  "removed.restore": "Restore",
  "removed.back": "“{title}” is back.",
  "removed.discard": "Delete for good",
  "removed.empty": "Delete all for good",
  "removed.sure": "Delete what the library keeps of “{title}” for good? This cannot be undone.",
  "removed.sureAll":
    "Delete everything in this list for good? This cannot be undone; files in your folders stay.",
  "keptOut.title": "Removed from these folders",
  "keptOut.hint":
    "Looking for changes leaves it out, also when the file changes, until you take it back.",
  "keptOut.back": "Take back",
  "storage.trash":
    "Trash: {n} removed copy, {size}. Recently removed in the Library lists it.|Trash: {n} " +
    "removed copies, {size}. Recently removed in the Library lists them.",

  "find.title": "Find items",
  "find.placeholder": "Find by name or folder",
  "found.items": "{n} item|{n} items",
  "found.files": "{n} file|{n} files",
  "sort.title": "Sort by",
  "sort.newest": "Newest added",
  "sort.name": "Name",
  "sort.date": "Date taken or changed",
  "sort.size": "Size",
  "sort.kind": "Kind",
  "sort.reverse": "The other way round",
  "tags.all": "All tags",
  "folder.anywhere": "Not only in the folder {path}",
  "grid.group": "Group by file",
  "grid.members": "{n} in this file",
  "grid.members.of": "{n} in this file: {title}",
  "grid.nameless": "Nothing has “{name}” in its name or folder.",
  "grid.all": "Show everything",
  "grid.again": "Try again",
  choose: "Select",
  "choose.one": "Select {title}",
  "bulk.title": "What is done with the selection",
  "bulk.none": "Nothing selected",
  "bulk.items": "{n} item selected|{n} items selected",
  "bulk.files": "{n} file selected|{n} files selected",
  "bulk.most": "{n} of {total} selected, the most at once",
  "bulk.all": "Select all",
  "bulk.clear": "Clear the selection",
  "bulk.tag": "Tag",
  "bulk.tag.name": "Name of the tag",
  "bulk.tag.on": "Add",
  "bulk.tag.off": "Take away",
  "bulk.tag.done": "{n} item has the tag “{name}” now.|{n} items have the tag “{name}” now.",
  "bulk.tag.undone":
    "The tag “{name}” was taken from {n} item.|The tag “{name}” was taken from {n} items.",
  "bulk.collect": "Collection",
  "bulk.collect.name": "Name of the collection",
  "bulk.collect.on": "Add",
  "bulk.collect.off": "Take out",
  "bulk.collect.done": "{n} file was added to “{name}”.|{n} files were added to “{name}”.",
  "bulk.collect.undone":
    "{n} file was taken out of “{name}”.|{n} files were taken out of “{name}”.",
  "bulk.export": "Export",
  "bulk.remove": "Remove",
  "export.csv": "Table (CSV)",
  "export.json": "List (JSON)",
  "export.zip": "Originals (ZIP)",
  "export.hint":
    "Table and list name paths, places, tags and collections. The ZIP has a copy of every " +
    "original; files in your folders stay as they are.",
  "export.begun": "{n} item is being saved as {name}.|{n} items are being saved as {name}.",
  "removed.many.file":
    "{n} file was removed from the library. It stays where it is.|{n} files were removed from " +
    "the library. They stay where they are.",
  "removed.many.copy":
    "{n} file was removed. Its copy is in the trash for 30 days.|{n} files were removed. Their " +
    "copies are in the trash for 30 days.",
  "removed.many.both":
    "{n} files were removed. Files in folders stay where they are; copies are in the trash for " +
    "30 days.",
  "removed.choose": "Select all",
  "removed.chosen": "{n} selected",
  "removed.restore.chosen": "Restore selected",
  "removed.back.many": "{n} entry is back.|{n} entries are back.",
  "collections.edit": "Edit collections",
  "collections.hint": "A collection is a set of files. Whatever becomes of it, its files stay.",
  "collections.none": "There is no collection yet.",
  "collections.items": "{n} item|{n} items",
  "collections.new": "Name of a new collection",
  "collections.make": "Make",
  "collections.rename": "Rename",
  "collections.save": "Save",
  "collections.cancel": "Cancel",
  "collections.delete": "Delete the collection",
  "collections.sure":
    "Delete the collection “{name}”? Its {n} item stays in the library.|Delete the collection " +
    "“{name}”? Its {n} items stay in the library.",
  "adding.title": "Add",
  "folders.items": "{n} item|{n} items",
  "folders.files": "{n} file|{n} files",
  "folders.failed": "{n} failed",
  "disk.title": "What the library takes on this disk",
  "disk.total": "{size} together; {free} are free.",
  "disk.copies": "Originals that were dropped here",
  "disk.thumbnails": "Thumbnails",
  "disk.database": "Database with all vectors",
  "disk.index": "Search index, made of it",
  "disk.backups": "Backups",
  "disk.trash": "Trash",
  "disk.rest": "Previews and files of searches",

  "tags.title": "Tags",
  "tags.add": "Add a tag",
  "tags.remove": "Remove the tag {name}",
  "tags.find": "Search only what has the tag {name}",
  "fact.taken": "Taken",
  "folder.only": "Search in this folder only",
  "stands.not": "It does not stand out from the rest of the library.",

  "storage.hint":
    "Fewer dimensions or coarser values need less memory and may find less. The database keeps " +
    "every vector in full, so nothing is embedded again and every change can be taken back.",
  "storage.measure": "Measure on this library",
  "storage.measuring": "Measuring; this takes up to a minute, and searches go on.",
  "storage.way": "Kept as",
  "storage.recall": "Recall@10",
  "storage.time": "A search",
  "storage.memory": "Memory",
  "storage.disk": "Disk",
  "storage.name": "{dimension} × {format}",
  "storage.use": "Use",
  "storage.now": "in use",
  "storage.note":
    "Recall: how many of the ten nearest by full vectors are found. Measured on {n} items.",
  "storage.applied": "The index is built like this from now on.",
  "storage.space": "{n} vectors of {model}, which nothing searches: {size}",
  "storage.drop": "Delete old vectors",
  "storage.sure":
    "Delete the vectors of {model}? With that model the files would be embedded again.",
  "storage.freed": "{size} are free now.",

  "settings.language": "Language",
  "language.system": "As the browser",
  "language.en": "English",
  "language.zh": "中文",
};
