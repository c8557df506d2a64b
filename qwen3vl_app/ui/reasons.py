"""Sentences told apart so that the page can say them in other words.

Where a model runs, how a library is searched and what has become of it are still sentences.
Here the form of one is known by the words that never change; what stands in between is a value,
which may be a known form itself. What is not known is shown as it is.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from qwen3vl_app.messages import catalogue

STILL_SENTENCES = (
    "keep.pixels",
    "keep.bytes",
    "keep.oldest",
    "keep.first",
    "model.cpu",
    "model.placed",
    "model.no_gpu",
    "model.asked",
    "model.absent",
    "model.slow",
    "model.demo",
    "model.folder",
    "model.cached",
    "model.cached_gpu",
    "model.downloaded",
    "search.partly",
    "storage.line",
    "storage.all",
    "storage.codes",
    "storage.exact",
    "storage.scored",
    "notice.begun",
    "notice.foreign",
    "notice.mended",
    "notice.rows",
    "notice.left_out",
    "notice.backup",
    "load.no_config",
    "load.no_tokenizer",
    "load.damaged",
    "load.unread",
    "load.lacks",
    "load.failed",
    "folder.unknown",
    "folder.never",
    "folder.unreached",
    "path.gone",
    "pattern.lines",
    "patterns.unwritten",
    "number.negative",
    "kinds.list",
    "library.closed",
    "library.full",
    "library.io",
    "library.unopened",
    "library.unwritten",
    "library.denied",
    "thumbnail.unwritten",
    "thumbnail.gone",
    "storage.searched",
    "storage.numbers",
    "readers.closing",
    "readers.absent",
    "unawaited",
    "load.entries",
    "load.budget",
    "load.device",
    "load.no_device",
    "load.type",
    "load.no_weights",
    "load.unsafe",
    "load.memory",
    "load.neither",
    "load.no_demo",
    "load.absent",
    "load.undownloaded",
    "load.tokens",
    "load.token",
    "load.template",
    "load.template_fails",
    "load.no_template",
    "load.unusable",
    "public.search_only",
    "upload.length",
    "file.none",
)
"""Codes of what still arrives here as its English sentence; the first that fits decides, so the
widest come last."""

FORMS = {code: catalogue("en")[code] for code in STILL_SENTENCES}
"""English sentences by code, with what varies in braces."""

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
