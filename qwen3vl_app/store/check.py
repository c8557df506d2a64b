"""The health of a library, as ``doctor`` reports it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

from qwen3vl_app.errors import VectorServerError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.integrity import FULL_TEXT, damaged_rows
from qwen3vl_app.store.open_spaces import OpenSpace
from qwen3vl_app.store.tables.files import living_paths, thumbnail_names
from qwen3vl_app.store.tables.filters import LIVING
from qwen3vl_app.store.tables.vectors import searchable_ids, space_id
from qwen3vl_app.store.thumbnails import Thumbnails

WORDING = frozenset({"check.words_lack", "check.words_wrong"})
"""Codes of what can be wrong with the index of exact words."""


def findings(
    conn: sqlite3.Connection, indexes: Sequence[OpenSpace], thumbnails: Thumbnails
) -> list[Message]:
    """One message for each problem; caller must hold the lock."""
    return [
        *_damage(conn),
        *_rows(conn),
        *(one for index in indexes for one in _disagreement(conn, index)),
        *_wording(conn),
        *_listing_keys(conn),
        *_missing_files(conn),
        *_missing_thumbnails(conn, thumbnails),
    ]


def _damage(conn: sqlite3.Connection) -> list[Message]:
    lines = [row[0] for row in conn.execute("PRAGMA integrity_check(5)")]
    found = [Message.of("check.damage", said=line) for line in lines if line != "ok"]
    broken = len(conn.execute("PRAGMA foreign_key_check").fetchall())
    if broken:
        found.append(Message.of("check.dangling", n=broken))
    return found


def _rows(conn: sqlite3.Connection) -> list[Message]:
    rows, missing = damaged_rows(conn)
    found = [("check.rows", name, keys) for name, keys in rows.items()]
    found += [("check.missing", name, keys) for name, keys in missing.items()]
    return [
        Message(code, {"n": len(keys), "name": name, "such": repr(keys[0])})
        for code, name, keys in found
    ]


def _disagreement(conn: sqlite3.Connection, index: OpenSpace) -> list[Message]:
    row = space_id(conn, index.space)
    if row is None:
        return []
    stored, found = searchable_ids(conn, row), index.ids()
    missing, extra = np.setdiff1d(stored, found).size, np.setdiff1d(found, stored).size
    try:
        damaged = index.damaged(conn)
    except VectorServerError as error:
        return [error.message]
    if damaged:
        return [Message.of("check.vectors", n=damaged)]
    if not missing and not extra and found.size == stored.size:
        return []
    return [Message.of("check.index", missing=int(missing), extra=int(extra))]


def _wording(conn: sqlite3.Connection) -> list[Message]:
    """Whether exact words find what the items say."""
    (unknown,) = conn.execute(
        f"SELECT count(*) FROM item WHERE {LIVING} AND id NOT IN (SELECT item FROM wording)"
    ).fetchone()
    found = [Message.of("check.words_lack", n=unknown)] if unknown else []
    wrong = [index for index in FULL_TEXT if not _agrees(conn, index)]
    return [*found, *(Message.of("check.words_wrong", name=index) for index in wrong)]


def _listing_keys(conn: sqlite3.Connection) -> list[Message]:
    """Whether the Library lists every item."""
    (lacking,) = conn.execute(
        f"SELECT count(*) FROM item WHERE {LIVING} AND id NOT IN (SELECT item FROM listing_key)"
    ).fetchone()
    return [Message.of("check.listing_lacks", n=lacking)] if lacking else []


def _agrees(conn: sqlite3.Connection, index: str) -> bool:
    """Whether a full-text index has what its table says; by number where it is read-only."""
    table = "picture_text" if index.startswith("picture_") else "wording"
    (rows, indexed) = conn.execute(
        f"SELECT (SELECT count(*) FROM {table}), (SELECT count(*) FROM {index}_docsize)"
    ).fetchone()
    if rows != indexed:
        return False
    try:
        conn.execute("SAVEPOINT look")  # FTS5 writes its check as an INSERT
        conn.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        return (error.sqlite_errorcode & 0xFF) == sqlite3.SQLITE_READONLY
    finally:
        conn.execute("ROLLBACK TO look")
        conn.execute("RELEASE look")
    return True


def _missing_files(conn: sqlite3.Connection) -> list[Message]:
    gone = [str(path) for path in living_paths(conn) if not path.exists()]
    return [Message.of("check.files", n=len(gone), such=gone[0])] if gone else []


def _missing_thumbnails(conn: sqlite3.Connection, thumbnails: Thumbnails) -> list[Message]:
    gone = [name for name in thumbnail_names(conn) if thumbnails.path(name) is None]
    return [Message.of("check.thumbnails", n=len(gone), such=gone[0])] if gone else []
