"""What is on disk: kinds, stamps and how a file ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Self

from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    import os

_LARGEST = 2**63 - 1
"""What SQLite keeps in a column of whole numbers. As nanoseconds it is the 11th of April 2262."""

_FOLD = 2**40
"""Nanoseconds, 18 minutes: times outside of what can be kept are folded into the last of them (or
the first), so that they stay the latest, and a change of one is still a change."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY, _LAST_DAY = -718_500, 2_932_000
"""Days since 1970 that a calendar tells in every time zone: the years 2 to 9997."""


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
    """Nanoseconds since the epoch, as ``os.stat`` reports them, within 64 bits: see ``of``."""

    ctime_ns: int | None = None
    """When anything of it changed last: as ``mtime_ns``, but no program can set it. None if
    not asked for."""

    inode: int | None = None
    """Which of the file system's files it is, as 64 bits with a sign; None if not asked for.
    Not with its device: those are numbered anew whenever a computer starts."""

    @classmethod
    def of(cls, path: Path, status: os.stat_result) -> Self:
        """The stamp of a file, whatever its file system says: disks hold times up to 30,000 AD."""
        return cls(
            path=path,
            size=storable_number(status.st_size),
            mtime_ns=_folded(status.st_mtime_ns),
            ctime_ns=_folded(status.st_ctime_ns),
            inode=_signed(status.st_ino),
        )

    def has_times_of(self, other: FileStamp) -> bool:
        """Whether size and time are the same, which copying programs can bring about."""
        return (self.size, self.mtime_ns) == (other.size, other.mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedPath:
    """Something a scan met and left alone, with the reason."""

    path: Path
    reason: Message


def storable_number(number: int) -> int:
    """The nearest whole number of 64 bits, which is what SQLite keeps."""
    return min(max(number, -_LARGEST - 1), _LARGEST)


def _signed(number: int) -> int:
    """The last 64 bits as a number with a sign: inodes have none, and more bits on some disks."""
    last = number & (2**64 - 1)
    return last - 2**64 if last > _LARGEST else last


def calendar_time(mtime_ns: int) -> datetime:
    """A time of a file for people, in UTC; what no calendar tells is the nearest that one does."""
    days, rest = divmod(mtime_ns // 1000, 86_400 * 10**6)
    if not _FIRST_DAY <= days <= _LAST_DAY:
        days, rest = min(max(days, _FIRST_DAY), _LAST_DAY), 0
    return _EPOCH + timedelta(days=days, microseconds=rest)


def _folded(mtime_ns: int) -> int:
    if mtime_ns > _LARGEST:
        return _LARGEST - _FOLD + mtime_ns % _FOLD
    if mtime_ns < -_LARGEST:
        return -_LARGEST + mtime_ns % _FOLD
    return mtime_ns
