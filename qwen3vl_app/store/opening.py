"""The checks of a library's file before anything is written to it.

Is it one of this program? Is what lies beside it its own? Is it whole? A file that is not ours is
never written to; one that is damaged is mended in a copy, and the damaged one is kept.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import stat
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from qwen3vl_app.errors import LibraryDamagedError, LibraryError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.belongings import DATABASE, holds_a_library
from qwen3vl_app.store.integrity import UNREADABLE, Damage, in_memory, inspect, prepare
from qwen3vl_app.store.mending import mended
from qwen3vl_app.store.replacing import PART, aside_name, move_aside_beside, put_in_place
from qwen3vl_app.store.tables.migrations.m004_checksums import APPLICATION_ID
from qwen3vl_app.store.tables.schema import FIRST, applied_to, is_as_made, known

log = logging.getLogger(__name__)

SMALL = 64 * 2**20
"""Bytes up to which a file is checked whole at every opening, which takes up to half a second;
larger ones are checked in the background, see ``Library.verify``, and by every backup."""

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_ID = slice(68, 72)

_KINDS = {
    stat.S_ISDIR: "kind.folder",
    stat.S_ISLNK: "kind.link",
    stat.S_ISFIFO: "kind.pipe",
    stat.S_ISSOCK: "kind.socket",
    stat.S_ISCHR: "kind.device",
    stat.S_ISBLK: "kind.device",
}
"""Messages for what is no regular file."""


def damaged(directory: Path, what: Message) -> LibraryDamagedError:
    """The error that says what is damaged, and the ways out."""
    return LibraryDamagedError(Message.of("library.damaged", directory=str(directory), what=what))


def foreign(directory: Path, what: Message) -> LibraryError:
    """The error that says that a file is not ours."""
    return LibraryError(Message.of("library.foreign", directory=str(directory), what=what))


# ---------------------------------------------------------------- whose is it


def examine(directory: Path) -> None:
    """Make sure that ``library.db`` is ours, or not there; writes nothing.

    Raises:
        LibraryDamagedError: It was ours, and cannot be read any more.
        LibraryError: It is something else.
    """
    file = directory / DATABASE
    try:
        found = os.lstat(file)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode):
        kinds = (code for is_one, code in _KINDS.items() if is_one(found.st_mode))
        kind = Message(next(kinds, "kind.none"))
        raise foreign(directory, Message.of("damage.kind", kind=kind))
    if not found.st_size:
        if holds_a_library(directory) or size_of(file, "-wal"):
            raise damaged(directory, Message.of("damage.empty"))
        return
    _examine_tables(directory, file)


def _examine_tables(directory: Path, file: Path) -> None:
    ours, changes = _is_ours(file), size_of(file, "-wal")
    if ours and changes:
        return  # only together with them is it whole, which opening it looks at
    try:
        if changes and size_of(file) + changes <= SMALL:
            applied, empty, whole = _with_its_changes(file)
        else:
            with closing(_alone(file)) as conn:
                applied, empty, whole = _told(conn)
    except UNREADABLE as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM):
            return  # what opening it says of the disk is said better there
        # Nobody else's file lies beside thumbnails of ours, but it may have been put there.
        if ours or (holds_a_library(directory) and code != sqlite3.SQLITE_NOTADB):
            raise damaged(directory, Message.free(str(error))) from error
        raise foreign(directory, Message.free(str(error))) from error
    refused = _refusal(directory, applied, ours=ours, empty=empty, whole=whole)
    if refused is not None:
        raise refused


def _refusal(
    directory: Path, applied: set[str], *, ours: bool, empty: bool, whole: bool
) -> LibraryError | None:
    """Why a file that can be read is no library all the same; None where it is one."""
    if FIRST not in applied and ours:
        return damaged(directory, Message.of("damage.no_tables"))
    if (FIRST not in applied and not empty) or (FIRST in applied and not (whole or ours)):
        return foreign(directory, Message.of("damage.other_tables"))
    if applied - {*known()} and {*known()} - applied:
        return damaged(directory, Message.of("damage.no_version"))
    return None


def _is_ours(file: Path) -> bool:
    """Whether the header says so; where SQLite may refuse to read even that."""
    try:
        with closing(_alone(file)) as conn:
            return bool(conn.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)
    except UNREADABLE:
        pass
    # Not sooner: closing a file drops all locks that this process has on it.
    with suppress(OSError), file.open("rb") as opened:
        header = opened.read(_HEADER)
        return header.startswith(_MAGIC) and header[_ID] == APPLICATION_ID.to_bytes(4, "big")
    return False


def _with_its_changes(file: Path) -> tuple[set[str], bool, bool]:
    """What a file says together with its ``-wal``, read from a copy: reading could change them."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / DATABASE
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{file}{suffix}", f"{copy}{suffix}")
        with closing(sqlite3.connect(copy)) as conn:
            prepare(conn)
            return _told(conn)


def _told(conn: sqlite3.Connection) -> tuple[set[str], bool, bool]:
    """What was made in a file, whether nothing was, and whether it is as it was made."""
    applied = applied_to(conn)
    return applied, _is_empty(conn), is_as_made(conn, applied)


def _is_empty(conn: sqlite3.Connection) -> bool:
    """Whether nothing has been made in it but, at most, the list of what was."""
    sql = "SELECT 1 FROM sqlite_master WHERE tbl_name <> '_sqlite_migrations' LIMIT 1"
    return conn.execute(sql).fetchone() is None and not applied_to(conn)


# ---------------------------------------------------------------- is it whole


def settle(directory: Path) -> list[Message]:
    """Repair the files of a library so that it can be written to; returns what was done.

    The caller must hold the writer's lock. Costs reading a small library whole, or one of any
    size after an unclean shutdown.

    Raises:
        LibraryDamagedError: It is damaged beyond what can be mended.
    """
    file = directory / DATABASE
    (directory / PART).unlink(missing_ok=True)
    if not size_of(file):
        name = aside_name(directory, "left")
        begun = Message.of("notice.begun", path=str(directory), kept=name)
        return [begun] if move_aside_beside(directory, name) else []
    changes = size_of(file, "-wal")
    small = size_of(file) + changes <= SMALL
    if not small and not changes:
        return []
    damage, copy = _looked(file, small=small, changes=bool(changes))
    try:
        if not damage:
            return []
        if changes and not _looked(file, small=small, changes=False, keep=False)[0]:
            name = aside_name(directory, "foreign")
            move_aside_beside(directory, name)
            return [Message.of("notice.foreign", path=str(directory), kept=name)]
        well = None if copy is None else mended(copy)
        if well is None:
            raise damaged(directory, damage.message)
        with closing(well):
            return [_replaced(directory, well, damage)]
    finally:
        if copy is not None:
            copy.close()


def _looked(
    file: Path, *, small: bool, changes: bool, keep: bool = True
) -> tuple[Damage, sqlite3.Connection | None]:
    """What is wrong with a file, with or without its ``-wal``, and a copy that can be mended."""
    try:
        with closing(_beside_others(file) if changes else _alone(file)) as conn:
            if not small:
                return inspect(conn, words=False), None
            copy = in_memory(conn)
    except UNREADABLE as error:
        return Damage(structure=(Message.free(str(error)),)), None
    damage = inspect(copy, words=True)
    if keep:
        return damage, copy
    copy.close()
    return damage, None


def _replaced(directory: Path, well: sqlite3.Connection, damage: Damage) -> Message:
    part = directory / PART
    well.execute("VACUUM INTO ?", (str(part),))
    name = put_in_place(directory, part, "damaged")
    return Message.of("notice.mended", path=str(directory), said=damage.message, kept=name)


def mended_copy(
    conn: sqlite3.Connection, directory: Path
) -> tuple[sqlite3.Connection, Message] | None:
    """For reading: a copy in memory without what is damaged, and a notice; None if all is well.

    Raises:
        LibraryDamagedError: It is damaged beyond what can be mended.
    """
    file = directory / DATABASE
    if size_of(file) + size_of(file, "-wal") > SMALL:
        return None
    try:
        copy = in_memory(conn)
    except UNREADABLE as error:
        raise damaged(directory, Message.free(str(error))) from error
    with closing(copy):
        damage = inspect(copy, words=True)
        if not damage:
            return None
        well = mended(copy)
    if well is None:
        raise damaged(directory, damage.message)
    return well, Message.of("notice.partly_shown", path=str(directory), said=damage.message)


def _alone(file: Path) -> sqlite3.Connection:
    """A file without what is beside it, which is left untouched."""
    return _connected(f"{file.as_uri()}?immutable=1")


def _beside_others(file: Path) -> sqlite3.Connection:
    return _connected(f"{file.as_uri()}?mode=ro")


def _connected(uri: str) -> sqlite3.Connection:
    conn = sqlite3.connect(uri, uri=True, check_same_thread=False)
    prepare(conn)
    return conn


def size_of(file: Path, suffix: str = "") -> int:
    """Bytes of a file, or of one beside it; 0 where there is none."""
    try:
        return os.stat(f"{file}{suffix}").st_size
    except OSError:
        return 0
