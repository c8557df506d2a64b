"""Is what a library's file says what was written to it? Looks at all of it, and changes nothing.

SQLite's own check finds pages, indexes and references that do not fit together; the checksums find
rows that do, and still are not what was written, and rows that are missing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from qwen3vl_app.messages import Message, listed
from qwen3vl_app.store.tables import checksums
from qwen3vl_app.store.tables.checksums import SEALED
from qwen3vl_app.store.tables.schema import applied_to, is_as_made

Key = int | str | bytes
"""What names a row of a table; see ``Sealed.key_of``."""

FULL_TEXT = ("whole_word", "fragment", "picture_word", "picture_fragment")
"""The indexes of exact words, which can be made anew from ``wording`` and ``picture_text``."""

UNREADABLE = (sqlite3.Error, ValueError, TypeError, OverflowError, MemoryError)
"""What reading a damaged file raises: SQLite's errors, and Python's about values that cannot be.
``UnicodeDecodeError`` is a ``ValueError``."""

_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """What is wrong with a file; false where nothing is."""

    structure: tuple[Message, ...] = ()
    """Of pages, indexes, references and definitions, in SQLite's words."""

    rows: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    """By table: rows that are not what was written."""

    missing: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    """By table: rows that were written and are not there."""

    words: tuple[str, ...] = ()
    """Indexes of exact words that do not agree with the texts."""

    def __bool__(self) -> bool:
        return bool(self.structure or self.rows or self.missing or self.words)

    def items(self) -> set[int]:
        """The items whose rows or vectors are damaged or missing."""
        found = {int(key) for key in self.rows.get("item", ())}
        for rows in (self.rows, self.missing):
            found |= {int(str(key).split(" ")[0]) for key in rows.get("vector", ())}
        return found

    @property
    def message(self) -> Message:
        """All of it, with the first of ``structure``."""
        parts = [*self.structure[:1]]
        for code, found in (("damage.rows", self.rows), ("damage.missing", self.missing)):
            parts += [
                Message(code, {"n": len(keys), "name": name}) for name, keys in found.items()
            ]
        parts += [Message.of("damage.words", name=index) for index in self.words]
        return listed(parts)

    def __str__(self) -> str:
        return str(self.message)


def inspect(conn: sqlite3.Connection, *, words: bool) -> Damage:
    """Everything that is wrong with a file.

    Reads all of it: 0.1 s for 64 MB in memory. Raises nothing, whatever the file holds.

    Args:
        conn: With ``row_checksum``, and writable where ``words`` are to be checked.
        words: Compare the indexes of exact words with their texts, which takes as long as making
            them. SQLite writes the check as a change, and it makes none.
    """
    structure = [*_broken(conn)]
    rows: dict[str, tuple[Key, ...]] = {}
    missing: dict[str, tuple[Key, ...]] = {}
    try:
        applied = applied_to(conn)
        if not is_as_made(conn, applied):
            structure.append(Message.of("damage.tables"))
        elif _has(conn, checksums.TABLE):
            rows, missing = damaged_rows(conn)
    except UNREADABLE as error:
        structure.append(Message.free(str(error)))
    wrong = tuple(index for index in FULL_TEXT if words and _is_wrong(conn, index))
    return Damage(structure=tuple(structure), rows=rows, missing=missing, words=wrong)


def damaged_rows(
    conn: sqlite3.Connection,
) -> tuple[dict[str, tuple[Key, ...]], dict[str, tuple[Key, ...]]]:
    """By table: rows that do not agree with their checksums, and checksums without a row.

    10 µs for a vector of 2048 dimensions, and about as much for any other row.
    """
    rows: dict[str, tuple[Key, ...]] = {}
    missing: dict[str, tuple[Key, ...]] = {}
    for sealed in (one for one in SEALED if _has(conn, one.name)):
        for sql, found in ((sealed.damaged(), rows), (sealed.missing(), missing)):
            if keys := tuple(row[0] for row in conn.execute(sql)):
                found[sealed.name] = keys
    return rows, missing


def agrees(conn: sqlite3.Connection, index: str) -> bool:
    """Whether an index of exact words has what its texts say."""
    try:
        with looking(conn):
            conn.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    except UNREADABLE:
        return False
    return True


@contextmanager
def looking(conn: sqlite3.Connection) -> Iterator[None]:
    """A look that SQLite takes for a change; none is kept."""
    conn.execute("SAVEPOINT look")
    try:
        yield
    finally:
        conn.execute("ROLLBACK TO look")
        conn.execute("RELEASE look")


def in_memory(conn: sqlite3.Connection) -> sqlite3.Connection:
    """A copy of a file, damage and all, that may be changed; 0.1 s for 64 MB.

    Raises:
        sqlite3.Error: A part of it cannot be read at all.
    """
    copy = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    try:
        conn.backup(copy)
        copy.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        copy.close()
        raise
    prepare(copy)
    return copy


def prepare(conn: sqlite3.Connection) -> None:
    """Let a connection check rows, and read texts that are no UTF-8 any more."""
    checksums.register(conn)
    conn.text_factory = _tolerant


def _tolerant(stored: bytes) -> str:
    return stored.decode("utf-8", "replace")


def _broken(conn: sqlite3.Connection) -> Iterator[Message]:
    try:
        for (line,) in conn.execute(f"PRAGMA integrity_check({_LINES})").fetchall():
            if line != "ok":
                yield Message.free(str(line).replace("\n", " "))
        count = len(conn.execute("PRAGMA foreign_key_check").fetchmany(_LINES))
        if count:
            yield Message.of("damage.dangling", n=count)
    except UNREADABLE as error:
        yield Message.free(str(error))


def _is_wrong(conn: sqlite3.Connection, index: str) -> bool:
    try:
        return _has(conn, index) and not agrees(conn, index)
    except UNREADABLE:
        return True


def _has(conn: sqlite3.Connection, table: str) -> bool:
    """Whether there is such a table: libraries of earlier versions have not all of them."""
    sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return conn.execute(sql, (table,)).fetchone() is not None
