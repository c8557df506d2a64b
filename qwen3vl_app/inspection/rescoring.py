"""Judges the candidates of a run again in other ways, a few at a time: so it can be stopped."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen3vl_app.errors import UsageError
from qwen3vl_app.inspection.other_models import is_judged_by
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.search.question_files import QuestionFile, gone
from qwen3vl_app.search.resolve import resolve_query
from qwen3vl_app.search.ways import Way
from qwen3vl_app.types import Item, ItemId, Kind, Query, Score
from qwen3vl_app.types.run import Run

if TYPE_CHECKING:
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.models.service.protocol import ModelService, OtherDtype
    from qwen3vl_app.search.engine import SearchEngine
    from qwen3vl_app.search.resolve import KnownFiles
    from qwen3vl_app.store.protocols import Store
    from qwen3vl_app.store.search_runs import SearchRuns

NO_PIXELS = Message.of("inspect.no_pixels")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWay:
    """One way of computing again."""

    way: Way
    why_not: Message = NOTHING
    """Why it is not possible here, or would change nothing."""

    memory_bytes: int = 0
    """What it takes beside the model that is there."""

    dtype: str = ""
    """In which numbers, where that is the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What judging a run again would cost."""

    candidates: int
    seconds: float
    """Of the model's time for one way, by what the run took; about as much again for each."""

    measured: bool
    """Whether each candidate's time is known."""

    ways: tuple[PlannedWay, ...]

    @property
    def possible(self) -> tuple[Way, ...]:
        """The ways that are possible."""
        return tuple(one.way for one in self.ways if not one.why_not)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far it has come."""

    done: int
    total: int
    """Judgements, of all ways."""

    found: Mapping[Way, Mapping[ItemId, Score]]
    """What is known so far."""


class Rescoring:
    """Plans and runs it. Thread-safe.

    Args:
        library: Has the items.
        engine: Judges.
        models: Of the program.
        reader: Decodes the files of a question.
    """

    def __init__(
        self, library: Store, engine: SearchEngine, models: ModelService, reader: Reader
    ) -> None:
        self._library = library
        self._engine = engine
        self._models = models
        self._reader = reader

    def plan(self, run: Run) -> Plan:
        """What it would cost; waits for the reranker to load.

        Raises:
            UsageError: Nothing of the run was reranked, or another model did.
            ModelError: The reranker is not there.
        """
        items = self._items(run)
        times = [one.seconds for one in run.judged if one.seconds is not None]
        measured = len(times) == len(run.judged)
        seconds = sum(times) if measured else run.timings.rerank / 1000
        return Plan(
            candidates=len(items),
            seconds=seconds,
            measured=measured,
            ways=(
                PlannedWay(way=Way.BATCH),
                PlannedWay(way=Way.PIXELS, why_not=_without_pixels(items)),
                _in_dtype(self._models.other_dtype()),
            ),
        )

    def steps(self, run: Run, query: Query, ways: Sequence[Way]) -> Generator[Step, None, None]:
        """Judge all candidates of a run in these ways; closing the iterator ends it.

        Raises:
            UsageError: As ``plan``.
            ModelError: The reranker is not there, or another one takes over meanwhile.
        """
        items = self._items(run)
        total = len(items) * len(ways)
        found: dict[Way, dict[ItemId, Score]] = {way: {} for way in ways}
        done = 0
        yield Step(done=0, total=total, found=found)
        for number, way in enumerate(ways, start=1):
            for scores in self._engine.judge_anew(query, items, way):
                found[way] |= scores
                done += len(scores)
                yield Step(done=done, total=total, found=found)
            done = number * len(items)  # also those that could not be judged
        yield Step(done=total, total=total, found=found)

    def query_of(self, run: Run, known: KnownFiles) -> Query:
        """What the run asked, with decoded files.

        Raises:
            AppError: A file of the question has gone.
        """
        return resolve_query(run.question, self._reader, known, self._models.embedder_budget)

    def _items(self, run: Run) -> list[Item]:
        """The judged candidates that are still in the library, best first.

        Raises:
            UsageError: There are none, or another model than the present one judged them.
        """
        if not run.judged:
            raise UsageError(Message.of("inspect.not_reranked"))
        present = self._models.status()[1]
        if not is_judged_by(run, present):
            was, now = run.reranker, present.name
            if was == now:
                raise UsageError(Message.of("inspect.other_adapter", name=was))
            raise UsageError(Message.of("inspect.other_model", name=was, found=now))
        known = self._library.items([one.item for one in run.judged])
        return [known[one.item] for one in run.judged if one.item in known]


def files_of(runs: SearchRuns) -> KnownFiles:
    """The files of questions as the history keeps them, by their keys."""

    def known(keys: Sequence[str]) -> list[QuestionFile]:
        found = []
        for key in keys:
            path = runs.files.find(key)
            if path is None:
                raise gone(key.rpartition("/")[2])
            found.append(QuestionFile(key, path))
        return found

    return known


def _without_pixels(items: Sequence[Item]) -> Message:
    return NO_PIXELS if all(item.kind is Kind.PASSAGE for item in items) else NOTHING


def _in_dtype(other: OtherDtype) -> PlannedWay:
    why_not = NOTHING if other.here else Message.of("inspect.no_dtype", dtype=other.dtype)
    return PlannedWay(
        way=Way.DTYPE, why_not=why_not, memory_bytes=other.memory_bytes, dtype=other.dtype
    )
