"""Statements about what was removed. Caller must hold the lock.

What is known of a removed file moves from ``file`` to ``removed_file``, so that no search finds it
and all of it can come back: vectors, words, tags and collections stay with its content.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from qwen3vl_app.store.encoding import decode_path, encode_path
from qwen3vl_app.store.rows import FileId, Folder, Removal, RemovalId, RemovedKind
from qwen3vl_app.store.tables import files, folders
from qwen3vl_app.store.tables.collections import put_collection
from qwen3vl_app.types import ContentHash

KEPT = timedelta(days=30)
"""For which all that was removed can be brought back."""

GRACE = timedelta(days=1)
"""Between the first look that finds the time over and the one that believes it: a clock that was
wrong has mostly been set right by then."""

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedFile:
    """A file as it was before it was removed."""

    id: int
    path: Path
    trash: str
    """Name of its bytes in the trash; empty for a file that stays where it is."""

    content: ContentHash | None


def put_removal(
    conn: sqlite3.Connection,
    path: Path,
    kind: RemovedKind,
    known: Sequence[Folder],
    tokens: Mapping[FileId, str],
) -> RemovalId:
    """Keep what is known of these files under a new removal; the caller deletes the files.

    Args:
        conn: In a transaction.
        path: What was named.
        kind: What it is.
        known: The folders that went with it.
        tokens: Names in the trash by file; empty for what stays where it is.
    """
    stays = kind is RemovedKind.FILE or (
        kind is RemovedKind.FOLDER and folders.is_in_folder(conn, path)
    )
    stored = encode_path(path)
    if kind is not RemovedKind.COPY:
        conn.execute("DELETE FROM removal WHERE path = ? AND kind <> 'copy'", (stored,))
    written = [[os.fsencode(one.path).hex(), one.collection, one.watched] for one in known]
    row = conn.execute(
        "INSERT INTO removal (path, kind, stays, folders, removed) VALUES (?, ?, ?, ?, ?) "
        "RETURNING id",
        (stored, kind.value, stays, json.dumps(written), files.now()),
    )
    removal = RemovalId(row.fetchone()[0])
    conn.executemany(
        "INSERT INTO removed_file (removal, path, size, mtime_ns, content, outcome, reason, "
        "collections, trash) SELECT ?, path, size, mtime_ns, content, outcome, reason, "
        "(SELECT coalesce(json_group_array(collection.name), '[]') FROM collection_file "
        "JOIN collection ON collection.id = collection_file.collection "
        "WHERE collection_file.file = file.id), ? FROM file WHERE id = ?",
        [(removal, token, file) for file, token in tokens.items()],
    )
    return removal


def list_removals(conn: sqlite3.Connection) -> list[Removal]:
    """The newest first; ``bytes`` are those that were indexed."""
    rows = conn.execute(
        "SELECT removal.id, removal.path, kind, stays, removed, count(removed_file.id), "
        "coalesce(sum(removed_file.size) FILTER (WHERE trash <> ''), 0), "
        "coalesce((SELECT thumbnail FROM item WHERE item.content = ("
        "SELECT content FROM removed_file AS one WHERE one.removal = removal.id "
        "AND content IS NOT NULL ORDER BY one.id LIMIT 1) ORDER BY ordinal LIMIT 1), '') "
        "FROM removal LEFT JOIN removed_file ON removed_file.removal = removal.id "
        "GROUP BY removal.id ORDER BY removal.id DESC"
    )
    return [
        Removal(
            id=RemovalId(number),
            path=decode_path(path),
            kind=RemovedKind(kind),
            stays=bool(stays),
            files=count,
            bytes=size,
            removed=removed,
            until=_written(_read(removed) + KEPT) if count else "",
            thumbnail=thumbnail,
        )
        for number, path, kind, stays, removed, count, size, thumbnail in rows
    ]


def removed_files(conn: sqlite3.Connection, removals: Iterable[RemovalId]) -> list[RemovedFile]:
    """The files of these removals, in their order."""
    rows = conn.execute(
        "SELECT id, path, trash, content FROM removed_file "
        "WHERE removal IN (SELECT value FROM json_each(?)) ORDER BY id",
        (_numbers(removals),),
    )
    return [
        RemovedFile(
            id=number,
            path=decode_path(path),
            trash=trash,
            content=None if content is None else ContentHash(content),
        )
        for number, path, trash, content in rows
    ]


def kept_out(conn: sqlite3.Connection) -> frozenset[str]:
    """The paths that scans leave out."""
    return frozenset(
        os.fsdecode(row[0]) for row in conn.execute("SELECT path FROM removal WHERE stays")
    )


def bring_back(conn: sqlite3.Connection, file: RemovedFile, place: Path) -> None:
    """Let a removed file be known again, under the path where it is now.

    Where that path has come to show something meanwhile, it goes on doing so.
    """
    row = conn.execute(
        "SELECT size, mtime_ns, content, outcome, reason, collections FROM removed_file "
        "WHERE id = ?",
        (file.id,),
    )
    size, mtime_ns, content, outcome, reason, collections = row.fetchone()
    if content is None and outcome in ("indexed", "duplicate"):
        outcome, reason = None, ""  # what was known of it is lost, so it is read again
    if content is not None and outcome is not None:
        outcome, reason = _standing(conn, content, reason if outcome == "indexed" else "")
    conn.execute(
        "INSERT INTO file (path, size, mtime_ns, content, outcome, reason, updated) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET size = excluded.size, "
        "mtime_ns = excluded.mtime_ns, content = excluded.content, outcome = excluded.outcome, "
        "reason = excluded.reason, updated = excluded.updated WHERE content IS NULL",
        (encode_path(place), size, mtime_ns, content, outcome, reason, files.now()),
    )
    for name in json.loads(collections):
        conn.execute(
            "INSERT OR IGNORE INTO collection_file (collection, file) "
            "SELECT ?, id FROM file WHERE path = ?",
            (put_collection(conn, name), encode_path(place)),
        )


def _standing(conn: sqlite3.Connection, content: str, note: str) -> tuple[str, str]:
    """Outcome and reason of a file that comes back to other files with the same bytes."""
    row = conn.execute(
        "SELECT path FROM file WHERE content = ? AND outcome = 'indexed' ORDER BY id LIMIT 1",
        (content,),
    ).fetchone()
    if row is None:
        return "indexed", note
    return "duplicate", files.same_as(decode_path(row[0])).to_json()


def bring_back_folders(conn: sqlite3.Connection, removal: RemovalId) -> list[Folder]:
    """Let the folders that went with a removal be scanned and watched again."""
    row = conn.execute("SELECT folders FROM removal WHERE id = ?", (removal,)).fetchone()
    found: list[Folder] = []
    for encoded, collection, watched in json.loads(row[0]) if row else []:
        path = decode_path(bytes.fromhex(encoded))
        named = None if collection is None else put_collection(conn, collection)
        folders.put_folder(conn, path, named)
        if watched:
            folders.set_watched(conn, path, on=True)
        found.append(Folder(path=path, collection=collection, watched=watched))
    return found


def delete_removals(conn: sqlite3.Connection, removals: Iterable[RemovalId]) -> None:
    """Delete removals and everything known about their files."""
    conn.execute(
        "DELETE FROM removal WHERE id IN (SELECT value FROM json_each(?))", (_numbers(removals),)
    )


def let_go(conn: sqlite3.Connection, removals: Iterable[RemovalId]) -> None:
    """Forget what is known of their files; paths that stay removed stay so."""
    chosen = _numbers(removals)
    inside = "(SELECT value FROM json_each(?))"
    conn.execute(f"DELETE FROM removed_file WHERE removal IN {inside}", (chosen,))
    conn.execute(f"DELETE FROM removal WHERE NOT stays AND id IN {inside}", (chosen,))


def over(conn: sqlite3.Connection, now: datetime) -> list[RemovalId]:
    """Removals whose time is over, and was at a look at least ``GRACE`` ago.

    A clock may be wrong. What was removed while it was ahead begins anew, and what it finds over
    once is only marked, so that a clock set right in between keeps it.
    """
    found: list[RemovalId] = []
    rows = conn.execute(
        "SELECT id, removed, due FROM removal "
        "WHERE EXISTS (SELECT 1 FROM removed_file WHERE removal = removal.id) OR NOT stays"
    ).fetchall()
    for number, removed, due in rows:
        since, marked = _read(removed), _read(due) if due else None
        if since > now + GRACE:
            _mark(conn, number, removed=_written(now), due="")
        elif now - since < KEPT:
            if marked is not None:
                _mark(conn, number, removed=removed, due="")
        elif marked is None or marked > now:
            _mark(conn, number, removed=removed, due=_written(now))
        elif now - marked >= GRACE:
            found.append(RemovalId(number))
    return found


def _mark(conn: sqlite3.Connection, removal: int, *, removed: str, due: str) -> None:
    conn.execute("UPDATE removal SET removed = ?, due = ? WHERE id = ?", (removed, due, removal))


def _read(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _written(moment: datetime) -> str:
    return moment.strftime(_FORMAT)


def _numbers(removals: Iterable[RemovalId]) -> str:
    return json.dumps([int(one) for one in removals])
