"""The progress of a run on disk, where other processes and the next program can read it."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.indexing.words_progress import WordsProgress, WordsState
from qwen3vl_app.messages import Message
from qwen3vl_app.store.belongings import DATABASE, PROGRESS, PROGRESS_PART
from qwen3vl_app.types import Outcome

PROGRESS_FILE = PROGRESS
"""Inside the library; deleting it loses nothing."""

EVERY = 0.5
"""Seconds between two writings at least: nobody looks more often."""


class ProgressFile:
    """Writes snapshots, not more often than makes sense. Thread-safe."""

    def __init__(
        self, directory: Path, clock: Callable[[], float] = time.monotonic, every: float = EVERY
    ) -> None:
        self._file = directory / PROGRESS_FILE
        self._library = directory / DATABASE
        self._clock = clock
        self._every = every
        self._next = -every
        self._state: IndexState | None = None
        self._lock = threading.Lock()

    def post(self, progress: IndexProgress, *, last: bool = False) -> None:
        """Write a snapshot if the one before is old or of another state, or if it is the last.

        A disk that refuses is not told here: what matters is written to the library itself, which
        says so.
        """
        with self._lock:
            now = self._clock()
            if last or now >= self._next or progress.state is not self._state:
                self._next, self._state = now + self._every, progress.state
                row = asdict(progress) | {"message": progress.message.to_json()}
                words = row["words"] | {"message": progress.words.message.to_json()}
                self._write(row | {"words": words, "pid": os.getpid()})

    def _write(self, row: dict[str, Any]) -> None:
        unfinished = self._file.with_name(PROGRESS_PART)
        try:
            self._library.stat()  # raises where its drive has gone, and left an empty folder
            unfinished.write_text(json.dumps(row), encoding="ascii")
            os.replace(unfinished, self._file)
        except OSError:
            self._next += 10 * self._every


def read_progress_file(directory: Path) -> tuple[IndexProgress, int] | None:
    """The snapshot that was written last, and by which process; None where there is none.

    Damage counts as none: it is a copy of what somebody was shown, never the truth.
    """
    try:
        row: dict[str, Any] = json.loads((directory / PROGRESS_FILE).read_bytes())
        writer = int(row.pop("pid"))
        outcomes = {Outcome(word): int(n) for word, n in row.pop("outcomes").items()}
        state = IndexState(row.pop("state"))
        message = Message.from_json(row.pop("message"))
        words = _words(row.pop("words"))
        run = IndexProgress(state=state, outcomes=outcomes, message=message, words=words, **row)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return run, writer


def unfinished_run(directory: Path) -> IndexProgress | None:
    """What an earlier program did of a run that is to go on; its files count as done."""
    found = read_progress_file(directory)
    return None if found is None or found[0].state is IndexState.IDLE else found[0]


def _words(row: dict[str, Any]) -> WordsProgress:
    state, message = WordsState(row.pop("state")), Message.from_json(row.pop("message"))
    return WordsProgress(state=state, message=message, **row)


def is_alive(process: int) -> bool:
    """Whether a process of this number runs; where that cannot be asked harmlessly, yes."""
    if os.name == "nt":  # there, signal 0 would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
