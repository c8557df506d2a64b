"""What the models say: vectors, scores, and the space they are comparable in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from qwen3vl_app.messages import Message
from qwen3vl_app.types.ids import Vectors


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EmbeddingBatch:
    """Vectors for the inputs that could be embedded, and which inputs those were."""

    vectors: Vectors
    """Shape (len(kept), D)."""

    kept: tuple[int, ...]
    """Ascending positions in the input sequence, one per row of ``vectors``."""

    rejected: tuple[tuple[int, Message], ...] = ()
    """(position, reason) of the inputs the model could not take."""

    may_pass: frozenset[int] = frozenset()
    """Positions of those whose reason has to do with the moment, such as memory: the same model
    may take them another time."""

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.vectors.dtype != np.float32:
            found = f"{self.vectors.dtype} {self.vectors.shape}"
            raise ValueError(f"vectors must be float32 (N, D), got {found}")
        if len(self.kept) != len(self.vectors):
            raise ValueError(f"{len(self.kept)} positions for {len(self.vectors)} vectors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The reranker's judgement of one query–document pair."""

    relevance: float
    """Probability of "yes", 0 to 1, in float32."""

    logit: float
    """Its argument: (w_yes − w_no) · h_last. Orders results where probabilities tie."""

    seconds: float | None = field(default=None, compare=False)
    """What judging it took of the model's time, as a share of its slice; None if not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBatch:
    """Scores for the documents that could be judged, and why the others could not."""

    scores: tuple[Score | None, ...]
    """One per document, in input order; None where the document was rejected."""

    rejected: tuple[tuple[int, Message], ...] = ()
    """(position, reason)."""

    seconds: float = field(default=0.0, compare=False)
    """What judging took once its turn had come; 0 if not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """The settings under which vectors are comparable. Vectors of two spaces never meet."""

    model: str
    """Name to show, such as ``Qwen3-VL-Embedding-2B``."""

    dimension: int
    """D of the stored vectors."""

    fingerprint: str
    """Hash over checkpoint, instruction, pixel and frame budget and dtype."""

    checkpoint: str = field(default="", compare=False)
    """What loads its embedder again: ``demo``, a folder or an id ``org/name``, with an adapter as
    ``ModelChoice.to_text`` has it; empty if unknown.
    Two spaces of one fingerprint are one, wherever their checkpoint lies."""
