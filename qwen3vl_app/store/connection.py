"""The SQLite file of a library: how it is opened, locked and what its errors mean."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
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

DISK_SENTENCES = {
    sqlite3.SQLITE_FULL: "The library {directory} is on a full disk ({error}); free some space "
    "there and resume.",
    sqlite3.SQLITE_IOERR: "The library {directory} cannot be read or written ({error}); check its "
    "drive.",
    sqlite3.SQLITE_CANTOPEN: "The library {directory} cannot be opened ({error}); check its drive "
    "and its permissions.",
    sqlite3.SQLITE_READONLY: "The library {directory} cannot be written to ({error}); check its "
    "permissions.",
    sqlite3.SQLITE_PERM: "The library {directory} cannot be opened ({error}); check its "
    "permissions.",
}
"""What SQLite says of the disk, by its code."""


class Connection:
    """One SQLite connection, used by one thread at a time.

    Every use holds ``lock``, so a reader on another thread sees a batch as soon as it is
    committed and never half of one. Statements take milliseconds; nothing decodes, embeds or
    waits for anything while holding it.

    Attributes:
        notices: What was found wrong with the files and what was done about it, in sentences.
    """

    def __init__(self, directory: Path, *, writable: bool) -> None:
        self.directory = directory
        self.writable = writable
        self.lock = threading.RLock()
        self.notices: list[str] = []
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

        Goes on where the files have been taken away: what was open can still be read.
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
            LibraryLostError: The files have been taken away, so it would not be found again.
        """
        with self.changing_alone() as conn, self._db.atomic():
            yield conn
            self.check_presence()  # the last moment at which nothing has been kept yet

    @contextmanager
    def changing_alone(self) -> Iterator[sqlite3.Connection]:
        """As ``writing``, for a statement that cannot be part of a transaction."""
        if not self.writable:
            raise LibraryReadOnlyError(
                f"The library {self.directory} is open for reading only; nothing was changed.",
                code="library.readonly",
            )
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

    def outdated(self) -> Iterator[str]:
        """A sentence where a reader shows a file that is not the library's any more."""
        with self.lock:
            if self.writable or self._presence is None or self._closed:
                return
            try:
                self._presence.check_same()
            except LibraryLostError:
                yield (
                    f"The library {self.directory} was moved away or replaced; what is shown is "
                    "as it was before. Start the program again."
                )

    def left_out(self) -> Iterator[str]:
        """A sentence for the damaged rows that were met while reading."""
        conn = self._db.conn
        if isinstance(conn, CheckedConnection) and conn.left_out:
            yield (
                f"{len(conn.left_out)} rows of the library {self.directory} are damaged and left "
                "out; start the program again, which takes them out and indexes their files anew."
            )

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
            self._damaged = damaged(self.directory, damage)
            self.notices.append(str(self._damaged))
            raise self._damaged
        self.notices.append(
            f"The library {self.directory} was damaged ({damage}); the rows were taken out, and "
            "their files are indexed again."
        )
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
                f"The library {directory} is held by another program ({error}); close that.",
                code="library.busy",
            ) from error
        if code == sqlite3.SQLITE_NOTADB:
            raise foreign(directory, error) from error
        if code == sqlite3.SQLITE_CORRUPT:
            raise damaged(directory, error) from error
        if code in DISK_SENTENCES:
            sentence = DISK_SENTENCES[code].format(directory=directory, error=error)
            raise LibraryError(sentence) from error
        looked = conn is not None and _may_be_damage(error, directory)
        if conn is not None and looked and (found := inspect(conn, words=False)):
            raise damaged(directory, found) from error
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
