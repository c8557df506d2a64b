"""Restores a copy of ``library.db``, which is not safe to do by hand.

A copy that is laid beside the ``-wal`` of another file is read together with it, and spoiled.
"""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from qwen3vl_app.errors import LibraryError, LibraryTooNewError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.backups import Contents, contents_of, list_backups
from qwen3vl_app.store.belongings import BACKUPS, DATABASE
from qwen3vl_app.store.integrity import UNREADABLE, inspect, prepare
from qwen3vl_app.store.lock import WriterLock
from qwen3vl_app.store.opening import foreign
from qwen3vl_app.store.replacing import PART, put_in_place
from qwen3vl_app.store.tables.schema import FIRST, applied_to, known


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back."""

    source: Path
    made: str
    """When the copy was written; ISO 8601, UTC. Empty where a file was named."""

    contents: Contents
    aside: str
    """Name in the library's folder under which the file from before is kept; empty if none."""


def restore(directory: Path, file: Path | None = None) -> Restored:
    """Make a copy the library: this file, or the newest backup that is whole.

    The copy is checked before anything is touched and stays where it is. What was there before is
    moved aside under a name with the date. Takes twice as long as reading the copy.

    Raises:
        LibraryBusyError: A program is writing to the library; close it first.
        LibraryTooNewError: A newer version of the program has written the copy.
        LibraryError: It is damaged, not one of this program, or the disk refuses.
        UsageError: There is no such file, or no backup.
    """
    if not directory.is_dir():
        raise UsageError(Message.of("restore.no_folder", path=str(directory)))
    candidates = [(_named(directory, file), "")] if file else [*_backups(directory)]
    lock = WriterLock(directory)
    try:
        for number, (source, made) in enumerate(candidates, 1):
            try:
                contents = _copied(directory, source)
            except LibraryError:
                if number == len(candidates):
                    raise
                continue  # an older one may still be whole
            aside = put_in_place(directory, directory / PART, "replaced")
            return Restored(source=source, made=made, contents=contents, aside=aside)
        raise UsageError(Message.of("restore.no_backup", path=str(directory / BACKUPS)))
    except OSError as error:
        raise LibraryError(
            Message.of("restore.failed", path=str(directory), said=str(error.strerror))
        ) from error
    finally:
        (directory / PART).unlink(missing_ok=True)
        lock.release()


def _backups(directory: Path) -> list[tuple[Path, str]]:
    return [(backup.file, backup.made) for backup in list_backups(directory)]


def _named(directory: Path, file: Path) -> Path:
    """The file that a person named, by path or as the name of a backup."""
    for found in (file.expanduser().absolute(), directory / BACKUPS / file.name):
        if found.is_file() and stat.S_ISREG(found.stat().st_mode):
            if found == directory / DATABASE:
                raise UsageError(Message.of("restore.itself", path=str(found)))
            return found
    raise UsageError(Message.of("restore.no_file", path=str(file)))


def _copied(directory: Path, source: Path) -> Contents:
    """Copy a library with the changes that lie beside it to ``PART``, and check the copy."""
    part = directory / PART
    part.unlink(missing_ok=True)
    try:
        with closing(_connected(source)) as conn, closing(sqlite3.connect(part)) as copy:
            applied = applied_to(conn)
            if FIRST not in applied:
                raise foreign(source, Message.of("damage.no_tables_of"))
            if unknown := sorted(applied - {*known()}):
                raise LibraryTooNewError(
                    Message.of("restore.newer", path=str(source), name=str(unknown[-1]))
                )
            conn.backup(copy)
            prepare(copy)
            if damage := inspect(copy, words=True):
                why = Message.of("restore.damaged", path=str(source), said=damage.message)
                raise LibraryError(why)
            copy.execute("PRAGMA journal_mode = DELETE")
            return contents_of(copy)
    except UNREADABLE as error:
        raise LibraryError(
            Message.of("restore.unread", path=str(source), said=str(error))
        ) from error


def _connected(source: Path) -> sqlite3.Connection:
    """With what is beside it where there is any; else nothing is written beside it, either."""
    changes = source.with_name(f"{source.name}-wal")
    query = "mode=ro" if changes.exists() and changes.stat().st_size else "immutable=1"
    conn = sqlite3.connect(f"{source.as_uri()}?{query}", uri=True)
    prepare(conn)
    return conn
