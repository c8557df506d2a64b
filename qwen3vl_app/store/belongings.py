"""The names of everything that the program itself writes into the folder of a library.

Code that writes something there takes its name from here, so that a folder whose ``library.db``
was lost is still known to be one of this program, and nothing else is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DATABASE = "library.db"
"""SQLite's file. What lies beside it and begins with its name is SQLite's or was moved aside."""

THUMBNAILS = "thumbnails"
UPLOADS = "uploads"
TRASH = "trash"
INDEX = "index"
BACKUPS = "backups"
LOCK = "writer.lock"
OWNER = "writer.pid"
PROGRESS = "progress.json"
PROGRESS_PART = "progress.part"
PATTERNS = "ignore.txt"
PATTERNS_PART = "ignore.part"
PREVIEWS = "previews"
QUERY_FILES = "query-files"
ASKED = "asked"
MAPS = "maps"
BENCHMARKS = "mteb"

OWN = frozenset(
    {
        *(THUMBNAILS, UPLOADS, TRASH, INDEX, BACKUPS, LOCK, OWNER),
        *(PROGRESS, PROGRESS_PART, PATTERNS, PATTERNS_PART, PREVIEWS, QUERY_FILES, ASKED),
        *(MAPS, BENCHMARKS),
    }
)
"""All of them, but for what begins with ``DATABASE``."""


def strangers(names: Iterable[str]) -> list[str]:
    """Those of these names in a library's folder that are not the program's, sorted.

    Hidden files do not count: operating systems put them everywhere.
    """
    return sorted(
        name for name in names if name not in OWN and not name.startswith((".", DATABASE))
    )


def holds_a_library(directory: Path) -> bool:
    """Whether there is a trace of items in a folder: a library was here before."""
    return any(
        next((directory / name).glob("*"), None) is not None for name in (THUMBNAILS, BACKUPS)
    )
