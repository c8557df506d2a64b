"""The SQLite file of a library: how it is opened, locked and what its errors mean."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlite_utils import Database

from qwen3vl_app.errors import LibraryBusyError, LibraryError, LibraryReadOnlyError
from qwen3vl_app.store.schema import migrate

if TYPE_CHECKING:
    from pathlib import Path

DATABASE_NAME = "library.db"

_SENTENCES = {
    sqlite3.SQLITE_FULL: "is on a full disk ({error}); free some space there and resume",
    sqlite3.SQLITE_IOERR: "cannot be read or written ({error}); check its drive",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened ({error}); check its drive and its permissions",
    sqlite3.SQLITE_READONLY: "cannot be written to ({error}); check its permissions",
    sqlite3.SQLITE_PERM: "cannot be opened ({error}); check its permissions",
    sqlite3.SQLITE_CORRUPT: "is damaged ({error}); put back a copy of library.db, or move the "
    "folder away and index again",
    sqlite3.SQLITE_NOTADB: "is not one of this program ({error}); choose another folder",
}


class Connection:
    """One SQLite connection, used by one thread at a time.

    Every use holds ``lock``, so a reader on another thread sees a batch as soon as it is
    committed and never half of one. Statements take milliseconds; nothing decodes, embeds or
    waits for anything while holding it.
    """

    def __init__(self, directory: Path, *, writable: bool) -> None:
        self.directory = directory
        self.writable = writable
        self.lock = threading.RLock()
        self._closed = False
        with explained(directory):
            self._db = Database(_connect(directory / DATABASE_NAME, writable=writable))
            try:
                migrate(self._db, directory, writable=writable)
            except BaseException:
                self._db.close()
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for statements that change nothing."""
        with self.lock, explained(self.directory):
            if self._closed:
                raise LibraryError(f"The library {self.directory} has been closed.")
            yield self._db.conn

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or after an exception nothing."""
        if not self.writable:
            raise LibraryReadOnlyError(
                f"The library {self.directory} is open for reading only; nothing was changed.",
                code="library.readonly",
            )
        with self.reading() as conn, self._db.atomic():
            yield conn

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        with self.lock:
            if not self._closed:
                self._closed = True
                self._db.close()


@contextmanager
def explained(directory: Path) -> Iterator[None]:
    """Turn what SQLite says of the disk into a sentence; a wrong statement stays a bug."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LibraryBusyError(
                f"The library {directory} is held by another program ({error}); close that.",
                code="library.busy",
            ) from error
        if code not in _SENTENCES:
            raise
        sentence = _SENTENCES[code].format(error=error)
        raise LibraryError(f"The library {directory} {sentence}.") from error


def _connect(file: Path, *, writable: bool) -> sqlite3.Connection:
    if not writable:
        return _connect_reader(file)
    # WAL: readers in other processes go on during a commit. NORMAL: a killed process loses
    # nothing; a power cut may lose the last commits but never breaks the file.
    return _told(
        sqlite3.connect(file, check_same_thread=False),
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
    conn = sqlite3.connect(f"{file.as_uri()}?{query}", uri=True, check_same_thread=False)
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
