"""The history of a library: its finished searches, newest first, with what they asked by."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import orjson

from qwen3vl_app.errors import AppError
from qwen3vl_app.store.asked_files import AskedFiles
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.encoding import display
from qwen3vl_app.store.removed_runs import RemovedRuns, Row
from qwen3vl_app.store.tables import checksums
from qwen3vl_app.store.tables.files import paths_of_items
from qwen3vl_app.types.folding import fold
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import HERE, KeptRun, Owner, Run, RunId

MOST_RUNS = 500
"""Kept of one owner beside those that are pinned; a run of 300 hits takes some 20 KB."""

MOST_OF_ALL = 10 * MOST_RUNS
"""Of all owners together: a browser that comes without its cookie is a new one every time."""

LONGEST_NAME = 200
"""Characters of what a saved search is called."""

_COLUMNS = (
    "id, asked, pinned, question, answer, coalesce(run_label.name, '') AS name, "
    "coalesce(run_label.owner, '') AS owner"
)
_RUNS = "search_runs LEFT JOIN run_label ON run_label.run = search_runs.id"
_OWNED = "(?1 IS NULL OR coalesce(run_label.owner, '') = ?1)"
_WHOLE = (
    f"{checksums.BY_NAME['search_runs'].is_whole('search_runs')} AND (run_label.run IS NULL OR "
    f"{checksums.BY_NAME['run_label'].is_whole('run_label')})"
)
_CHOSEN = (
    f"SELECT {_COLUMNS} FROM {_RUNS} WHERE {_OWNED} AND (?2 IS NULL OR id < ?2) "
    f"AND (?3 IS NULL OR pinned = ?3) AND {_WHOLE} ORDER BY id DESC"
)

NO_FILES: Mapping[str, Path] = {}

log = logging.getLogger(__name__)


class SearchRuns:
    """Thread-safe, one transaction a call. Raises ``LibraryError`` when the disk refuses.

    Where a method takes an ``owner``, it sees and changes that owner's runs alone, and those of
    everybody for None: whoever has the library's folder, as the command line does.
    """

    def __init__(self, connection: Connection, files: AskedFiles) -> None:
        self._connection = connection
        self.files = files
        self._removed = RemovedRuns()
        self._filing = Lock()
        """Held from the copying of files until their run is written: tidying would delete them."""

    def add(self, run: Run, files: Mapping[str, Path] = NO_FILES, *, owner: Owner = HERE) -> RunId:
        """Keep a run; the same question asked again replaces its last run unless that is pinned.

        The oldest go beyond ``MOST_RUNS``.

        Args:
            run: Its question names files by key.
            files: Where these are now; they are copied, as far as ``AskedFiles`` keeps them.
            owner: Who asked.
        """
        if not files:
            return self._add(run, owner)
        with self._filing:
            try:
                self.files.keep(files)
            except OSError as error:
                log.warning("A file of a search is not kept in the history: %s", error)
            added = self._add(run, owner)
        self.tidy()
        return added

    def _add(self, run: Run, owner: Owner) -> RunId:
        question = orjson.dumps(run.question.written(), option=orjson.OPT_SORT_KEYS).decode()
        answer = orjson.dumps(run.answer()).decode()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._connection.writing() as conn:
            conn.execute(
                "DELETE FROM search_runs WHERE NOT pinned AND question = ?2 "
                f"AND id = (SELECT max(id) FROM {_RUNS} WHERE {_OWNED})",
                (owner, question),
            )
            added = conn.execute(
                "INSERT INTO search_runs (asked, question, answer) VALUES (?, ?, ?)",
                (now, question, answer),
            )
            kept = RunId(int(added.lastrowid or 0))
            if owner != HERE:
                _label(conn, kept, "", owner)
            _drop_oldest(conn, MOST_RUNS, owner)
            _drop_oldest(conn, MOST_OF_ALL, None)
        return kept

    def newest(
        self,
        limit: int,
        *,
        before: RunId | None = None,
        owner: Owner | None = None,
        pinned: bool | None = None,
        find: str = "",
    ) -> list[KeptRun]:
        """Up to ``limit`` runs, newest first; damaged ones are left out.

        Args:
            limit: How many.
            before: Only older ones than this.
            owner: Whose; None for all.
            pinned: Only those that are, or are not; None for both.
            find: Only those whose name, words, tags or names of files and examples hold all of
                these words, however they are written.
        """
        wanted = fold(find).split()
        found: list[KeptRun] = []
        with self._connection.reading() as conn:
            for row in conn.execute(_CHOSEN, (owner, before, pinned)):
                if not wanted or _says(conn, row, wanted):
                    run = _read(row)
                    found += [] if run is None else [run]
                if len(found) >= limit:
                    break
        return found

    def find(self, run: RunId, *, owner: Owner | None = None) -> KeptRun | None:
        """One run; None where there is none, or it is damaged."""
        found = self.newest(1, before=RunId(run + 1), owner=owner)
        return found[0] if found and found[0].id == run else None

    def pin(
        self, run: RunId, *, on: bool, name: str | None = None, owner: Owner | None = None
    ) -> bool:
        """Keep a run for good, or no longer; False where there is none.

        Args:
            run: Which.
            on: Whether it is a saved search from now on.
            name: What to call it; None leaves its name as it is.
            owner: Whose it must be.
        """
        called = None if name is None else " ".join(name.split())[:LONGEST_NAME]
        with self._connection.writing() as conn:
            row = conn.execute(
                f"SELECT {_COLUMNS} FROM {_RUNS} WHERE {_OWNED} AND id = ?2", (owner, run)
            ).fetchone()
            if row is None:
                return False
            conn.execute("UPDATE search_runs SET pinned = ? WHERE id = ?", (on, run))
            if called is not None:
                _label(conn, run, called, row[-1])
        return True

    def forget(self, run: RunId, *, owner: Owner | None = None, undoable: bool = False) -> bool:
        """Delete a run, pinned or not; False where there is none.

        ``undoable``, it is held in memory for a minute, and ``restore`` brings it back.
        """
        return bool(self._delete("id = ?2", owner, run, undoable=undoable))

    def clear(self, *, owner: Owner | None = None, undoable: bool = False) -> list[RunId]:
        """Delete all runs that are not pinned; which these were. ``undoable`` as of ``forget``."""
        return self._delete("NOT pinned", owner, undoable=undoable)

    def restore(self, runs: Collection[RunId], *, owner: Owner | None = None) -> int:
        """Bring back runs that were deleted within the last minute; how many of them."""
        rows = self._removed.take({*runs}, owner)
        with self._connection.writing() as conn:
            for row in rows:
                conn.execute(
                    "INSERT INTO search_runs (id, asked, pinned, question, answer) "
                    "VALUES (?, ?, ?, ?, ?)",
                    row[:5],
                )
                _label(conn, RunId(row[0]), *row[5:])
        return len(rows)

    def _delete(
        self, where: str, owner: Owner | None, *values: object, undoable: bool
    ) -> list[RunId]:
        sql = f"SELECT {_COLUMNS} FROM {_RUNS} WHERE {_OWNED} AND {where}"
        with self._connection.writing() as conn:
            rows: list[Row] = conn.execute(sql, (owner, *values)).fetchall()
            conn.executemany("DELETE FROM search_runs WHERE id = ?", [row[:1] for row in rows])
            if undoable:  # before the files that they name can be tidied away
                self._removed.hold(rows)
        self.tidy()
        return [RunId(row[0]) for row in rows]

    def tidy(self) -> None:
        """Delete the files of searches that are not kept any more."""
        with self._filing:
            with self._connection.reading() as conn:
                rows = conn.execute(
                    "SELECT pinned, question FROM search_runs WHERE instr(question, '\"files\"')"
                ).fetchall()
            held = [(False, row[3]) for row in self._removed.rows()]
            named = [(pinned, _files(question)) for pinned, question in (*rows, *held)]
            self.files.tidy(
                {key for _, keys in named for key in keys},
                {key for pinned, keys in named if pinned for key in keys},
            )


def _label(conn: sqlite3.Connection, run: RunId, name: str, owner: str) -> None:
    conn.execute(
        "INSERT INTO run_label (run, name, owner) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (run) DO UPDATE SET name = ?2, owner = ?3",
        (run, name, owner),
    )


def _drop_oldest(conn: sqlite3.Connection, most: int, owner: Owner | None) -> None:
    conn.execute(
        f"DELETE FROM search_runs WHERE id IN (SELECT id FROM {_RUNS} WHERE NOT pinned "
        f"AND {_OWNED} ORDER BY id DESC LIMIT -1 OFFSET ?2)",
        (owner, most),
    )


def _says(conn: sqlite3.Connection, row: Row, wanted: list[str]) -> bool:
    """Whether name and question of a run, with its examples, hold all of these folded words."""
    try:
        question = Question.read(orjson.loads(row[3]))
    except (AppError, AttributeError, TypeError, ValueError):
        return False
    where = question.where
    examples = [*question.like, *question.not_like]
    said = (
        *(row[5], question.text, question.unlike, question.instruction or ""),
        *(further.text for further in question.also),
        *(key.rpartition("/")[2] for key in question.keys),
        *(str(one) for one in (where.collection, where.folder, where.tag) if one),
        *(display(Path(one.name)) for one in paths_of_items(conn, examples)),
    )
    folded = fold("\n".join(said))
    return all(word in folded for word in wanted)


def _files(question: str) -> tuple[str, ...]:
    """The keys that a question names; none where it cannot be read."""
    try:
        return Question.read(orjson.loads(question)).keys
    except (AppError, AttributeError, TypeError, ValueError):
        return ()


def _read(row: Row) -> KeptRun | None:
    run, asked, pinned, question, answer, name, owner = row
    try:
        found = Run.read(orjson.loads(question), orjson.loads(answer))
    except (AppError, AttributeError, KeyError, TypeError, ValueError):
        log.warning("run %s is of another version and left out", run)
        return None
    return KeptRun(
        id=RunId(run),
        asked=asked,
        pinned=bool(pinned),
        run=found,
        name=name,
        owner=Owner(owner),
    )
