"""Answers what somebody wants to know of one hit: what models saw, by what it was found."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from cachetools import LRUCache

from qwen3vl_app.errors import UsageError
from qwen3vl_app.inspection.evidence import Evidence, Stage, find_evidence, most_passes
from qwen3vl_app.inspection.occlusion import Occlusion, occlusion
from qwen3vl_app.inspection.seen import Seen, look
from qwen3vl_app.inspection.sentences import sentences
from qwen3vl_app.inspection.subject import Subject, with_present_models
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import ModelService
from qwen3vl_app.search.engine import Cancelled, SearchEngine, never
from qwen3vl_app.store.protocols import Store
from qwen3vl_app.types import Item, Kind, ModelInput, Query

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_KEPT = 256
"""Evidence of hits that is kept, some 10 kB each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What evidence of a hit takes."""

    passes: int
    """Versions of the item that each model looks at, at most."""

    seconds: float | None
    """From how long the last ones took; None before any was measured."""

    kept: bool
    """Whether it has been found before and costs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """What the parts of an item are parts of."""

    frames: tuple[float, ...] = ()
    """Seconds of the frames of a clip."""

    pictures: tuple[Image, ...] = ()
    """The frames themselves, small."""

    sentences: tuple[str, ...] = ()
    """Of a text."""


SMALL = 168
"""Pixels of the longer side of a small frame, twice what the page shows."""


class Inspector:
    """Looks into the hits of one library. Thread-safe."""

    def __init__(self, engine: SearchEngine, models: ModelService, library: Store) -> None:
        self._engine = engine
        self._models = models
        self._library = library
        self._kept: LRUCache[tuple[object, ...], Evidence] = LRUCache(MOST_KEPT)
        self._lock = Lock()
        self._pace: dict[tuple[str, Kind, bool, bool], float] = {}
        """Seconds of one version of an item, by what decides it."""

    def seen(self, query: Query, item: Item) -> Seen:
        """What both models got; see ``inspection.seen.look``."""
        return with_present_models(lambda: look(self._subject(query, item)))

    def pieces(self, query: Query, item: Item) -> Pieces:
        """What the parts of its evidence are parts of.

        Raises:
            UnreadableMediaError: The item's file has gone, or is damaged.
            ModelError: A model is not there.
        """
        if item.kind is Kind.PASSAGE:
            return Pieces(sentences=tuple(sentences(item.text)))
        if item.kind in (Kind.VIDEO, Kind.MOMENT):
            (clip,) = _counted(self._subject(query, item)).clips
            return Pieces(frames=clip.seconds, pictures=tuple(map(_small, clip.frames)))
        return Pieces()

    def picture(self, query: Query, item: Item) -> Image | None:
        """The picture or page that cells are parts of; None for what is none.

        Raises:
            UnreadableMediaError: The item's file has gone, or is damaged.
            ModelError: A model is not there.
        """
        if item.kind not in (Kind.PICTURE, Kind.PAGE):
            return None
        return _counted(self._subject(query, item)).pictures[0].image

    def cost(self, query: Query, item: Item) -> Cost:
        """What evidence of the item takes; reads its file.

        Raises:
            UnreadableMediaError: The item's file has gone, or is damaged.
            UsageError: No model took part in the search.
            ModelError: A model is not there.
        """
        subject = self._subject(query, item)
        passes = most_passes(_occlusions(subject)[0])
        with self._lock:
            kept = subject.key() in self._kept
            pace = self._pace.get(self._paced(subject))
        if pace is None and self._engine.judging_seconds is not None:
            # embedding an item takes about as long as judging it: most of both is to see it
            each = subject.is_recalled + subject.is_judged * len(query.each)
            pace = self._engine.judging_seconds * each
        return Cost(passes=passes, seconds=None if pace is None else pace * passes, kept=kept)

    def evidence(
        self, query: Query, item: Item, cancelled: Cancelled = never
    ) -> Generator[Evidence, None, None]:
        """Yield the evidence as far as it is known; that of a hit seen before at once.

        Raises:
            UnreadableMediaError: The item's file has gone, or is damaged.
            UsageError: A model cannot take the query or the item, or none took part.
            ModelError: A model is not there, or another one has taken over.
        """
        subject = self._subject(query, item)
        key = subject.key()
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None:
            yield replace(kept, kept=True)
            return
        gauge = with_present_models(subject.gauge)
        for step in find_evidence(gauge, *_occlusions(subject), cancelled):
            if step.stage is Stage.DONE:
                with self._lock:
                    self._kept[key] = step
                    self._pace[self._paced(subject)] = step.seconds / step.passes
            yield step

    def _subject(self, query: Query, item: Item) -> Subject:
        return Subject(
            engine=self._engine,
            models=self._models,
            library=self._library,
            query=query,
            item=item,
        )

    def _paced(self, subject: Subject) -> tuple[str, Kind, bool, bool]:
        names = "+".join(status.name for status in self._models.status())
        return names, subject.item.kind, subject.is_recalled, subject.is_judged


def _small(frame: Image) -> Image:
    small = frame.copy()
    small.thumbnail((SMALL, SMALL))
    return small


def _occlusions(subject: Subject) -> tuple[Occlusion, Occlusion]:
    """The item for both models, with the same parts; where one took no part, twice as one."""
    if not (subject.is_recalled or subject.is_judged):
        raise UsageError(Message.of("inspect.no_model"))
    embedding = subject.models.embedder_budget() if subject.is_recalled else None
    judging = subject.models.reranker_budget() if subject.is_judged else None
    content = _counted(subject)
    frames = len(content.clips[0].frames) if content.clips else 0
    made = [
        occlusion(read(budget), budget, frames)
        for read, budget in ((subject.shown, embedding), (subject.judged, judging))
        if budget is not None
    ]
    return made[0], made[-1]


def _counted(subject: Subject) -> ModelInput:
    """The item as the first stage that took part gets it: by its frames a clip is counted."""
    if subject.is_recalled:
        return subject.shown(subject.models.embedder_budget())
    return subject.judged(subject.models.reranker_budget())
