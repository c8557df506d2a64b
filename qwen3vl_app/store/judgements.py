"""The grades that people give to hits: each change is a row, so that it can be undone."""

from __future__ import annotations

from datetime import UTC, datetime

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
