"""What is on disk: kinds, stamps and how a file ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """What an item is to a reader; the value is what SQLite stores."""

    PICTURE = "picture"
    PAGE = "page"
    PASSAGE = "passage"
    VIDEO = "video"
    MOMENT = "moment"


class Outcome(StrEnum):
    """How one file ended in one run of the indexer. Every file seen gets exactly one."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """What a scan learns about a file without opening it; a changed stamp means re-read."""

    path: Path
    """Absolute."""

    size: int
    """Bytes."""

    mtime_ns: int
    """Nanoseconds since the epoch, as ``os.stat`` reports them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedPath:
    """Something a scan met and left alone, with the reason."""

    path: Path
    reason: str
