"""A library on disk: what can be found, shown, listed and forgotten.

Thread-safe throughout: any thread may call any method, also the worker threads of a web page.
What changes while files are indexed goes through ``Library.writer``.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from qwen3vl_app.errors import LibraryError, LibraryReadOnlyError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.asked_files import AskedFiles
from qwen3vl_app.store.belongings import ASKED, DATABASE, THUMBNAILS, UPLOADS, strangers
from qwen3vl_app.store.check import findings
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.judgements import Judgements
from qwen3vl_app.store.leftovers import sweep_leftovers
from qwen3vl_app.store.lock import WriterLock
from qwen3vl_app.store.mending import drop_damaged
from qwen3vl_app.store.model_choices import ModelChoices
from qwen3vl_app.store.pins import Pins
from qwen3vl_app.store.preferences import Preferences
from qwen3vl_app.store.protocols import StoreWriter
from qwen3vl_app.store.rows import Folder, FolderCounts, LibraryCounts, Standing
from qwen3vl_app.store.search_runs import SearchRuns
from qwen3vl_app.store.searching import SearchableLibrary
from qwen3vl_app.store.tables import collected, files, items, vectors
from qwen3vl_app.store.tables.collections import list_collections
from qwen3vl_app.store.tables.folders import count_inside, list_folders
from qwen3vl_app.store.test_sets import TestSets
from qwen3vl_app.store.thumbnails import Thumbnails
from qwen3vl_app.store.trash import LibraryTrash
from qwen3vl_app.store.uploads import Uploads
from qwen3vl_app.store.writer import LibraryWriter
from qwen3vl_app.types import (
    EVERYTHING,
    ContentHash,
    FileOutcome,
    Item,
    ItemFilter,
    ItemId,
    Kind,
    Original,
    Outcome,
    Space,
)


class Library(SearchableLibrary):
    """One folder: ``library.db``, ``thumbnails/``, ``uploads/``. Made by ``Library.open``."""

    def __init__(
        self, connection: Connection, lock: WriterLock | None, *, hides_folders: bool = False
    ) -> None:
        super().__init__(connection, hides_folders=hides_folders)
        self._lock = lock
        self._thumbnails = Thumbnails(self.thumbnails)
        self._writer = LibraryWriter(connection, self._spaces, self._thumbnails)
        self.dropped = Uploads(self.uploads)
        self.runs = SearchRuns(connection, AskedFiles(connection.directory / ASKED))
        self.judgements = Judgements(connection)
        self.test_sets = TestSets(connection)
        self.pins = Pins(connection)
        self.choices = ModelChoices(connection)
        self.preferences = Preferences(connection)
        self.trash = LibraryTrash(connection, self._for_changes, self.dropped)

    @classmethod
    def open(cls, directory: Path, *, writable: bool = True, hides_folders: bool = False) -> Self:
        """The library in a folder, made there if ``writable`` and there is none.

        Read-only libraries can be opened any number of times, also beside a writer, whose
        batches they see as soon as they are committed.

        Args:
            directory: The folder.
            writable: Whether anything may be changed.
            hides_folders: For strangers: items have the mere name of their file as path, words
                are not looked for in folders, and no filter may name one. Only of a library
                that is not ``writable``.

        Raises:
            UsageError: The folder holds something else, or nothing and is not to be written.
            LibraryBusyError: Another process is writing to it.
            LibraryTooNewError: A newer version of the program has written it.
            LibraryError: It is damaged, or its disk refuses.
        """
        directory = Path(os.path.abspath(directory))
        if not writable:
            if not os.path.lexists(directory / DATABASE):
                raise UsageError(Message.of("library.none", path=str(directory)))
            connection = Connection(directory, writable=False)
            return cls(connection, None, hides_folders=hides_folders)
        _prepare(directory)
        lock = WriterLock(directory)
        try:
            sweep_leftovers(directory)
            library = cls(Connection(directory, writable=True), lock)
        except BaseException:
            lock.release()
            raise
        with library._connection.lock:  # its own
            library._spaces.follow_place()
        return library

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let others write; harmless when repeated."""
        self._spaces.stop_sending()
        with self._connection.lock:
            self._spaces.close()
        self._connection.close()
        if self._lock is not None:
            self._lock.release()

    # ------------------------------------------------------------ where things are

    @property
    def directory(self) -> Path:
        """The folder; absolute."""
        return self._connection.directory

    @property
    def thumbnails(self) -> Path:
        """The folder of ``NAME.jpg``, the name being ``Item.thumbnail``."""
        return self.directory / THUMBNAILS

    @property
    def uploads(self) -> Path:
        """The folder for copies of what was dropped on the page."""
        return self.directory / UPLOADS

    @property
    def writable(self) -> bool:
        """False when opened for reading only."""
        return self._connection.writable

    @property
    def writer(self) -> StoreWriter:
        """The side that changes things.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
            LibraryLostError: Its files were removed.
        """
        return self._for_changes()

    def _for_changes(self) -> LibraryWriter:
        if not self.writable:
            raise LibraryReadOnlyError(
                Message.of("library.path_readonly", path=str(self.directory))
            )
        self._connection.check_presence()
        return self._writer

    def trouble(self) -> LibraryError | None:
        """What keeps this library from being written to, though it is open for that; else None.

        Cheap: some 20 µs, so it can be asked with every status.
        """
        try:
            self._connection.check_presence()
        except LibraryError as error:
            return error
        return None

    @property
    def notices(self) -> tuple[Message, ...]:
        """What was found wrong with its files, and what keeps a server from being told of them."""
        connection, unsent = self._connection, self.places.failure
        found = (*connection.notices, *connection.left_out(), *connection.outdated())
        return (*found, unsent) if unsent else found

    def verify(self) -> None:
        """Check a large library whole; smaller ones were when they were opened.

        Damaged rows are deleted, and their files wait to be indexed again, where it is open for
        writing. About 3 s for 20,000 vectors of 2048 dimensions.

        Raises:
            LibraryDamagedError: Pages or indexes are damaged; nothing is written to it any more.
        """
        if not self.writable or (damage := self._connection.verified()) is None:
            return
        with self._connection.lock:
            with self._connection.writing() as conn:
                drop_damaged(conn, damage.rows, damage.missing)
            with self._connection.reading() as conn:
                self._spaces.follow(conn, (), [ItemId(item) for item in damage.items()])

    def thumbnail_path(self, name: str) -> Path | None:
        """The file of a thumbnail, or None; safe for names that come from a browser."""
        return self._thumbnails.path(name)

    # ------------------------------------------------------------ items

    def item(self, item: ItemId) -> Item | None:
        """One item, or None when no file has it any more."""
        return self.items([item]).get(item)

    def items(self, ids: Sequence[ItemId]) -> dict[ItemId, Item]:
        """These items in this order, less those that no file has any more."""
        with self._connection.reading() as conn:
            found = items.read_items(conn, ids)
        return {number: self._told(item) for number, item in found.items()}

    def siblings(self, item: ItemId) -> list[Item]:
        """All items of the same file in its order, this one included; none if it has gone."""
        with self._connection.reading() as conn:
            return [self._told(one) for one in items.read_siblings(conn, item)]

    def list_items(
        self, where: ItemFilter = EVERYTHING, *, after: ItemId | None = None, limit: int = 100
    ) -> list[Item]:
        """A page of items, newest first; the next page begins ``after`` the last one's id."""
        self._check(where)
        with self._connection.reading() as conn:
            return [self._told(one) for one in items.list_living(conn, where, after, limit)]

    def count_items(self, where: ItemFilter = EVERYTHING) -> dict[Kind, int]:
        """How many items pass, of every kind that has some; 0.1 s for 100,000 items."""
        self._check(where)
        with self._connection.reading() as conn:
            return items.count_passing(conn, where)

    def standing(self, collection: str | None = None) -> list[Standing]:
        """Where every item stands on the disk; of one collection, or of the whole library."""
        with self._connection.reading() as conn:
            return items.standing(conn, ItemFilter(collection=collection))

    # ------------------------------------------------------------ files

    def counts(self) -> LibraryCounts:
        """How many files and items there are."""
        with self._connection.reading() as conn:
            outcomes, pending = files.count_by_outcome(conn), files.count_waiting(conn)
            return LibraryCounts(files=outcomes, pending=pending, items=items.count_by_kind(conn))

    def outcomes(self, *, outcome: Outcome | None = None, limit: int = 1000) -> list[FileOutcome]:
        """How files ended, latest first; of one outcome or of all."""
        with self._connection.reading() as conn:
            return files.list_outcomes(conn, outcome, limit)

    def failures(self) -> list[FileOutcome]:
        """Every file that could not be indexed, latest first."""
        return self.outcomes(outcome=Outcome.FAILED, limit=-1)

    def knows(self, path: Path) -> bool:
        """Whether this file or folder was added, or anything inside it."""
        with self._connection.reading() as conn:
            return files.knows(conn, Path(os.path.abspath(path)))

    def folders(self) -> list[Folder]:
        """The folders that were added, by path."""
        with self._connection.reading() as conn:
            return list_folders(conn)

    def inside(self, folder: Path) -> FolderCounts:
        """How many files and items a folder holds, at any depth, and of what size."""
        with self._connection.reading() as conn:
            return count_inside(conn, Path(os.path.abspath(folder)))

    def collections(self) -> list[tuple[str, int]]:
        """(name, number of items) in alphabetical order."""
        with self._connection.reading() as conn:
            return list_collections(conn)

    def collect(self, chosen: Collection[ItemId], name: str) -> int:
        """Put the files of items into a collection, made if need be; how many were not in it.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
            UsageError: The name is empty, too long, or not on one line.
        """
        with self._connection.writing() as conn:
            return collected.collect(conn, chosen, name)

    def uncollect(self, chosen: Collection[ItemId], name: str) -> int:
        """Take the files of items out of a collection, which stays; how many were in it.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        with self._connection.writing() as conn:
            return collected.uncollect(conn, chosen, name)

    def collections_of(self, chosen: Collection[ItemId]) -> dict[ItemId, tuple[str, ...]]:
        """The collections of items; an item without any is not there."""
        with self._connection.reading() as conn:
            return collected.collections_of(conn, chosen)

    def spaces(self) -> list[tuple[Space, int]]:
        """(space, number of vectors), oldest first."""
        with self._connection.reading() as conn:
            return vectors.list_spaces(conn)

    def paths_of(self, content: ContentHash) -> list[Path]:
        """Every file with these bytes, the first known first."""
        with self._connection.reading() as conn:
            return files.paths_of(conn, content)

    def originals(self, content: ContentHash) -> list[Original]:
        """Every file with these bytes as it was when they were read, the first known first."""
        with self._connection.reading() as conn:
            return files.originals_of(conn, content)

    def notes(self, contents: Iterable[ContentHash]) -> dict[ContentHash, Message]:
        """What the list of files says of contents that are indexed; less those without a note."""
        with self._connection.reading() as conn:
            return files.notes_of(conn, contents)

    # ------------------------------------------------------------ care

    def forget(self, paths: Sequence[Path]) -> int:
        """Take files, or all files inside folders, out of the library for good; how many.

        Items that no other file has go with them. On disk nothing is touched but copies in
        ``uploads``, which are deleted. ``trash.remove`` does it so that it can be undone.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        with self.dropped.deletion() as deletion:
            gone = self.writer.forget([Path(os.path.abspath(path)) for path in paths])
            deletion.delete(gone)
        return len(gone)

    def check(self, *spaces: Space) -> list[Message]:
        """What is wrong, one message each; empty when all is well. Reads the whole file.

        Of the indexes, those that are open and those of ``spaces`` are compared with it.
        """
        done = self._connection.notices if self.writable else []
        try:
            with self._connection.on_disk() as conn:
                named = dict.fromkeys([*(index.space for index in self._spaces), *spaces])
                indexes = [self._spaces.of(space) for space in named]
                return [*done, *findings(conn, indexes, self._thumbnails)]
        except LibraryError as error:  # too damaged to be looked at
            return [*done, error.message]


def _prepare(directory: Path) -> None:
    try:
        if not os.path.lexists(directory / DATABASE) and directory.exists():
            _refuse_other_things(directory)
        for folder in (directory, directory / THUMBNAILS, directory / UPLOADS):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            Message.of("library.unmade", path=str(directory), said=str(error.strerror))
        ) from error


def _refuse_other_things(directory: Path) -> None:
    if others := strangers(entry.name for entry in directory.iterdir()):
        raise UsageError(
            Message.of("library.other_files", path=str(directory), name=str(others[0]))
        )
