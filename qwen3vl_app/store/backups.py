"""Daily copies of ``library.db`` in the library's own folder, each checked before it counts.

They help against damage and against a lost ``library.db``, not against a lost disk.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.belongings import BACKUPS, DATABASE
from qwen3vl_app.store.integrity import UNREADABLE, Damage, inspect, prepare
from qwen3vl_app.store.replacing import sync_folder, synced
from qwen3vl_app.store.tables.checksums import CheckedConnection

log = logging.getLogger(__name__)

KEPT = 3
"""Backups that are kept, the newest: one to go back to, and two from before something went wrong
unnoticed. Each takes what ``library.db`` takes."""

EVERY = 24 * 3600.0
"""Seconds between two backups at least."""

HEADROOM = 2**28
"""Bytes that stay free on the disk, as for uploads."""

_PART = "unfinished.part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A file in ``backups``."""

    file: Path
    made: str
    """ISO 8601, UTC."""

    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a copy of a library holds."""

    items: int
    files: int


def list_backups(directory: Path) -> list[Backup]:
    """The newest first; none where there is no folder of them."""
    found: list[Backup] = []
    for file in (directory / BACKUPS).glob(f"{DATABASE}.*"):
        with suppress(OSError):
            status = file.stat()
            made = datetime.fromtimestamp(status.st_mtime, UTC)
            when = made.strftime("%Y-%m-%dT%H:%M:%SZ")
            found.append(Backup(file=file, made=when, bytes=status.st_size))
    return sorted(found, key=lambda backup: backup.file.name, reverse=True)


class Backups:
    """Makes the backups of one library, on whatever thread asks; one at a time.

    Args:
        directory: Of the library, whose writer's lock the caller's program must hold.
        every: Seconds between two.
    """

    def __init__(self, directory: Path, every: float = EVERY) -> None:
        self._directory = directory
        self._every = every
        self._conn: sqlite3.Connection | None = None
        self._stopped = False
        self.failure = NOTHING
        """Why the last one could not be made; nothing where it could."""

    def is_due(self) -> bool:
        """Whether the last one is old enough and something has changed since."""
        made = [backup.file.stat().st_mtime for backup in list_backups(self._directory)]
        if not made:
            return True
        changed = max(self._time_of(DATABASE), self._time_of(f"{DATABASE}-wal"))
        return changed > max(made) and time.time() - max(made) >= self._every

    def make(self) -> Backup | None:
        """Make one now, and delete the oldest beyond ``KEPT``; None if that failed.

        Commits go on meanwhile: it reads through a connection of its own, in one transaction. A
        library of 20,000 vectors of 2048 dimensions (173 MB) takes 6.5 s on two busy cores, about
        half of it for checking the copy, and no commit meanwhile took longer than 0.25 s; ``-wal``
        is not emptied before it ends.
        What prevents it is kept in ``failure`` and logged, and never an error: the library itself
        works without one.
        """
        folder = self._directory / BACKUPS
        try:
            if not self._has_room():
                return None
            folder.mkdir(exist_ok=True)
            part = folder / _PART
            part.unlink(missing_ok=True)
            try:
                return self._made(part)
            finally:
                part.unlink(missing_ok=True)
        except (OSError, *UNREADABLE) as error:
            if not self._stopped:
                self._failed(getattr(error, "strerror", None) or str(error))
            return None

    def _failed(self, why: str | Message) -> None:
        self.failure = Message.of("notice.backup", said=why)
        log.warning("%s", self.failure)

    def stop(self) -> None:
        """Cancel a running backup from another thread; nothing of it is kept."""
        self._stopped = True
        conn = self._conn
        if conn is not None:
            with suppress(sqlite3.Error):
                conn.interrupt()

    def _made(self, part: Path) -> Backup | None:
        source = (self._directory / DATABASE).as_uri()
        with closing(_connected(f"{source}?mode=ro")) as self._conn:
            self._conn.execute("VACUUM INTO ?", (str(part),))
        with closing(_connected(part.as_uri())) as self._conn:
            damage = inspect(self._conn, words=True)
        self._conn = None
        if self._stopped:
            return None
        if damage:
            self._failed(Message.of("backup.damaged", what=damage.message))
            return None
        synced(part)
        day = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        file = part.with_name(f"{DATABASE}.{day}")
        os.replace(part, file)
        self.failure = NOTHING
        sync_folder(part.parent)
        for old in list_backups(self._directory)[KEPT:]:
            old.file.unlink(missing_ok=True)
        log.info("a backup of the library was made: %s", file.name)
        return list_backups(self._directory)[0]

    def _has_room(self) -> bool:
        wanted = sum(
            os.stat(self._directory / name).st_size
            for name in (DATABASE, f"{DATABASE}-wal")
            if (self._directory / name).exists()
        )
        free = shutil.disk_usage(self._directory).free
        if wanted + HEADROOM <= free:
            return True
        sizes = {"bytes": f"{wanted:,}", "free": f"{free:,}", "kept": f"{HEADROOM:,}"}
        self._failed(Message("backup.room", sizes))
        return False

    def _time_of(self, name: str) -> float:
        try:
            return os.stat(self._directory / name).st_mtime
        except OSError:
            return 0.0


def contents_of(conn: sqlite3.Connection) -> Contents:
    """How much a library holds."""
    items, files = conn.execute(
        "SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM file)"
    ).fetchone()
    return Contents(items=items, files=files)


def look(file: Path) -> tuple[Damage, Contents | None]:
    """What is wrong with a copy, and what it holds if it can be read; changes nothing of it."""
    try:
        with closing(_connected(f"{file.absolute().as_uri()}?mode=ro")) as conn:
            damage = inspect(conn, words=False)
            return damage, contents_of(conn)
    except UNREADABLE as error:
        return Damage(structure=(Message.free(str(error)),)), None


def _connected(uri: str) -> sqlite3.Connection:
    conn = sqlite3.connect(uri, uri=True, check_same_thread=False, factory=CheckedConnection)
    prepare(conn)
    return conn
