"""Test sets of a library, and what they have said so far."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeAlias

from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.tables import checksums
from qwen3vl_app.types.test_set import TestSet

Json: TypeAlias = dict[str, Any]

MOST_EVALUATIONS = 500
"""Kept of each set; the oldest go."""

_WHOLE_SET = checksums.BY_NAME["test_set"].is_whole("test_set")
_WHOLE_ROW = checksums.BY_NAME["evaluation"].is_whole("evaluation")


@dataclass(frozen=True, slots=True)
class KeptEvaluation:
    """One run of a set."""

    id: int
    ran: str
    """When it ended; ISO 8601, UTC."""

    answer: Json
    """As ``evaluation.evaluating`` writes it."""


class TestSets:
    """Thread-safe, one transaction a call. Raises ``LibraryError`` when the disk refuses."""

    __test__: ClassVar[bool] = False  # pytest takes it for a class of tests otherwise

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, test_set: TestSet) -> None:
        """Keep a set; one of the same name is replaced, and what it has said stays.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        # escapes: what JSON may hold, SQLite's texts may not
        body = json.dumps(test_set.written())
        with self._connection.writing() as conn:
            conn.execute(
                "INSERT INTO test_set (name, body, made) VALUES (?1, ?2, ?3) "
                "ON CONFLICT (name) DO UPDATE SET body = ?2, made = ?3",
                (test_set.name, body, _now()),
            )

    def find(self, name: str) -> TestSet | None:
        """The set of this name; None where there is none."""
        sql = f"SELECT body, made FROM test_set WHERE name = ? AND {_WHOLE_SET}"
        with self._connection.reading() as conn:
            row = conn.execute(sql, (name,)).fetchone()
        return None if row is None else TestSet.read(json.loads(row[0]), made=row[1])

    def all(self) -> list[TestSet]:
        """By name."""
        sql = f"SELECT body, made FROM test_set WHERE {_WHOLE_SET} ORDER BY name"
        with self._connection.reading() as conn:
            rows = conn.execute(sql).fetchall()
        return [TestSet.read(json.loads(body), made=made) for body, made in rows]

    def remove(self, name: str) -> bool:
        """Delete a set and what it has said; False where there is none.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        with self._connection.writing() as conn:
            done = conn.execute("DELETE FROM test_set WHERE name = ?", (name,))
            conn.execute("DELETE FROM evaluation WHERE test_set = ?", (name,))
        return done.rowcount > 0

    def add_evaluation(self, name: str, answer: Json) -> int:
        """Keep what a set has said; the number of the row.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        with self._connection.writing() as conn:
            done = conn.execute(
                "INSERT INTO evaluation (test_set, ran, answer) VALUES (?, ?, ?)",
                (name, _now(), json.dumps(answer)),
            )
            conn.execute(
                "DELETE FROM evaluation WHERE test_set = ?1 AND id NOT IN (SELECT id FROM "
                "evaluation WHERE test_set = ?1 ORDER BY id DESC LIMIT ?2)",
                (name, MOST_EVALUATIONS),
            )
        return int(done.lastrowid or 0)

    def evaluations(self, name: str) -> list[KeptEvaluation]:
        """What a set has said, oldest first."""
        sql = (
            f"SELECT id, ran, answer FROM evaluation WHERE test_set = ? AND {_WHOLE_ROW} "
            "ORDER BY id"
        )
        with self._connection.reading() as conn:
            rows = conn.execute(sql, (name,)).fetchall()
        return [KeptEvaluation(number, ran, json.loads(answer)) for number, ran, answer in rows]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
