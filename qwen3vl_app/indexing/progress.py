"""What the indexer is doing, as the page and the command line see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from qwen3vl_app.indexing.words_progress import WordsProgress
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types import Outcome


class IndexState(StrEnum):
    """What the indexer is doing."""

    IDLE = "idle"
    SCANNING = "scanning"
    WAITING = "waiting"
    """For the model to load."""

    INDEXING = "indexing"
    PAUSED = "paused"
    FAILED = "failed"
    """Stopped by something no file is to blame for, such as a missing model; see ``message``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexProgress:
    """A snapshot of the indexer; cheap to take, safe to keep."""

    rev: int = 0
    """Grows with every change."""

    state: IndexState = IndexState.IDLE
    files: int = 0
    """Seen so far in this run."""

    outcomes: dict[Outcome, int] = field(default_factory=dict)
    """Files ended, by outcome; they add up to ``files`` when the run is over."""

    items: int = 0
    """Items made searchable in this run."""

    items_total: int | None = None
    """Items of this run when it is over, as far as the files opened so far tell; None until they
    tell something."""

    rate: float | None = None
    """Items per second, smoothed; None until it means something."""

    seconds_left: float | None = None
    seconds: float = 0.0
    """Since the run began, pauses not counted."""

    current: str = ""
    """Name of the file in work."""

    message: Message = NOTHING
    """When something needs saying."""

    words: WordsProgress = field(default_factory=WordsProgress)
    """How far words in pictures have been read, which comes after all files."""

    @property
    def done(self) -> int:
        """Files that have an outcome."""
        return sum(self.outcomes.values())

    @property
    def failed(self) -> int:
        """Failures so far."""
        return self.outcomes.get(Outcome.FAILED, 0)
