"""Is the library well? What ``doctor`` says of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

from qwen3vl_app.store.index_sync import SpaceIndex
from qwen3vl_app.store.integrity import damaged_rows
from qwen3vl_app.store.tables.files import living_paths, thumbnail_names
from qwen3vl_app.store.tables.filters import LIVING
from qwen3vl_app.store.tables.vectors import searchable_ids, space_id
from qwen3vl_app.store.thumbnails import Thumbnails

WORDING = "The index of exact words"


def findings(
    conn: sqlite3.Connection, indexes: Sequence[SpaceIndex], thumbnails: Thumbnails
) -> list[str]:
    """One sentence for everything that is not as it should be; caller must hold the lock."""
    return [
        *_damage(conn),
        *_rows(conn),
        *(line for index in indexes for line in _disagreement(conn, index)),
        *_wording(conn),
        *_missing_files(conn),
        *_missing_thumbnails(conn, thumbnails),
    ]


def _damage(conn: sqlite3.Connection) -> list[str]:
    lines = [row[0] for row in conn.execute("PRAGMA integrity_check(5)")]
    found = [f"SQLite finds damage: {line}." for line in lines if line != "ok"]
    broken = len(conn.execute("PRAGMA foreign_key_check").fetchall())
    if broken:
        found.append(f"{broken} rows point to rows that are not there.")
    return found


def _rows(conn: sqlite3.Connection) -> list[str]:
    rows, missing = damaged_rows(conn)
    found = [(name, keys, "are damaged") for name, keys in rows.items()]
    found += [(name, keys, "are missing") for name, keys in missing.items()]
    return [
        f"{len(keys)} rows of the table {name} {how} (such as {keys[0]!r}); open the library for "
        "writing, as index does, which takes them out and indexes their files again."
        for name, keys, how in found
    ]


def _disagreement(conn: sqlite3.Connection, index: SpaceIndex) -> list[str]:
    row = space_id(conn, index.space)
    if row is None:
        return []
    stored, found = searchable_ids(conn, row), index.ids()
    missing, extra = np.setdiff1d(stored, found).size, np.setdiff1d(found, stored).size
    if damaged := index.damaged(conn):
        return [
            f"{damaged} vectors of the search index are damaged; delete the folder index in the "
            "library, which is then built anew."
        ]
    if not missing and not extra and found.size == stored.size:
        return []
    return [
        f"The search index disagrees with the library: {missing} items missing, {extra} too "
        "many; start the program again, which builds it anew."
    ]


def _wording(conn: sqlite3.Connection) -> list[str]:
    """Whether exact words find what the items say."""
    (unknown,) = conn.execute(
        f"SELECT count(*) FROM item WHERE {LIVING} AND id NOT IN (SELECT item FROM wording)"
    ).fetchone()
    found = [f"{WORDING} lacks {unknown} items; index again."] if unknown else []
    wrong = [index for index in ("whole_word", "fragment") if not _agrees(conn, index)]
    said = "disagrees with its texts; index again."
    return [*found, *(f"{WORDING} ({index}) {said}" for index in wrong)]


def _agrees(conn: sqlite3.Connection, index: str) -> bool:
    """Whether a full-text index has what its table says; by number where it is read-only."""
    (rows, indexed) = conn.execute(
        f"SELECT (SELECT count(*) FROM wording), (SELECT count(*) FROM {index}_docsize)"
    ).fetchone()
    if rows != indexed:
        return False
    try:
        conn.execute("SAVEPOINT look")  # the check is written as a change, and makes none
        conn.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        return (error.sqlite_errorcode & 0xFF) == sqlite3.SQLITE_READONLY
    finally:
        conn.execute("ROLLBACK TO look")
        conn.execute("RELEASE look")
    return True


def _missing_files(conn: sqlite3.Connection) -> list[str]:
    gone = [str(path) for path in living_paths(conn) if not path.exists()]
    return _some(gone, "files are no longer on disk; add their folders again to update")


def _missing_thumbnails(conn: sqlite3.Connection, thumbnails: Thumbnails) -> list[str]:
    gone = [name for name in thumbnail_names(conn) if thumbnails.path(name) is None]
    way_out = "forget their files and add them again"
    return _some(gone, f"thumbnails are missing or are not what their names say; {way_out}")


def _some(names: Sequence[str], what: str) -> list[str]:
    return [f"{len(names)} {what} (such as {names[0]})."] if names else []
