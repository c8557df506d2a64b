"""What searching and indexing ask of a store, wherever that keeps its items and vectors.

``Library`` is the one that there is: SQLite with an index derived from it. What any store must
do is asked of every one in ``tests/contracts``; that of vector indexes is
``index.protocol.VectorIndex``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from qwen3vl_app.messages import Message
from qwen3vl_app.store.rows import (
    Collapsed,
    EmbeddedPart,
    FileEnd,
    FileId,
    KnownFile,
    KnownStamp,
    LibraryCounts,
    SampleScores,
    Source,
    SourceId,
    WordMatches,
)
from qwen3vl_app.types import (
    EVERYTHING,
    Candidate,
    ContentHash,
    ExactWords,
    FileStamp,
    Item,
    ItemFilter,
    ItemId,
    Original,
    Outcome,
    Part,
    SkippedPath,
    Space,
    Vectors,
)


class Store(Protocol):
    """Items with their vectors in one or more spaces. Thread-safe.

    Every call about vectors names the space of these; those of others are not seen, and two spaces
    can be searched side by side.

    Only items of files that are still there are ever found; what was committed is found by the
    next call.
    """

    # ------------------------------------------------------------ by vector

    def search(
        self,
        space: Space,
        vector: Vectors,
        k: int,
        where: ItemFilter = EVERYTHING,
        *,
        without: Collection[int] = (),
        among: Collection[int] | None = None,
    ) -> list[Candidate]:
        """The ``k`` items nearest to ``vector`` (D,), best first, with similarity and kind.

        None of those ``without``, and only some of those ``among``, if any are named. As many as
        pass all of it where these are fewer.
        """

    def fetch(self, space: Space, ids: Collection[ItemId]) -> dict[ItemId, Vectors]:
        """The vectors (D,) of items in a space; those without one are not there."""

    def scan(self, space: Space) -> Iterator[tuple[ItemId, Vectors]]:
        """Every item with its vector (D,) in a space, by id; others may change it meanwhile."""

    def coverage(self) -> list[tuple[Space, int]]:
        """Every space with the number of items that are embedded in it, oldest first."""

    def is_complete(self, space: Space) -> bool:
        """Whether no item waits to be embedded in this space, while others have it.

        What its model has refused does not wait.
        """

    def sample(self, space: Space, vector: Vectors) -> SampleScores:
        """How near a random sample of the items of a space is to ``vector`` (D,)."""

    def collapsed(self, space: Space | None, ranked: Sequence[ItemId], wanted: int) -> Collapsed:
        """Ranked items with near copies behind the best of them, and the first ``wanted`` read.

        Vectors of ``space`` tell which are near copies; without one, none are.
        """

    # ------------------------------------------------------------ by what is known of them

    def find_words(self, wanted: ExactWords, where: ItemFilter = EVERYTHING) -> WordMatches:
        """The items that contain exact words, best first; needs no space. No text is an error."""

    def passing(self, chosen: Collection[ItemId], where: ItemFilter) -> set[ItemId]:
        """Those of these items that pass a filter."""

    def item(self, item: ItemId) -> Item | None:
        """One item, or None when no file has it any more."""

    def items(self, ids: Sequence[ItemId]) -> dict[ItemId, Item]:
        """These items in this order, less those that no file has any more."""

    def paths_of(self, content: ContentHash) -> list[Path]:
        """Every file with these bytes, the first known first."""

    def originals(self, content: ContentHash) -> list[Original]:
        """Every file with these bytes as it was when they were read, the first known first."""

    def counts(self) -> LibraryCounts:
        """How many files and items there are."""


class StoreWriter(Protocol):
    """The side of a store that indexing changes. Thread-safe.

    Every call is one transaction: all of it is there for the next call of any ``Store``, or an
    exception leaves everything as it was.
    """

    # ------------------------------------------------------------ sources and scans

    def add_sources(self, paths: Sequence[Path], collection: str | None) -> None:
        """Remember files and folders to be scanned; their files join the collection."""

    def sources(self) -> list[Source]:
        """What waits to be scanned, once each, in the order in which it was added."""

    def remember_folders(self, paths: Sequence[Path], collection: str | None) -> None:
        """Keep folders, so that they can be scanned again and watched."""

    def watch(self, path: Path, *, on: bool) -> bool:
        """Turn watching of a remembered folder on or off; False where it is not remembered."""

    def stamps_under(self, path: Path) -> dict[str, KnownStamp]:
        """By path: the file of this path, or every known file inside this folder."""

    def record_scan(
        self,
        *,
        pending: Sequence[FileStamp] = (),
        skipped: Sequence[SkippedPath] = (),
        members: Sequence[FileId] = (),
        failed: Sequence[FileId] = (),
        collection: str | None = None,
    ) -> tuple[list[FileId], list[FileId]]:
        """Note what a scan has found; the ids of the pending files and of the skipped paths.

        Those that are ``failed`` still have failed now: they are the latest failures.
        """

    def finish_source(self, source: SourceId, vanished: Sequence[FileId]) -> None:
        """End a completed scan: drop the source and the files that it no longer found."""

    # ------------------------------------------------------------ what is to be done

    def pending_files(self, limit: int) -> list[KnownFile]:
        """Files without an outcome, the newest day first and small before large."""

    def stale_files(self, space: Space, *, after: FileId | None, limit: int) -> list[KnownFile]:
        """Files that were indexed, but not in this space, oldest first."""

    def has_work(self) -> bool:
        """Whether anything waits to be scanned or indexed."""

    def work(self, space: Space | None) -> list[FileId]:
        """Files that are pending, and with a space those that are stale there."""

    def is_embedded(self, content_hash: ContentHash, space: Space) -> bool:
        """Whether all parts of this content have been dealt with in this space."""

    def embedded_parts(self, content_hash: ContentHash, space: Space) -> frozenset[Part]:
        """The parts of this content that have a vector in this space."""

    # ------------------------------------------------------------ batches and changes of mind

    def commit(
        self,
        space: Space,
        *,
        starts: Mapping[FileId, ContentHash],
        parts: Sequence[EmbeddedPart],
        ends: Sequence[FileEnd],
    ) -> dict[FileId, Outcome]:
        """Keep a batch: items and vectors, and how files ended. Which did, and how.

        A file that was forgotten meanwhile has no outcome.
        """

    def remember_checkpoint(self, space: Space) -> None:
        """Keep what loads the embedder of a space, where that holds vectors already."""

    def sweep(self) -> int:
        """Delete contents that no file has, and what they show; how many items."""

    def retry(self, paths: Sequence[Path] | None) -> int:
        """Let failed files, or those of them at or under these paths, wait again; how many."""

    def cancel(self, reason: Message, last: int) -> None:
        """Drop what waits: sources up to ``last``, and files that have shown nothing yet."""

    def forget(self, paths: Sequence[Path]) -> list[Path]:
        """Take out the files and folders at or under these paths; returns the files' paths."""
