"""Statements that begin and end the work on a file. Callers must hold the library's lock.

``touched`` collects the contents whose files have changed, for the search index to follow.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from qwen3vl_app.messages import Message
from qwen3vl_app.store.encoding import decode_path, encode_path, storable
from qwen3vl_app.store.rows import FileEnd, FileId
from qwen3vl_app.store.tables.files import now, promote, same_as
from qwen3vl_app.store.tables.items import parts_with_vectors
from qwen3vl_app.types import ContentHash, FileStamp, Outcome, SkippedPath, storable_number

_DAY = 86_400 * 10**9
_LAST_DAY = 2**22
"""In the year 13452; a clock may say anything."""

_LARGEST = 2**40
"""Sizes beyond a terabyte are not told apart."""


def put_pending(conn: sqlite3.Connection, stamp: FileStamp) -> FileId:
    """Mark a file as pending; its items and its earlier failure are kept until it is read."""
    row = conn.execute(
        "INSERT INTO file (path, turn, updated) VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE "
        "SET reason = CASE WHEN outcome = 'skipped' THEN '' ELSE reason END, outcome = NULL, "
        "turn = excluded.turn, updated = excluded.updated RETURNING id",
        (encode_path(stamp.path), turn_of(stamp), now()),
    )
    return FileId(row.fetchone()[0])


def turn_of(stamp: FileStamp) -> int:
    """When a waiting file is read; smaller is sooner: the newest day first, small before large.

    By days, because by seconds nearly every folder would be read large and small mixed.
    """
    day = min(max(stamp.mtime_ns // _DAY, -_LAST_DAY), _LAST_DAY)
    return -day * _LARGEST + min(stamp.size, _LARGEST - 1)


def put_skipped(
    conn: sqlite3.Connection, skipped: SkippedPath, touched: set[ContentHash]
) -> FileId:
    """Note a path that was left alone; its items, if any, are no longer shown."""
    stored = encode_path(skipped.path)
    before = conn.execute("SELECT content FROM file WHERE path = ?", (stored,)).fetchone()
    if before and before[0]:
        touched.add(ContentHash(before[0]))
    row = conn.execute(
        "INSERT INTO file (path, outcome, reason, updated) VALUES (?, 'skipped', ?, ?) "
        "ON CONFLICT (path) DO UPDATE SET outcome = 'skipped', reason = excluded.reason, "
        "updated = excluded.updated, content = NULL, next_content = NULL RETURNING id",
        (stored, storable(skipped.reason.to_json()), now()),
    )
    return FileId(row.fetchone()[0])


def link(
    conn: sqlite3.Connection, file: FileId, content: ContentHash, touched: set[ContentHash]
) -> None:
    """Note the content being indexed: a new file shows it as it comes, a changed one later."""
    done = conn.execute(
        "UPDATE file SET content = coalesce(content, :content), "
        "next_content = CASE WHEN content IS NULL THEN NULL ELSE :content END "
        "WHERE id = :file AND content IS NOT :content AND next_content IS NOT :content",
        {"content": content, "file": file},
    )
    if done.rowcount:
        touched.add(content)


def end_file(
    conn: sqlite3.Connection, end: FileEnd, space: int, touched: set[ContentHash]
) -> Outcome | None:
    """Give a file its outcome; None if it or its items were deleted meanwhile."""
    row = conn.execute(
        "SELECT content, size, mtime_ns, ctime_ns, inode FROM file "
        "LEFT JOIN reading ON reading.file = file.id WHERE id = ?",
        (end.file,),
    )
    before = row.fetchone()
    if before is None:
        return None
    if before[0] != end.content_hash or before[1:3] != _numbers(end.stamp):
        touched.update(content for content in (before[0], end.content_hash) if content)
    if end.content_hash is not None:
        return _succeed(conn, end, end.content_hash, space)
    content, known = before[0], (before[1], before[2])
    stamp = known if end.stamp is None else _numbers(end.stamp)
    other_file = end.stamp is not None and before[3:] != _identity(end.stamp)
    if stamp != known or (end.given_up_by and other_file):
        content = None  # the bytes it showed are no longer there
    _put_outcome(conn, end, (Outcome.FAILED, end.reason.to_json()), stamp, content)
    return Outcome.FAILED


def confirm_failed(conn: sqlite3.Connection, files: Iterable[FileId]) -> None:
    """Files that had failed have failed in this run as well, for the same reason."""
    when = now()
    conn.executemany("UPDATE file SET updated = ? WHERE id = ?", [(when, one) for one in files])


def cancel_pending(conn: sqlite3.Connection, reason: Message) -> None:
    """Put every file that waits back to what it was; one that is partly in has failed."""
    conn.execute("DELETE FROM file WHERE outcome IS NULL AND content IS NULL AND reason = ''")
    conn.execute(
        "UPDATE file SET outcome = 'failed', reason = ?, updated = ? "
        "WHERE outcome IS NULL AND content IS NOT NULL AND size IS NULL",
        (storable(reason.to_json()), now()),
    )
    # Read before: with nothing to show it had failed, else it shows what it did. Which of
    # several equal files counts as the indexed one, promoting decides.
    rows = conn.execute(
        "UPDATE file SET next_content = NULL, "
        "outcome = CASE WHEN content IS NULL THEN 'failed' ELSE 'duplicate' END "
        "WHERE outcome IS NULL RETURNING content"
    ).fetchall()
    promote(conn, {ContentHash(row[0]) for row in rows if row[0]})


def _succeed(
    conn: sqlite3.Connection, end: FileEnd, content: ContentHash, space: int
) -> Outcome | None:
    note = _note(conn, content, space)
    if note is None:
        if not 0 < end.vectors <= len(parts_with_vectors(conn, content, space)):
            return None
        note = storable(end.reason.to_json())
        conn.execute("INSERT INTO embedded VALUES (?, ?, ?)", (content, space, note))
    first = conn.execute(
        "SELECT path FROM file WHERE content = ? AND outcome = 'indexed' AND id <> ? "
        "ORDER BY id LIMIT 1",
        (content, end.file),
    ).fetchone()
    outcome = Outcome.INDEXED
    if first is not None:
        outcome, note = Outcome.DUPLICATE, same_as(decode_path(first[0])).to_json()
    _put_outcome(conn, end, (outcome, note), _numbers(end.stamp), content)
    return outcome


def _note(conn: sqlite3.Connection, content: ContentHash, space: int) -> str | None:
    sql = "SELECT note FROM embedded WHERE content = ? AND space = ?"
    row = conn.execute(sql, (content, space)).fetchone()
    return None if row is None else str(row[0])


def _put_outcome(
    conn: sqlite3.Connection,
    end: FileEnd,
    outcome: tuple[Outcome, str],
    stamp: tuple[int | None, int | None],
    content: str | None,
) -> None:
    word, reason = outcome
    conn.execute(
        "UPDATE file SET outcome = ?, reason = ?, updated = ?, size = ?, mtime_ns = ?, "
        "content = ?, next_content = NULL WHERE id = ?",
        (word.value, storable(reason), now(), *stamp, content, end.file),
    )
    conn.execute(
        "INSERT INTO reading (file, ctime_ns, inode, given_up_by) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (file) DO UPDATE SET ctime_ns = excluded.ctime_ns, inode = excluded.inode, "
        "given_up_by = excluded.given_up_by",
        (end.file, *_identity(end.stamp), storable(end.given_up_by)),
    )


def _numbers(stamp: FileStamp | None) -> tuple[int | None, int | None]:
    if stamp is None:
        return None, None
    return storable_number(stamp.size), storable_number(stamp.mtime_ns)


def _identity(stamp: FileStamp | None) -> tuple[int | None, ...]:
    """What tells a file from another of the same size and time; None where that is unknown."""
    numbers = (None, None) if stamp is None else (stamp.ctime_ns, stamp.inode)
    return tuple(None if number is None else storable_number(number) for number in numbers)
