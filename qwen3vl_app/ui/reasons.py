"""Reasons as the library keeps them, told apart so that the page can say them in other words.

A reason is stored as its English sentence, as is where a model runs and how a library is searched.
Here its form is known by the words that never change; what stands in between is a value, which may
be a known form itself. What is not known is shown as it is.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from qwen3vl_app.ui.failure_forms import FAILURE_FORMS, FILE_FORMS

FORMS = {
    "reason.empty": "The file is empty (0 bytes).",
    "reason.large": "The file has {size}, over the limit of {limit}; split it.",
    "reason.gone": "The file is no longer there; check the path, or index its folder again.",
    "reason.changed": "The file has changed since it was indexed; index it again.",
    "reason.denied": "The file may not be read; give yourself permission to read it.",
    "reason.misnamed": "The file is named {suffix}, but its content is no {kind} that the program "
    "knows; it may be damaged or wrongly named.",
    "reason.binary": "The file is named {suffix}, but holds binary data; give it the suffix of "
    "what it is.",
    "reason.type": "Files of the type {suffix} cannot be searched.",
    "reason.no_suffix": "Files without a suffix cannot be searched.",
    "reason.truncated": "{subject} breaks off before its end; copy the file again from its "
    "source.",
    "reason.damaged": "{subject} cannot be decoded; the file is damaged ({said}).",
    "reason.header": "The picture's header is damaged, empty or of an unknown format.",
    "reason.megapixels": "The {noun} is {width} × {height} pixels, {megapixels} megapixels, over "
    "the limit of {limit}; make a smaller copy.",
    "reason.strip": "The {noun} is {width} × {height} pixels, a strip beyond the limit of {limit} "
    "to 1; cut it into pieces.",
    "reason.password": "The PDF is protected by a password; save a copy without one.",
    "reason.office": "The document is protected by a password or of an old format; save it as a "
    "new one without a password.",
    "reason.pages": "The PDF has {count} pages, over the limit of {limit}; split it.",
    "reason.no_pages": "The PDF has no pages.",
    "reason.blank": "The file holds nothing but white space.",
    "reason.encoded": "The file holds nothing but encoded data, such as base64 or minified code.",
    "reason.no_text": "The document holds no text.",
    "reason.sound": "The file has sound but no pictures.",
    "reason.other": "The file is {what}, which cannot be searched.",
    "reason.slow": "Decoding took longer than the limit of {seconds} s and was ended. The file "
    "may be damaged.",
    "reason.crashed": "The decoder crashed on this file (exit code {exit}); it is damaged, or "
    "takes more than the limit of {limit} of memory to read.",
    "reason.memory": "Reading the file takes more than the limit of {limit} of memory; make a "
    "smaller copy, or raise --reader-memory.",
    "reason.characters": "Page {number} holds {count} characters of text, over the limit of "
    "{limit}; split it.",
    "reason.no_frame": "No frame of the video can be decoded: it is damaged, or its frames are "
    "over the limit of {limit} megapixels; make a smaller copy.",
    "reason.missing": "A part of the video is damaged or missing, the first of it at about "
    "{seconds} s; copy the file again from its source.",
    "reason.long": "The video lasts {hours} hours, over the limit of {limit}; cut it into pieces.",
    "reason.frames": "The animation has {count} frames or more of {width} × {height} pixels, "
    "beyond the limit of {limit} gigapixels together; save it as a video.",
    "reason.tiff": "The picture has {count} pages, over the limit of {limit}; split it.",
    "reason.unkept": "What was read of it cannot be kept ({said}); it may be damaged.",
    "reason.impossible": "The disk says something impossible of it: {said}.",
    "reason.partly": "{n} of {all} {parts} could not be read: {where}: {reason}",
    "reason.same": "Same content as {path}.",
    "reason.hidden": "Hidden.",
    "reason.system": "A folder of the operating system.",
    "reason.kernel": "Not a folder of files, but the operating system's view of the machine.",
    "reason.ignored": 'Left out by "{pattern}" in {where}.',
    "reason.removed": "Removed from the library; bring it back under Folders, or with the command "
    "removed.",
    "reason.visited": "The folder was already visited by another path.",
    "reason.link": "A link that leads nowhere.",
    "reason.special": "Not a regular file.",
    "keep.pixels": "It has the most pixels: {width} × {height}.",
    "keep.bytes": "Of those with {width} × {height} pixels it is the largest file: {bytes} bytes.",
    "keep.oldest": "Of those with {width} × {height} pixels and {bytes} bytes it is the oldest: "
    "{day}.",
    "keep.first": "All have {width} × {height} pixels and {bytes} bytes and are of one time; it "
    "was added first.",
    "model.cpu": "cpu, float32: {why}; CPUs are slow in bfloat16; {found}",
    "model.placed": "{device}, {dtype}: {why}; {found}",
    "model.no_gpu": "no GPU found",
    "model.asked": "asked for",
    "model.absent": "{model} is not on this machine, so the bundled demo model",
    "model.slow": "no GPU, where the 2B model is slow, so the bundled demo model",
    "model.demo": "the bundled demo model was asked for",
    "model.folder": "folder given",
    "model.cached": "found in a local cache",
    "model.cached_gpu": "found in a local cache, and there is a GPU",
    "model.downloaded": "downloaded",
    "search.partly": "{n} of {all} items are embedded with {model} so far; the others, which "
    "another model embedded, cannot be found by their content until indexing is through.",
    "storage.line": "{items} items, {numbers} numbers as {format}; search over {scan}, {how}",
    "storage.all": "every vector",
    "storage.codes": "{codes} codes",
    "storage.exact": "exact",
    "storage.scored": "candidates scored exactly",
    "noun.picture": "picture",
    "noun.video": "video",
    "noun.page": "page",
    "noun.animation": "animation",
    "noun.office": "Office document",
    "noun.pictures": "pictures",
    "noun.pages": "pages",
    "noun.passages": "passages",
    "noun.parts": "parts",
    "subject.picture": "The picture",
    "subject.pdf": "The PDF",
    "subject.video": "The video",
    "subject.document": "The document",
    "subject.animation": "The animation",
    "subject.page": "Page {number}",
    "notice.begun": "The library {path} was begun anew, because its library.db was gone; what was "
    "beside that is kept as {kept}-wal. The command restore puts a backup back.",
    "notice.foreign": "The library {path} had a library.db-wal that belongs to another file; it "
    "was not used and is kept as {kept}-wal.",
    "notice.mended": "The library {path} was damaged ({said}) and has been mended; what was lost "
    "is indexed again, and the damaged file is kept as {kept}.",
    "notice.rows": "The library {path} was damaged ({said}); the rows were taken out, and their "
    "files are indexed again.",
    "notice.left_out": "{n} rows of the library {path} are damaged and left out; start the "
    "program again, which takes them out and indexes their files anew.",
    "notice.backup": "No backup of the library was made ({said}); make room on its disk, check "
    "its permissions, or turn backups off with --no-backup.",
    "load.no_config": "{path} is no checkpoint: it has no config.json.",
    "load.no_tokenizer": "{path} has no tokenizer.json; copy the checkpoint again.",
    "load.damaged": "{path} is damaged ({said}); copy the checkpoint again.",
    "load.unread": "{path} is damaged: {said}.",
    "load.lacks": "{path} lacks {n} of the model's tensors, such as {name}.",
    "load.failed": "{path} cannot be loaded: {said}",
    **FILE_FORMS,
    **FAILURE_FORMS,
}
"""English sentences by code, with what varies in braces; the first that fits decides."""

WORDED = {"subject", "noun", "kind", "parts", "reason", "why", "found", "scan", "how"}
"""Values that may be a form themselves; all others are names and numbers."""

_NUMBERS = ("n", "all", "width", "height", "megapixels", "count", "seconds", "bytes", "number")
_SHAPES = {"device": "cpu|cuda|mps", "dtype": r"\w+", "parts": r"\w+"} | dict.fromkeys(
    (*_NUMBERS, "items", "numbers"), r"[\d,.]+"
)
"""What certain values look like; the others may be anything."""


_LONGEST = 10_000
"""Characters of a reason that are looked at; the longest path is half of that."""

_DEEPEST = 3
"""Reasons inside reasons; the program nests them once."""


def reason_row(text: str, *, depth: int = 0) -> dict[str, Any]:
    """``{"text", "code", "values"}`` of a reason; no code where its form is not known."""
    for code, pattern in _patterns() if len(text) <= _LONGEST and depth < _DEEPEST else ():
        if fits := pattern.fullmatch(text):
            values = {
                name: reason_row(value, depth=depth + 1) if name in WORDED else value
                for name, value in fits.groupdict().items()
            }
            return {"text": text, "code": code, "values": values}
    return {"text": text, "code": "", "values": {}}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((code, re.compile(_expression(form), re.DOTALL)) for code, form in FORMS.items())


def _expression(form: str) -> str:
    """Every value ends where what follows it first stands, and is never tried longer.

    Names of files stand in reasons, so they decide how many ways there would be.
    """
    first, *rest = re.split(r"\{(\w+)\}", form)  # every second one is a name
    pieces = [
        f"(?P<{name}>{_SHAPES.get(name, '.+?')}){re.escape(fixed)}"
        for name, fixed in zip(rest[::2], rest[1::2], strict=True)
    ]
    held = "".join(f"(?>{piece})" for piece in pieces[:-1])
    return re.escape(first) + held + "".join(pieces[-1:])
