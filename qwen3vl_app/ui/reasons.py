"""Sentences told apart so that the page can say them in other words.

Where a model runs, how a library is searched and what has become of it are still sentences.
Here the form of one is known by the words that never change; what stands in between is a value,
which may be a known form itself. What is not known is shown as it is.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from qwen3vl_app.ui.failure_forms import FAILURE_FORMS

FORMS = {
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
    "storage.line": "{items} items, {numbers} numbers as {format}; search over {scan}, {how}",
    "storage.all": "every vector",
    "storage.codes": "{codes} codes",
    "storage.exact": "exact",
    "storage.scored": "candidates scored exactly",
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
    **FAILURE_FORMS,
}
"""English sentences by code, with what varies in braces; the first that fits decides."""

WORDED = {"why", "found", "scan", "how"}
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
