"""The history of a library: its finished searches, newest first, with what they asked by."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import orjson

from qwen3vl_app.errors import AppError
from qwen3vl_app.store.asked_files import AskedFiles
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.tables import checksums
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import KeptRun, Run, RunId

MOST_RUNS = 500
"""Kept beside those that are pinned; a run of 300 hits takes some 20 KB."""

_WHOLE = checksums.BY_NAME["search_runs"].is_whole("search_runs")

NO_FILES: Mapping[str, Path] = {}

log = logging.getLogger(__name__)


class SearchRuns:
    """Thread-safe, one transaction a call. Raises ``LibraryError`` when the disk refuses."""

    def __init__(self, connection: Connection, files: AskedFiles) -> None:
        self._connection = connection
        self.files = files
        self._filing = Lock()
        """Held from the copying of files until their run is written: tidying would delete them."""

    def add(self, run: Run, files: Mapping[str, Path] = NO_FILES) -> RunId:
        """Keep a run; the same question asked again replaces its last run unless that is pinned.

        The oldest go beyond ``MOST_RUNS``.

        Args:
            run: Its question names files by key.
            files: Where these are now; they are copied, as far as ``AskedFiles`` keeps them.
        """
        if not files:
            return self._add(run)
        with self._filing:
            try:
                self.files.keep(files)
            except OSError as error:
                log.warning("A file of a search is not kept in the history: %s", error)
            added = self._add(run)
        self.tidy()
        return added

    def _add(self, run: Run) -> RunId:
        question = orjson.dumps(run.question.written(), option=orjson.OPT_SORT_KEYS).decode()
        answer = orjson.dumps(run.answer()).decode()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._connection.writing() as conn:
            conn.execute(
                "DELETE FROM search_runs WHERE NOT pinned AND question = ? "
                "AND id = (SELECT max(id) FROM search_runs)",
                (question,),
            )
            added = conn.execute(
                "INSERT INTO search_runs (asked, question, answer) VALUES (?, ?, ?)",
                (now, question, answer),
            )
            conn.execute(
                "DELETE FROM search_runs WHERE id IN (SELECT id FROM search_runs "
                "WHERE NOT pinned ORDER BY id DESC LIMIT -1 OFFSET ?)",
                (MOST_RUNS,),
            )
        return RunId(int(added.lastrowid or 0))

    def newest(self, limit: int, *, before: RunId | None = None) -> list[KeptRun]:
        """Up to ``limit`` runs older than ``before``, newest first; damaged ones are left out."""
        with self._connection.reading() as conn:
            rows = conn.execute(
                "SELECT id, asked, pinned, question, answer FROM search_runs "
                f"WHERE (?1 IS NULL OR id < ?1) AND {_WHOLE} ORDER BY id DESC LIMIT ?2",
                (before, limit),
            ).fetchall()
        return [found for row in rows if (found := _read(*row)) is not None]

    def find(self, run: RunId) -> KeptRun | None:
        """One run; None where there is none, or it is damaged."""
        found = self.newest(1, before=RunId(run + 1))
        return found[0] if found and found[0].id == run else None

    def pin(self, run: RunId, *, on: bool) -> bool:
        """Keep a run for good, or no longer; False where there is none."""
        with self._connection.writing() as conn:
            done = conn.execute("UPDATE search_runs SET pinned = ? WHERE id = ?", (on, run))
            return done.rowcount > 0

    def forget(self, run: RunId) -> bool:
        """Delete a run; False where there is none."""
        with self._connection.writing() as conn:
            done = conn.execute("DELETE FROM search_runs WHERE id = ?", (run,)).rowcount > 0
        self.tidy()
        return done

    def clear(self) -> int:
        """Delete all runs that are not pinned; how many there were."""
        with self._connection.writing() as conn:
            deleted = conn.execute("DELETE FROM search_runs WHERE NOT pinned").rowcount
        self.tidy()
        return deleted

    def tidy(self) -> None:
        """Delete the files of searches that are not kept any more."""
        with self._filing:
            with self._connection.reading() as conn:
                rows = conn.execute(
                    "SELECT pinned, question FROM search_runs WHERE instr(question, '\"files\"')"
                ).fetchall()
            named = [(pinned, _files(question)) for pinned, question in rows]
            self.files.tidy(
                {key for _, keys in named for key in keys},
                {key for pinned, keys in named if pinned for key in keys},
            )


def _files(question: str) -> tuple[str, ...]:
    """The keys that a question names; none where it cannot be read."""
    try:
        return Question.read(orjson.loads(question)).keys
    except (AppError, AttributeError, TypeError, ValueError):
        return ()


def _read(run: int, asked: str, pinned: int, question: str, answer: str) -> KeptRun | None:
    try:
        found = Run.read(orjson.loads(question), orjson.loads(answer))
    except (AppError, AttributeError, KeyError, TypeError, ValueError):
        log.warning("run %s is of another version and left out", run)
        return None
    return KeptRun(id=RunId(run), asked=asked, pinned=bool(pinned), run=found)
