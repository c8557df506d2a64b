"""Statements about files and outcomes. Callers must hold the library's lock."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qwen3vl_app.messages import Message
from qwen3vl_app.store.encoding import bounds_under, decode_path, display, encode_path
from qwen3vl_app.store.rows import FileId, KnownFile, KnownStamp
from qwen3vl_app.store.tables.checksums import BY_NAME, leave_out
from qwen3vl_app.store.tables.filters import LIVING
from qwen3vl_app.types import ContentHash, FileOutcome, FileStamp, ItemId, Original, Outcome

_WHOLE = BY_NAME["file"].is_whole("file")

KNOWN = "id, path, size, mtime_ns, outcome, content"
"""The columns that ``known_file`` reads."""

_STAMPS = """
    SELECT path, id, size, mtime_ns, outcome, CASE outcome WHEN 'skipped' THEN reason ELSE '' END,
        ctime_ns, inode, CASE outcome WHEN 'failed' THEN coalesce(given_up_by, '') ELSE '' END
    FROM file LEFT JOIN reading ON reading.file = file.id
    WHERE path = ? OR (path >= ? AND path < ?)
"""


def now() -> str:
    """The time as every row keeps it: ISO 8601, UTC, seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def same_as(path: Path) -> Message:
    """The reason of a duplicate: the file whose content it has."""
    return Message.of("reason.same", path=display(path))


def count_by_outcome(conn: sqlite3.Connection) -> dict[Outcome, int]:
    """Files by outcome, every outcome that a library keeps."""
    counts = dict(conn.execute("SELECT outcome, count(*) FROM file GROUP BY outcome").fetchall())
    kept = (outcome for outcome in Outcome if outcome is not Outcome.UNCHANGED)
    return {outcome: counts.get(outcome.value, 0) for outcome in kept}


def count_waiting(conn: sqlite3.Connection) -> int:
    """Files without an outcome, and files and folders that wait to be scanned."""
    row = conn.execute(
        "SELECT (SELECT count(*) FROM file WHERE outcome IS NULL) + (SELECT count(*) FROM source)"
    )
    return int(row.fetchone()[0])


def list_outcomes(
    conn: sqlite3.Connection, outcome: Outcome | None, limit: int
) -> list[FileOutcome]:
    """Files that have ended, or those that ended this way, latest first."""
    chosen, values = "outcome IS NOT NULL", []
    if outcome is not None:
        chosen, values = "outcome = ?", [outcome.value]
    rows = conn.execute(
        f"SELECT path, outcome, reason, updated, id, {_WHOLE} FROM file WHERE {chosen} "
        "ORDER BY updated DESC, id DESC LIMIT ?",
        (*values, limit),
    )
    found: list[FileOutcome] = []
    for path, word, reason, when, number, whole in rows:
        if whole:
            outcome = Outcome(word)
            found.append(
                FileOutcome(
                    path=decode_path(path),
                    outcome=outcome,
                    reason=Message.from_json(reason),
                    when=when,
                )
            )
        else:
            leave_out(conn, "file", number)
    return found


def paths_of(conn: sqlite3.Connection, content_hash: ContentHash) -> list[Path]:
    """Every file with these bytes, the first known first."""
    rows = conn.execute("SELECT path FROM file WHERE content = ? ORDER BY id", (content_hash,))
    return [decode_path(row[0]) for row in rows]


def paths_of_items(conn: sqlite3.Connection, ids: Iterable[ItemId]) -> list[Path]:
    """Every file that has one of these items, in the order in which they became known."""
    rows = conn.execute(
        "SELECT path FROM file WHERE content IN ("
        "SELECT content FROM item WHERE id IN (SELECT value FROM json_each(?))) ORDER BY id",
        (json.dumps([int(item) for item in ids]),),
    )
    return [decode_path(row[0]) for row in rows]


def paths_of_contents(
    conn: sqlite3.Connection, contents: Iterable[ContentHash]
) -> dict[ContentHash, list[Path]]:
    """Every file of each of these contents, the first known first."""
    rows = conn.execute(
        "SELECT content, path FROM file WHERE content IN (SELECT value FROM json_each(?)) "
        "ORDER BY id",
        (json.dumps(sorted(contents)),),
    )
    found: dict[ContentHash, list[Path]] = {}
    for content, path in rows:
        found.setdefault(ContentHash(content), []).append(decode_path(path))
    return found


def originals_of(conn: sqlite3.Connection, content_hash: ContentHash) -> list[Original]:
    """Every file with these bytes, and what it was like then; the first known first."""
    rows = conn.execute(
        "SELECT path, size, mtime_ns, updated FROM file WHERE content = ? ORDER BY id",
        (content_hash,),
    )
    return [
        Original(
            path=decode_path(path),
            content_hash=content_hash,
            size=size,
            mtime_ns=mtime_ns,
            indexed=updated,
        )
        for path, size, mtime_ns, updated in rows
    ]


def notes_of(
    conn: sqlite3.Connection, contents: Iterable[ContentHash]
) -> dict[ContentHash, Message]:
    """What is said of these contents though they are indexed, such as a page that is missing.

    Contents of which nothing is said are left out. Equal files have the note of the first.
    """
    rows = conn.execute(
        "SELECT content, reason FROM file WHERE content IN (SELECT value FROM json_each(?)) "
        "AND outcome = 'indexed' AND reason <> ''",
        (json.dumps(sorted(set(contents))),),
    )
    return {ContentHash(content): Message.from_json(reason) for content, reason in rows}


def living_paths(conn: sqlite3.Connection) -> list[Path]:
    """Every file that shows items."""
    rows = conn.execute("SELECT path FROM file WHERE content IS NOT NULL ORDER BY id")
    return [decode_path(row[0]) for row in rows]


def thumbnail_names(conn: sqlite3.Connection) -> list[str]:
    """The thumbnails that living items need."""
    rows = conn.execute(f"SELECT DISTINCT thumbnail FROM item WHERE {LIVING}")
    return [row[0] for row in rows]


def known_under(conn: sqlite3.Connection, path: Path) -> list[KnownFile]:
    """The file of this path, or every file inside this folder."""
    low, high = bounds_under(path)
    rows = conn.execute(
        f"SELECT {KNOWN} FROM file WHERE path = ? OR (path >= ? AND path < ?)",
        (encode_path(path), low, high),
    )
    return [known_file(row) for row in rows]


def knows(conn: sqlite3.Connection, path: Path) -> bool:
    """Whether this file or folder was added, or anything inside it."""
    row = conn.execute(
        "SELECT EXISTS (SELECT 1 FROM file WHERE path = ?1 OR (path >= ?2 AND path < ?3)) "
        "OR EXISTS (SELECT 1 FROM folder WHERE path = ?1 OR (path >= ?2 AND path < ?3))",
        (encode_path(path), *bounds_under(path)),
    )
    return bool(row.fetchone()[0])


def stamps_under(conn: sqlite3.Connection, path: Path) -> dict[str, KnownStamp]:
    """By path: the file of this path, or every file inside this folder; 0.5 s for 100,000."""
    low, high = bounds_under(path)
    rows = conn.execute(_STAMPS, (encode_path(path), low, high))
    outcomes: dict[str | None, Outcome | None] = {None: None, **{o.value: o for o in Outcome}}
    return {
        os.fsdecode(stored): KnownStamp(
            FileId(number), size, mtime_ns, outcomes[word], reason, *more
        )
        for stored, number, size, mtime_ns, word, reason, *more in rows
    }


def known_file(row: Sequence[Any]) -> KnownFile:
    """A row of ``id, path, size, mtime_ns, outcome, content``."""
    number, stored, size, mtime_ns, outcome, content = row
    path = decode_path(stored)
    stamp = None if size is None else FileStamp(path=path, size=size, mtime_ns=mtime_ns)
    return KnownFile(
        id=FileId(number),
        path=path,
        stamp=stamp,
        outcome=None if outcome is None else Outcome(outcome),
        content_hash=None if content is None else ContentHash(content),
    )


def promote(conn: sqlite3.Connection, contents: Iterable[ContentHash]) -> None:
    """If the indexed file was deleted, its first duplicate takes its place."""
    for content in contents:
        conn.execute(
            "UPDATE file SET outcome = 'indexed', reason = coalesce("
            "(SELECT note FROM embedded WHERE content = :c ORDER BY space DESC LIMIT 1), '') "
            "WHERE id = (SELECT min(id) FROM file WHERE content = :c AND outcome = 'duplicate') "
            "AND NOT EXISTS (SELECT 1 FROM file WHERE content = :c AND outcome = 'indexed')",
            {"c": content},
        )


def delete_files(conn: sqlite3.Connection, files: Iterable[FileId]) -> set[ContentHash]:
    """Delete files and return the contents that they showed, which stay."""
    left: set[ContentHash] = set()
    for file in files:
        row = conn.execute("DELETE FROM file WHERE id = ? RETURNING content", (file,)).fetchone()
        if row and row[0]:
            left.add(ContentHash(row[0]))
    promote(conn, left)
    return left


def delete_unreferenced(
    conn: sqlite3.Connection, among: Iterable[ContentHash] | None = None
) -> tuple[list[int], list[str]]:
    """Delete contents no file has, all or those among these, with their items and vectors.

    One of a removed file stays as long as that can be brought back.

    Returns:
        The ids of the items, and the thumbnails that nothing uses any more.
    """
    candidates = "content" if among is None else "(SELECT value AS hash FROM json_each(:among))"
    unreferenced = conn.execute(
        f"SELECT hash FROM {candidates} WHERE "
        "NOT EXISTS (SELECT 1 FROM file WHERE file.content = hash) AND "
        "NOT EXISTS (SELECT 1 FROM file WHERE file.next_content = hash) AND "
        "NOT EXISTS (SELECT 1 FROM removed_file WHERE removed_file.content = hash)",
        {"among": None if among is None else json.dumps(sorted(among))},
    )
    chosen = json.dumps([row[0] for row in unreferenced])
    rows = conn.execute(
        "SELECT id, thumbnail FROM item WHERE content IN (SELECT value FROM json_each(?))",
        (chosen,),
    ).fetchall()
    conn.execute("DELETE FROM content WHERE hash IN (SELECT value FROM json_each(?))", (chosen,))
    return [row[0] for row in rows], _unused(conn, {row[1] for row in rows})


def _unused(conn: sqlite3.Connection, thumbnails: Iterable[str]) -> list[str]:
    sql = "SELECT 1 FROM item WHERE thumbnail = ? LIMIT 1"
    return [name for name in thumbnails if not conn.execute(sql, (name,)).fetchone()]
