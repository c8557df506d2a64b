"""Pinned questions of a library."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.tables import checksums
from qwen3vl_app.types.ids import ContentHash, ItemId
from qwen3vl_app.types.pin import Pin, PinState
from qwen3vl_app.types.question import Question

_ALL = f"""
    SELECT pin.id, question, pin.content, pin.ordinal, item.id, must, first, made, held, latest
    FROM pin LEFT JOIN item ON item.content = pin.content AND item.ordinal = pin.ordinal
        AND EXISTS (SELECT 1 FROM file WHERE file.content = item.content)
    WHERE {checksums.BY_NAME["pin"].is_whole("pin")} ORDER BY pin.id
"""


class Pins:
    """Thread-safe, one transaction a call. Raises ``LibraryError`` when the disk refuses."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, question: Question, item: ItemId, *, must: bool, first: int) -> int | None:
        """Pin an item to a question; the number of the pin, None where there is no such item.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        asked = json.dumps(question.written())
        with self._connection.writing() as conn:
            done = conn.execute(
                "INSERT INTO pin (question, content, ordinal, must, first, made, held, latest) "
                "SELECT ?, content, ordinal, ?, ?, ?, '', '' FROM item WHERE id = ?",
                (asked, int(must), first, now, item),
            )
            return int(done.lastrowid or 0) if done.rowcount > 0 else None

    def remove(self, pin: int) -> bool:
        """Take a pin away; False where there is none.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        with self._connection.writing() as conn:
            return conn.execute("DELETE FROM pin WHERE id = ?", (pin,)).rowcount > 0

    def note(self, pin: int, state: PinState) -> None:
        """Keep how a pin stands now, and also as how it held where it does.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        said = json.dumps(state.written())
        with self._connection.writing() as conn:
            conn.execute(
                "UPDATE pin SET latest = ?1, held = iif(?2, ?1, held) WHERE id = ?3",
                (said, state.holds, pin),
            )

    def all(self) -> list[Pin]:
        """In the order in which they were made."""
        with self._connection.reading() as conn:
            rows = conn.execute(_ALL).fetchall()
        return [
            Pin(
                id=number,
                question=Question.read(json.loads(question)),
                content=ContentHash(content),
                ordinal=ordinal,
                item=None if item is None else ItemId(item),
                must=bool(must),
                first=first,
                made=made,
                held=_state(held),
                latest=_state(latest),
            )
            for number, question, content, ordinal, item, must, first, made, held, latest in rows
        ]


def _state(said: str) -> PinState | None:
    return PinState.read(json.loads(said)) if said else None
