"""Finished searches by their numbers: those of the history, else the last ones, in memory alone.

So a search can be looked into and judged also where no history is kept: with it off, or where the
library is open for reading only.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING

from qwen3vl_app import __version__
from qwen3vl_app.types.run import HERE, KeptRun, Owner, Run, RunId

if TYPE_CHECKING:
    from qwen3vl_app.search.history import History
    from qwen3vl_app.search.question_files import QuestionFile
    from qwen3vl_app.types import SearchUpdate
    from qwen3vl_app.types.question import Question

FIRST = 2**52
"""Numbers from here on are of runs in memory; the page knows them by that. The library counts from
one, and JavaScript tells numbers apart up to twice this."""

MOST_EACH = 20
"""Kept of one owner: a sitting. A run of 300 hits takes some 60 KB."""

MOST_OF_ALL = 400
"""Of all owners together."""


class RecentRuns:
    """The last finished searches, until the program ends. Thread-safe."""

    def __init__(self) -> None:
        self._runs: dict[RunId, KeptRun] = {}
        self._lock = Lock()

    def add(self, run: Run, *, owner: Owner = HERE) -> RunId:
        """Keep a run; the owner's oldest goes beyond ``MOST_EACH``, anybody's beyond all."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        number = RunId(FIRST + secrets.randbelow(FIRST))  # nobody can guess another's
        with self._lock:
            self._runs[number] = KeptRun(id=number, asked=now, pinned=False, run=run, owner=owner)
            mine = [one.id for one in self._runs.values() if one.owner == owner]
            every = [*self._runs]
            for old in {*mine[:-MOST_EACH], *every[:-MOST_OF_ALL]}:
                del self._runs[old]
        return number

    def find(self, run: RunId, *, owner: Owner | None = None) -> KeptRun | None:
        """One run; None where there is none of this owner, or of anybody for None."""
        with self._lock:
            found = self._runs.get(run)
        return found if found is not None and owner in (None, found.owner) else None

    def newest(self, limit: int, *, owner: Owner | None = None) -> list[KeptRun]:
        """Up to ``limit`` runs, newest first."""
        with self._lock:
            every = [*self._runs.values()]
        return [one for one in reversed(every) if owner in (None, one.owner)][:limit]


@dataclass(frozen=True, slots=True)
class FinishedRuns:
    """All that can be looked into. Thread-safe."""

    history: History | None
    recent: RecentRuns

    def keep(
        self,
        question: Question,
        update: SearchUpdate,
        files: Sequence[QuestionFile] = (),
        *,
        owner: Owner = HERE,
    ) -> RunId:
        """Keep what the last update of a search answered: in the history if that is on."""
        history = self.history
        kept = None if history is None else history.keep(question, update, files, owner=owner)
        if kept is not None:
            return kept
        return self.recent.add(Run.of(question, update, version=__version__), owner=owner)

    def find(self, run: RunId, *, owner: Owner | None = None) -> KeptRun | None:
        """One run of an owner, of anybody for None; None where there is none."""
        if run >= FIRST or self.history is None:
            return self.recent.find(run, owner=owner)
        return self.history.runs.find(run, owner=owner)

    def newest(
        self, limit: int, *, owner: Owner | None = None, pinned: bool | None = None
    ) -> list[KeptRun]:
        """Up to ``limit`` runs, those in memory first, then the newest of the history."""
        recent = [] if pinned else self.recent.newest(limit, owner=owner)
        if self.history is None or len(recent) == limit:
            return recent
        kept = self.history.runs.newest(limit - len(recent), owner=owner, pinned=pinned)
        return [*recent, *kept]
