"""What the store and the indexer tell each other, beside the nouns of ``types``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, NewType

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types import Content, ContentHash, FileStamp, Item, ItemId, Kind, Outcome, Vectors

FileId = NewType("FileId", int)
"""Primary key of a file in SQLite."""

RemovalId = NewType("RemovalId", int)
"""Primary key of what a person removed."""

SourceId = NewType("SourceId", int)
"""Primary key of something that waits to be scanned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryCounts:
    """How much the library holds."""

    files: Mapping[Outcome, int]
    """Files by how they ended; every outcome but ``unchanged``, which only a run knows."""

    pending: int
    """Files that wait to be indexed, and files and folders that wait to be scanned."""

    items: Mapping[Kind, int]
    """Searchable units by kind, every kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file or folder that somebody added and that has not been scanned to its end."""

    id: SourceId
    path: Path
    collection: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder that was added, and so can be scanned again and watched."""

    path: Path
    collection: str | None
    """What its files are members of."""

    watched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderCounts:
    """What a library knows of the files inside a folder, at any depth."""

    files: int
    items: int
    failed: int
    """Of the files, those that could not be indexed."""

    bytes: int
    """Of the files that have been read, as they were then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadPicture:
    """A picture, page or moment whose words have not been read, and what tells its class."""

    item: ItemId
    kind: Kind
    size: tuple[int, int]
    """Pixels, width and height; 0 where they are not known."""

    taken: str
    """As ``Content.taken``."""

    suffix: str
    """Of the first of its files, in lower case and with its dot."""


class RemovedKind(StrEnum):
    """What was removed from a library."""

    COPY = "copy"
    """A file that was dropped on the page, or a folder of such: its bytes are in the trash."""

    FILE = "file"
    """A file that stays where it is."""

    FOLDER = "folder"
    """A folder that stays where it is, with all that was known inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What a person removed from a library, and has not brought back."""

    id: RemovalId
    path: Path
    """Where it is, or for a copy was."""

    kind: RemovedKind
    stays: bool
    """Scans leave it out until it is brought back, whatever its content is by then."""

    files: int
    """Of which all is still known, so that they are searchable at once when they come back."""

    bytes: int
    """Of its copies in the trash."""

    removed: str
    """When: ISO 8601, UTC."""

    until: str
    """Until when all of it is kept: ISO 8601, UTC; empty where only the path is remembered."""

    thumbnail: str
    """Of its first item; empty where there is none."""


class KnownStamp(NamedTuple):
    """What a scan compares a file with; there may be a million of them, so it is small."""

    id: FileId
    size: int | None
    """Of the last reading; None for a file that never was read."""

    mtime_ns: int | None
    outcome: Outcome | None
    """None while it waits to be indexed."""

    reason: str
    """Why it was skipped, as ``Message.to_json`` writes it; empty for other outcomes."""

    ctime_ns: int | None = None
    """Of the last reading, as the inode; None where that is not known."""

    inode: int | None = None
    given_up_by: str = ""
    """The ``Reader.version`` that could not read it and never will; empty for other outcomes, and
    where trying again may help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """A file as the library knows it."""

    id: FileId
    path: Path
    stamp: FileStamp | None
    """When it was last read; None for a file that never was."""

    outcome: Outcome | None
    """None while it waits to be indexed."""

    content_hash: ContentHash | None
    """Whose items it shows; of a changed file that waits, still the old content."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EmbeddedPart:
    """One part of a file, decoded and embedded, ready to be kept."""

    content_hash: ContentHash
    content: Content
    vector: Vectors
    """Shape (D,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEnd:
    """How the work on one file ended."""

    file: FileId
    stamp: FileStamp | None
    """Taken before it was read; None if that was not possible."""

    content_hash: ContentHash | None
    """None when it failed."""

    vectors: int = 0
    """How many of its parts have a vector now."""

    reason: Message = NOTHING
    """Why it failed, or which parts are missing."""

    given_up_by: str = ""
    """The ``Reader.version`` that will never read it; empty where trying again may help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordMatches:
    """What exact words have found."""

    found: tuple[ItemId, ...]
    """Items that contain all of them and pass the filter, best first."""

    hidden: frozenset[ItemId]
    """Items that contain all of them and do not pass."""

    unwanted: frozenset[ItemId]
    """Items that contain what is not wanted, whether they pass or not."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Collapsed:
    """Ranked items, of which near copies stand behind the best of them."""

    heads: tuple[ItemId, ...]
    """Those that stand behind no other, in the order of the ranking."""

    copies: Mapping[ItemId, Sequence[ItemId]]
    """What stands behind a head, in the order of the ranking; others have nothing."""

    items: Mapping[ItemId, Item]
    """The first heads, as many as were asked for, with their copies, less those that are gone."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampleScores:
    """How near a random sample of the library is to a query."""

    by_kind: Mapping[Kind, Vectors]
    """Similarities of the sampled items, (N,) for each kind that is among them."""

    items: int
    """How many items the sample was drawn from."""

    elsewhere: int
    """Items of the library that have no vector in this space, only in others."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an item stands: in which file, and on which page of it."""

    path: Path
    item: ItemId
    page: int | None
