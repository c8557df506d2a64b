"""The SQLite file of a library: how it is opened, locked and what its errors mean."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from sqlite_utils import Database

from qwen3vl_app.errors import (
    AppError,
    LibraryBusyError,
    LibraryDamagedError,
    LibraryError,
    LibraryLostError,
    LibraryReadOnlyError,
)
from qwen3vl_app.messages import Message
from qwen3vl_app.store.belongings import DATABASE
from qwen3vl_app.store.integrity import UNREADABLE, Damage, inspect, prepare
from qwen3vl_app.store.opening import (
    SMALL,
    damaged,
    examine,
    foreign,
    mended_copy,
    settle,
    size_of,
)
from qwen3vl_app.store.presence import Presence
from qwen3vl_app.store.tables.checksums import CheckedConnection
from qwen3vl_app.store.tables.schema import migrate

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

DISK_TROUBLES = {
    sqlite3.SQLITE_FULL: "library.full",
    sqlite3.SQLITE_IOERR: "library.io",
    sqlite3.SQLITE_CANTOPEN: "library.unopened",
    sqlite3.SQLITE_READONLY: "library.unwritten",
    sqlite3.SQLITE_PERM: "library.denied",
}
"""Messages for what SQLite says of the disk, by its code."""


class Connection:
    """One SQLite connection, used by one thread at a time.

    Every use holds ``lock``, so a reader on another thread sees a batch as soon as it is
    committed and never half of one. Statements take milliseconds; nothing decodes, embeds or
    waits for anything while holding it.

    Attributes:
        notices: What was found wrong with the files and what was done about it.
        when_written: Called after every transaction; takes no time.
    """

    def __init__(self, directory: Path, *, writable: bool) -> None:
        self.directory = directory
        self.writable = writable
        self.lock = threading.RLock()
        self.notices: list[Message] = []
        self.when_written: Callable[[], None] = lambda: None
        self._closed = False
        self._presence: Presence | None = None
        self._damaged: LibraryDamagedError | None = None
        with explained(directory):
            examine(directory)
            if writable:
                self.notices += settle(directory)
            conn = _connect(directory / DATABASE, writable=writable)
            try:
                prepare(conn)
                with explained(directory, conn):
                    migrate(Database(conn), directory, writable=writable)
                    self._open(conn)
            except BaseException:
                conn.close()
                raise
        for notice in self.notices:
            log.warning("%s", notice)

    def _open(self, conn: sqlite3.Connection) -> None:
        """Keep the connection, or that of a mended copy where a reader's file is damaged."""
        self._presence = Presence(self.directory)
        self._disk, shown = conn, conn
        if not self.writable and (mended := mended_copy(conn, self.directory)) is not None:
            shown, notice = mended
            shown.execute("PRAGMA query_only = ON")
            self.notices.append(notice)
        self._db = Database(shown)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for statements that change nothing.

        Still works after the files were removed: an open file can still be read.
        """
        with self.lock:
            if self._closed:
                raise LibraryError(Message.of("library.closed", path=str(self.directory)))
            with explained(self.directory, self._db.conn):
                yield self._db.conn

    @contextmanager
    def on_disk(self) -> Iterator[sqlite3.Connection]:
        """The file itself, damage and all, also where a mended copy is shown instead of it."""
        with self.reading(), explained(self.directory, self._disk):
            yield self._disk

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or after an exception nothing.

        Raises:
            LibraryLostError: The files were removed, so the change would be lost.
        """
        with self.changing_alone() as conn, self._db.atomic():
            yield conn
            self.check_presence()  # the last moment at which nothing has been kept yet
        self.when_written()

    def check_writable(self) -> None:
        """Make sure that it is open for writing.

        Raises:
            LibraryReadOnlyError: It is not.
        """
        if not self.writable:
            raise LibraryReadOnlyError(
                Message.of("library.path_readonly", path=str(self.directory))
            )

    @contextmanager
    def changing_alone(self) -> Iterator[sqlite3.Connection]:
        """As ``writing``, for a statement that cannot be part of a transaction."""
        self.check_writable()
        with self.reading() as conn:
            self.check_presence()
            yield conn
            if self._presence is not None:
                self._presence.note()

    def check_presence(self) -> None:
        """Make sure that what is written will be found again; about 20 µs, nothing for a reader.

        Raises:
            LibraryLostError: They are not.
            LibraryDamagedError: They were found to be damaged.
        """
        with self.lock:
            if self._damaged is not None:
                raise self._damaged
            if self.writable and self._presence is not None and not self._closed:
                self._presence.check()

    def outdated(self) -> Iterator[Message]:
        """A notice where a reader shows a file that is not the library's any more."""
        with self.lock:
            if self.writable or self._presence is None or self._closed:
                return
            try:
                self._presence.check_same()
            except LibraryLostError:
                yield Message.of("notice.replaced", path=str(self.directory))

    def left_out(self) -> Iterator[Message]:
        """A notice of the damaged rows that were met while reading."""
        conn = self._db.conn
        if isinstance(conn, CheckedConnection) and conn.left_out:
            path = str(self.directory)
            yield Message.of("notice.left_out", n=str(len(conn.left_out)), path=path)

    def verified(self) -> Damage | None:
        """Damaged rows of a large library, found through a connection of its own; None if none.

        Raises:
            LibraryDamagedError: It is damaged in another way; from now on nothing is written.
        """
        file = self.directory / DATABASE
        if size_of(file) <= SMALL:
            return None
        with explained(self.directory), closing(_connect_reader(file)) as conn:
            prepare(conn)
            damage = inspect(conn, words=False)
        if not damage:
            return None
        if damage.structure:
            self._damaged = damaged(self.directory, damage.message)
            self.notices.append(self._damaged.message)
            raise self._damaged
        path = str(self.directory)
        self.notices.append(Message.of("notice.rows", path=path, said=damage.message))
        return damage

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        with self.lock:
            if not self._closed:
                self._closed = True
                self._db.close()
                self._disk.close()
                if self._presence is not None:
                    self._presence.close()


@contextmanager
def explained(directory: Path, conn: sqlite3.Connection | None = None) -> Iterator[None]:
    """Turn what SQLite says of the disk into a sentence; a wrong statement stays a bug.

    What only damage could explain is damage if a look at the whole file finds some.
    """
    try:
        yield
    except AppError:
        raise
    except UNREADABLE as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LibraryBusyError(
                Message.of("library.busy", path=str(directory), said=str(error))
            ) from error
        if code == sqlite3.SQLITE_NOTADB:
            raise foreign(directory, Message.free(str(error))) from error
        if code == sqlite3.SQLITE_CORRUPT:
            raise damaged(directory, Message.free(str(error))) from error
        if (trouble := DISK_TROUBLES.get(code)) is not None:
            values = {"path": str(directory), "said": str(error)}
            raise LibraryError(Message(trouble, values)) from error
        looked = conn is not None and _may_be_damage(error, directory)
        if conn is not None and looked and (found := inspect(conn, words=False)):
            raise damaged(directory, found.message) from error
        raise


def _may_be_damage(error: Exception, directory: Path) -> bool:
    """Whether a look at the whole file is worth its time, while all others wait.

    What a person has typed can be no value for SQLite either; that must not cost a look at
    gigabytes, of which every row is checked as it is read.
    """
    if isinstance(error, sqlite3.Error):
        return True
    refused = isinstance(error, (OverflowError, UnicodeEncodeError))
    return not refused and size_of(directory / DATABASE) <= SMALL


def _connect(file: Path, *, writable: bool) -> sqlite3.Connection:
    if not writable:
        return _connect_reader(file)
    # WAL: readers in other processes go on during a commit. NORMAL: a killed process loses
    # nothing; a power cut may lose the last commits but never breaks the file.
    return _told(
        sqlite3.connect(file, check_same_thread=False, factory=CheckedConnection),
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = NORMAL",
        "PRAGMA foreign_keys = ON",
    )


def _connect_reader(file: Path) -> sqlite3.Connection:
    # A WAL file is read with the help of a file beside it. Where that cannot be made, on a
    # read-only disk, nobody can be writing either, and SQLite may be told so.
    frozen = (
        not os.access(file.parent, os.W_OK) and not file.with_name(f"{file.name}-wal").exists()
    )
    query = "immutable=1" if frozen else "mode=ro"
    conn = sqlite3.connect(
        f"{file.as_uri()}?{query}", uri=True, check_same_thread=False, factory=CheckedConnection
    )
    return _told(conn, "PRAGMA foreign_keys = ON")


def _told(conn: sqlite3.Connection, *settings: str) -> sqlite3.Connection:
    """The connection with these settings; closed where the file does not allow them."""
    try:
        for setting in settings:
            conn.execute(setting)
    except sqlite3.Error:
        conn.close()
        raise
    return conn
