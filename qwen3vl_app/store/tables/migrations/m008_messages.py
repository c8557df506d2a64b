"""Reasons of files as codes with values, where they were English sentences.

The fixed words of a sentence tell its form; what stands between them are its values, which may be
sentences of a known form themselves. The forms below are those of older releases: they stay as
they are, whatever the catalogues say later, and only this migration reads them.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from sqlite_utils import Database

from qwen3vl_app.messages import Message, Value
from qwen3vl_app.store.tables import checksums

_COLUMNS = (("file", "reason"), ("removed_file", "reason"), ("embedded", "note"))

_FUNCTION = "message_of_old_sentence"

_LATELY = 10_000
"""Sentences to keep in the cache: most skipped files of a library share a handful of them."""


FORMS = {
    "reason.archive": "The file is named {suffix}, but is another kind of archive, which cannot "
    "be searched.",
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
    "reason.unknown_way": "The decoder failed in an unknown way ({said}).",
    "reason.protected": "The document is protected by a password; save a copy without one.",
    "reason.unpacked": "The document unpacks to over {n} MiB of text and markup; split it.",
    "reason.much_text": "The document holds over {n} MiB of text; split it.",
    "reason.bomb": "A part of the document unpacks to over {n} times its size: it is made to fill "
    "memory.",
    "reason.entities": "The document defines entities, as no office program does: it is made to "
    "fill memory.",
    "reason.frame": "The frame cannot be decoded.",
    "reason.no_frame_near": "No frame near {seconds} s can be decoded.",
    "reason.no_frames": "The video has no frames.",
    "reason.rate": "The video says it has {n} frames per second.",
    "reason.no_shape": "The {noun} is {width} × {height} pixels: there is nothing in it.",
    "reason.no_regular": "This is not a regular file.",
    "reason.page_size": "A page measures {width} × {height}: it is damaged.",
    "reason.page_strip": "A page is a strip of {width} × {height} pixels, beyond the limit of {n} "
    "to 1; cut it.",
    "reason.no_page": "There is no page {number} any more.",
    "reason.no_picture": "This is not a picture; choose a JPEG, PNG or the like.",
    "reason.no_video": "This is not a video; choose an MP4, WebM or the like.",
    "reason.video": "The video has {said}.",
    "ignore.special": "This is no regular file, so it leaves nothing out.",
    "ignore.large": "The list has {bytes} bytes, over the limit of {limit}, so it leaves nothing "
    "out; shorten it.",
    "input.no_room": "the words before its pictures leave no room for their {n} tokens; shorten "
    "them",
    "input.much": "its {n} pictures and {count} clips need at least {number} tokens, and the "
    "model takes {all}; give fewer or shorter ones",
    "input.strip": "{width} × {height} pixels is a strip longer than {n} to 1, which the model "
    "refuses; crop it",
    "reason.gone_folder": "The folder is no longer there; check the path, or index its folder "
    "again.",
    "reason.denied_folder": "The folder may not be read; give yourself permission to read it.",
    "reason.unread_folder": "The folder cannot be read: {said}.",
    "reason.unread": "The file cannot be read: {said}.",
    "reason.changing": "The file changed while it was being read; retry when it is complete.",
    "reason.cancelled": "Indexing was cancelled before all of it was in; retry to go on.",
    "reason.no_vector": "The model gave no usable vector.",
    "reason.device_memory": "It needs more memory than the model's device has; make a smaller "
    "copy of it.",
    "input.no_memory": "the device has too little memory for it; show less of it or choose a "
    "smaller model",
    "input.not_finite": "the model gave no finite numbers for it",
    "ignore.lists": "The lists above hold {n} patterns; together with this one that is over the "
    "limit of {limit}, so it does not count. Shorten them.",
    "ignore.many": "The list has {n} patterns; only the first {limit} count, which is the limit.",
    "ignore.unread": "The list cannot be read ({said}), so it leaves nothing out.",
}
"""English sentences by code, with the values in braces; the first match decides."""

WORDED = {"subject", "noun", "kind", "parts", "reason"}
"""Values that are sentences or nouns of a known form; all others are names and numbers."""

_NUMBERS = ("n", "all", "width", "height", "megapixels", "count", "seconds", "bytes", "number")
_SHAPES = {"parts": r"\w+"} | dict.fromkeys(_NUMBERS, r"[\d,.]+")
"""Patterns of certain values; the others may be anything."""

_LONGEST = 10_000
"""Longer reasons, in characters, are not parsed; the longest path has half as many."""

_DEEPEST = 3
"""Reasons inside reasons that are parsed; the program nested one inside another."""


def m008_messages(db: Database) -> None:
    """Rewrite each sentence as ``Message.to_json`` does; one of unknown form keeps its text.

    Skips damaged rows: writing to one would give it a valid checksum.
    """
    checksums.register(db.conn)
    db.conn.create_function(_FUNCTION, 1, lru_cache(_LATELY)(_written), deterministic=True)
    for name, column in _COLUMNS:
        whole = checksums.BY_NAME[name].is_whole(name)
        db.execute(
            f"UPDATE {name} SET {column} = {_FUNCTION}({column}) WHERE {column} <> '' AND {whole}"
        )
    db.conn.create_function(_FUNCTION, 1, None)


def _written(sentence: str) -> str:
    return message_of(sentence).to_json()


def message_of(sentence: str, *, depth: int = 0) -> Message:
    """The message behind a sentence; a free one if its form is unknown or it is too long."""
    for code, pattern in _patterns() if len(sentence) <= _LONGEST and depth < _DEEPEST else ():
        if fits := pattern.fullmatch(sentence):
            values: dict[str, Value] = {
                name: message_of(value, depth=depth + 1) if name in WORDED else value
                for name, value in fits.groupdict().items()
            }
            return Message(code, values)
    return Message.free(sentence)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((code, re.compile(_expression(form), re.DOTALL)) for code, form in FORMS.items())


def _expression(form: str) -> str:
    """A pattern that ends each value where what follows first occurs, without backtracking.

    Reasons contain names of files: with backtracking, a name could make matching take forever.
    """
    first, *rest = re.split(r"\{(\w+)\}", form)  # every second one is a name
    pieces = [
        f"(?P<{name}>{_SHAPES.get(name, '.+?')}){re.escape(fixed)}"
        for name, fixed in zip(rest[::2], rest[1::2], strict=True)
    ]
    held = "".join(f"(?>{piece})" for piece in pieces[:-1])
    return re.escape(first) + held + "".join(pieces[-1:])
