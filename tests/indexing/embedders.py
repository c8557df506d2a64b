"""A small deterministic embedder and its host: words and colours become unit vectors."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import ModelError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import ModelState, ModelStatus, Priority
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, EmbeddingBatch, ModelInput, Space, Vectors
from tests.still_models import StillModels

DIMENSION = 64
REJECTED = "this passage is rejected"


class HashingEmbedder:
    """Each word counts in one of 64 places, each picture by its mean colour; see ``Embedder``."""

    def __init__(self, fingerprint: str = "hashing-1") -> None:
        self.space = Space(model="hashing", dimension=DIMENSION, fingerprint=fingerprint)
        self.budget = Budget(max_picture_tokens=16, max_frame_tokens=4, min_frame_tokens=1)
        self.detail = Message.free("numpy on the CPU")

    def embed(self, inputs: Sequence[ModelInput], instruction: str) -> EmbeddingBatch:
        bad = [n for n, one in enumerate(inputs) if REJECTED in " ".join(one.texts)]
        kept = tuple(n for n in range(len(inputs)) if n not in bad)
        rows = [embedded(inputs[n]) for n in kept]
        return EmbeddingBatch(
            vectors=np.array(rows, np.float32).reshape(len(rows), DIMENSION),
            kept=kept,
            rejected=tuple((n, Message.free("too long for the model")) for n in bad),
        )


def embedded(one: ModelInput) -> Vectors:
    vector = np.full(DIMENSION, 1e-3, np.float32)
    for word in " ".join(one.texts).lower().split():
        vector[zlib.crc32(word.encode()) % (DIMENSION - 3)] += 1
    frames = [frame for clip in one.clips for frame in clip.frames]
    for picture in (*(it.image for it in one.pictures), *frames):
        vector[-3:] += np.asarray(picture.resize((1, 1)), np.float32).reshape(3) / 255
    return vector / np.linalg.norm(vector)


@dataclass
class TinyHost(StillModels):
    """What the indexer asks, with handles for tests; there is no reranker."""

    embedder: HashingEmbedder = field(default_factory=HashingEmbedder)
    state: ModelState = ModelState.READY
    open: threading.Event = field(default_factory=threading.Event)
    """Cleared: embedding waits, as for a slow model."""

    entered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released whenever a batch arrives."""

    batches: list[int] = field(default_factory=list)
    """Sizes of the batches that were embedded."""

    failure: Exception | None = None

    def __post_init__(self) -> None:
        self.open.set()

    def status(self) -> tuple[ModelStatus, ModelStatus]:
        return (
            ModelStatus(role="embedder", name="hashing", wanted="hashing", state=self.state),
            self.reranker_status("none"),
        )

    @property
    def stands_for(self) -> Space:
        return self.embedder.space

    def space(self) -> Space:
        if self.state is ModelState.FAILED:
            raise ModelError(Message.free("There is no such model; choose another with --model."))
        return super().space()

    def embedder_budget(self) -> Budget:
        return self.embedder.budget

    def embed(
        self,
        inputs: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority,
        space: Space | None = None,
    ) -> EmbeddingBatch:
        self.check(space)
        assert (instruction, priority) == (DOCUMENT_INSTRUCTION, Priority.INDEX)
        self.entered.release()
        self.open.wait()
        if self.failure is not None:
            raise self.failure
        self.batches.append(len(inputs))
        return self.embedder.embed(inputs, instruction)
