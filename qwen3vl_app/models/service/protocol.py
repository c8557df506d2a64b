"""What the rest of the program knows of a model: two verbs, no tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from qwen3vl_app.budget import Budget
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types import EmbeddingBatch, ModelInput, ScoreBatch, Space


class Embedder(Protocol):
    """Maps content and queries into one vector space. Not thread-safe: see ``host.py``."""

    @property
    def space(self) -> Space:
        """Changes whenever vectors stop being comparable."""

    @property
    def budget(self) -> Budget:
        """What this checkpoint looks at."""

    @property
    def detail(self) -> Message:
        """Device, dtype and why, one line."""

    @property
    def is_exact(self) -> bool:
        """Whether an input has the same vector alone and in a batch, to 1e-5 in cosine."""

    def embed(self, inputs: Sequence[ModelInput], instruction: str) -> EmbeddingBatch:
        """Embed inputs under one instruction; any number, also none."""


class Reranker(Protocol):
    """Judges query and document together. Not thread-safe: see ``host.py``."""

    @property
    def budget(self) -> Budget:
        """What this checkpoint looks at."""

    @property
    def detail(self) -> Message:
        """Device, dtype and why, one line."""

    def score(
        self, query: ModelInput, documents: Sequence[ModelInput], instruction: str
    ) -> ScoreBatch:
        """Judge each document; scores come back in input order."""


class ModelState(StrEnum):
    """Where a model is on its way into memory."""

    WAITING = "waiting"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatus:
    """What the page and ``status`` say about one model."""

    role: str
    """``embedder`` or ``reranker``."""

    name: str
    state: ModelState
    detail: Message = NOTHING
    """Device, dtype and why; or the failure."""

    bundled: bool = False
    """True for the demo checkpoint that comes with the program."""
