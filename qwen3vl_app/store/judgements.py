"""The grades that people give to hits: each change is a row, so that it can be undone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock

from cachetools import TTLCache

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.encoding import storable
from qwen3vl_app.store.tables import checksums
from qwen3vl_app.types.ids import ContentHash, ItemId
from qwen3vl_app.types.judgement import Judgement
from qwen3vl_app.types.run import HERE, Owner

LONGEST_JUDGE = 60
"""Characters of what a judge is called."""

LONGEST_NOTE = 1000
"""Characters of what is noted beside a grade."""

HELD = 60.0
"""Seconds for which what was cleared can be brought back, in memory alone."""

MOST_CLEARED = 64
"""Owners whose cleared grades are held."""

_ROW = "id, asked, content, ordinal, judge, owner, grade, note, judged"

_CURRENT = f"""
    SELECT judgement.asked, judgement.content, judgement.ordinal, item.id, judgement.judge,
        judgement.grade, judgement.note, judgement.judged, judgement.owner
    FROM judgement LEFT JOIN item
        ON item.content = judgement.content AND item.ordinal = judgement.ordinal
    WHERE judgement.id IN (
        SELECT max(id) FROM judgement
        WHERE (?1 IS NULL OR owner = ?1) AND (?2 IS NULL OR asked = ?2)
            AND (?3 IS NULL OR judge = ?3)
            AND {checksums.BY_NAME["judgement"].is_whole("judgement")}
        GROUP BY owner, asked, judge, content, ordinal
    )
    ORDER BY judgement.id
"""


class Judgements:
    """Thread-safe, one transaction a call. Raises ``LibraryError`` when the disk refuses.

    Where a method takes an ``owner``, it sees and changes that owner's grades alone; reading, None
    means those of everybody.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cleared: TTLCache[Owner, list[tuple[object, ...]]] = TTLCache(MOST_CLEARED, HELD)
        self._lock = Lock()

    def add(
        self,
        asked: str,
        item: ItemId,
        judge: str,
        grade: int,
        note: str = "",
        *,
        owner: Owner = HERE,
    ) -> bool:
        """Grade an item for a question; False where there is no such item.

        Raises:
            UsageError: The judge has no name or one that is too long, or the note is too long.
            LibraryReadOnlyError: The library is open for reading only.
        """
        name, note = checked_judge(judge), storable(note.strip())
        if len(note) > LONGEST_NOTE:
            raise UsageError(Message.of("judge.note", found=len(note), most=LONGEST_NOTE))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._connection.writing() as conn:
            done = conn.execute(
                "INSERT INTO judgement "
                "(asked, content, ordinal, judge, owner, grade, note, judged) "
                "SELECT ?, content, ordinal, ?, ?, ?, ?, ? FROM item WHERE id = ?",
                (asked, name, owner, grade, note, now, item),
            )
        return done.rowcount > 0

    def undo(self, asked: str, judge: str, *, owner: Owner = HERE) -> bool:
        """Take back the last grade of a judge for a question; False where there is none.

        What the judge had said before of the same item counts again.
        """
        with self._connection.writing() as conn:
            done = conn.execute(
                "DELETE FROM judgement WHERE id = (SELECT max(id) FROM judgement "
                "WHERE owner = ? AND asked = ? AND judge = ?)",
                (owner, asked, checked_judge(judge)),
            )
        return done.rowcount > 0

    def clear(self, *, owner: Owner = HERE) -> int:
        """Delete all grades; how many rows these were. ``restore`` brings them back for a minute.

        What was said before of the same items goes as well.
        """
        with self._connection.writing() as conn:
            rows = conn.execute(f"SELECT {_ROW} FROM judgement WHERE owner = ?", (owner,))
            held = rows.fetchall()
            conn.execute("DELETE FROM judgement WHERE owner = ?", (owner,))
        with self._lock:
            if held:
                self._cleared[owner] = held
        return len(held)

    def restore(self, *, owner: Owner = HERE) -> int:
        """Bring back what was cleared within the last minute; how many rows."""
        with self._lock:
            held = self._cleared.pop(owner, [])
        with self._connection.writing() as conn:
            conn.executemany(
                f"INSERT OR IGNORE INTO judgement ({_ROW}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                held,
            )
        return len(held)

    def bring(self, grades: Iterable[Judgement], *, owner: Owner = HERE) -> int:
        """Add grades of elsewhere; how many. What is known or was said later here stays.

        Raises:
            UsageError: As ``add``.
        """
        rows = [
            (
                *(one.asked, one.content, one.ordinal, checked_judge(one.judge), owner),
                *(one.grade, storable(one.note)[:LONGEST_NOTE], one.when),
            )
            for one in grades
        ]
        with self._connection.writing() as conn:
            done = conn.executemany(
                "INSERT INTO judgement "
                "(asked, content, ordinal, judge, owner, grade, note, judged) "
                "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS (SELECT 1 FROM judgement "
                "WHERE asked = ?1 AND content = ?2 AND ordinal = ?3 AND judge = ?4 "
                "AND owner = ?5 AND judged >= ?8)",
                rows,
            )
        return max(0, done.rowcount)

    def current(
        self,
        *,
        owner: Owner | None = None,
        asked: str | None = None,
        judge: str | None = None,
    ) -> list[Judgement]:
        """What counts: of every judge the last grade of an item for a question, oldest first."""
        with self._connection.reading() as conn:
            rows = conn.execute(_CURRENT, (owner, asked, judge)).fetchall()
        return [
            Judgement(
                asked=asked,
                content=ContentHash(content),
                ordinal=ordinal,
                item=None if item is None else ItemId(item),
                judge=judge,
                grade=grade,
                note=note,
                when=when,
                owner=Owner(owner),
            )
            for asked, content, ordinal, item, judge, grade, note, when, owner in rows
        ]


def checked_judge(name: str) -> str:
    """A judge's name on one line.

    Raises:
        UsageError: It is empty or too long.
    """
    found = storable(" ".join(name.split()))
    if not found:
        raise UsageError(Message.of("judge.nameless"))
    if len(found) > LONGEST_JUDGE:
        raise UsageError(Message.of("judge.name", found=len(found), most=LONGEST_JUDGE))
    return found
