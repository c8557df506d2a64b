"""Judging searches of a library: what is shown to a judge, and what comes of the grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from qwen3vl_app.errors import UsageError
from qwen3vl_app.evaluation.judgements import settled
from qwen3vl_app.evaluation.pool import pooled, rankings, relevances
from qwen3vl_app.evaluation.report import Report, report
from qwen3vl_app.evaluation.verdict import JudgedQuestion
from qwen3vl_app.messages import Message
from qwen3vl_app.store.search_runs import MOST_RUNS
from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.judgement import Judgement, asked_key
from qwen3vl_app.types.library import Item
from qwen3vl_app.types.run import KeptRun, Owner, RunId

if TYPE_CHECKING:
    from qwen3vl_app.store.library import Library

MOST_POOLED = 4
"""Runs that are judged together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What a judge sees of one question, in the order in which it is judged."""

    runs: tuple[KeptRun, ...]
    asked: str
    items: tuple[Item, ...]
    """Less those that have left the library."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A question that can be judged, by its newest search, and how far a judge has come."""

    run: KeptRun
    asked: str
    pooled: int
    graded: int


class Runs(Protocol):
    """Finished searches."""

    def find(self, run: RunId, *, owner: Owner | None = None) -> KeptRun | None:
        """One of an owner, of anybody for None."""

    def newest(self, limit: int, *, owner: Owner | None = None) -> list[KeptRun]:
        """Newest first."""


class Judging:
    """Thread-safe. Everybody sees and changes what is theirs alone; None reads all.

    Args:
        library: Has the items and the grades.
        runs: Which searches can be judged; those of the library's history unless given.
    """

    def __init__(self, library: Library, runs: Runs | None = None) -> None:
        self._library = library
        self._runs: Runs = runs or library.runs

    def pool(self, runs: Sequence[RunId], k: int, *, owner: Owner | None) -> Pool:
        """The first ``k`` of both stages of these runs.

        Raises:
            UsageError: There are none or too many, the history lacks one, or they are of
                different questions.
        """
        if not 0 < len(runs) <= MOST_POOLED:
            raise UsageError(Message.of("judge.runs", found=len(runs), most=MOST_POOLED))
        found = [self._run(run, owner) for run in runs]
        asked = {asked_key(one.run.question) for one in found}
        if len(asked) > 1:
            raise UsageError(Message.of("judge.questions"))
        return self._pool(found, k)

    def asked(self, run: RunId, *, owner: Owner | None) -> str:
        """What a run looks for.

        Raises:
            UsageError: The history does not have it.
        """
        return asked_key(self._run(run, owner).run.question)

    def questions(self, judge: str, k: int, *, owner: Owner | None) -> list[Progress]:
        """What was asked, the newest first, each once."""
        mine = self._library.judgements.current(owner=owner, judge=judge)
        graded: dict[str, set[ItemId]] = {}
        for one in mine:
            if one.item is not None:
                graded.setdefault(one.asked, set()).add(one.item)
        found = []
        for run in self._newest(owner).values():
            pool = self._pool([run], k)
            ids = {item.id for item in pool.items}
            done = len(ids & graded.get(pool.asked, set()))
            found.append(Progress(run=run, asked=pool.asked, pooled=len(ids), graded=done))
        return [one for one in found if one.pooled]

    def report(self, k: int, *, owner: Owner | None, run: RunId | None = None) -> Report:
        """What all grades say of both stages, by the newest search of each question.

        Args:
            k: How many of the first hits count.
            owner: Whose grades and searches.
            run: Only this one and the grades of its question; None for all.

        Raises:
            UsageError: The history does not have that run.
        """
        newest = self._newest(owner) if run is None else self._alone(run, owner)
        only = None if run is None else next(iter(newest))
        judgements = self._library.judgements.current(owner=owner, asked=only)
        grades = settled(judgements)
        questions = [
            JudgedQuestion(
                asked=asked,
                ranked=rankings(newest[asked].run),
                grades=given,
                relevances=relevances(newest[asked].run),
            )
            for asked, given in grades.items()
            if asked in newest
        ]
        ids = [*dict.fromkeys(item for one in questions for item in one.grades)]
        known = self._library.items(ids)
        return report(
            judgements,
            questions,
            kinds={item: one.kind.value for item, one in known.items()},
            collections=self._library.collections_of(ids),
            k=k,
        )

    def judgements(self, *, owner: Owner | None) -> list[Judgement]:
        """All that counts, oldest first."""
        return self._library.judgements.current(owner=owner)

    def _pool(self, runs: Sequence[KeptRun], k: int) -> Pool:
        found = [ranking for one in runs for ranking in rankings(one.run).values()]
        ids = pooled(found, k, [one.id for one in runs])
        known = self._library.items(ids)
        return Pool(
            runs=tuple(runs),
            asked=asked_key(runs[0].run.question),
            items=tuple(known[item] for item in ids if item in known),
        )

    def _newest(self, owner: Owner | None) -> dict[str, KeptRun]:
        """The newest run of everything that was asked; one that was reranked, if there is."""
        found: dict[str, KeptRun] = {}
        for one in self._runs.newest(2 * MOST_RUNS, owner=owner):
            asked = asked_key(one.run.question)
            known = found.get(asked)
            if known is None or (one.run.reranker and not known.run.reranker):
                found[asked] = one
        return found

    def _alone(self, run: RunId, owner: Owner | None) -> dict[str, KeptRun]:
        one = self._run(run, owner)
        return {asked_key(one.run.question): one}

    def _run(self, run: RunId, owner: Owner | None) -> KeptRun:
        found = self._runs.find(run, owner=owner)
        if found is None:
            raise UsageError(Message.of("history.gone"))
        return found
