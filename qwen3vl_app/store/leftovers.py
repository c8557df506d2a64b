"""What a program that was killed left behind half written."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

_RANDOM = "[a-z0-9_]{8}"
"""As ``tempfile`` makes names."""

_HALF = (
    (".", re.compile(r"(progress|ignore)\.part")),
    ("uploads", re.compile(rf"\.(arriving-)?{_RANDOM}\.part")),
    ("thumbnails", re.compile(r"[0-9a-f]{32}\.part")),
    ("previews", re.compile(rf"(tmp)?{_RANDOM}\.part")),
    ("index", re.compile(r"[^/]+\.new")),
    ("maps", re.compile(rf"{_RANDOM}\.part")),
)
"""Folders of a library, and the names that only this program gives to unfinished files there.
A dropped file cannot have one of them: names of uploads never begin with a dot."""


def sweep_leftovers(directory: Path) -> int:
    """Delete unfinished files from a library; how many.

    Caller must hold the library's writer lock: then none of them is being written.
    """
    swept = 0
    for name, pattern in _HALF:
        folder = directory / name
        with suppress(OSError):  # not there, or its disk refuses: nothing depends on it
            for path in folder.iterdir():
                if pattern.fullmatch(path.name) and (path.is_symlink() or path.is_file()):
                    path.unlink(missing_ok=True)
                    swept += 1
    return swept
