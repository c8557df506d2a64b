"""Models that see colours, shapes and words, as fast or as slow as a test wants them."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import ModelState, ModelStatus, Priority
from qwen3vl_app.types import (
    EmbeddingBatch,
    ModelInput,
    Score,
    ScoreBatch,
    Space,
    Vectors,
)
from tests.still_models import StillModels
from tests.ui.drawings import COLOURS

SPACE = Space(model="Demo embedder", dimension=128, fingerprint="drawn")
BUDGET = Budget(max_picture_tokens=16, max_frame_tokens=4, min_frame_tokens=1)

PLACED = Message.of(
    "model.loaded",
    where=Message.of("device.cpu", dtype="float32", why=Message.of("model.asked")),
    found=Message.of("model.folder"),
)

FILLED = ((0.43, "star"), (0.62, "triangle"), (0.87, "circle"), (1.1, "square"))
"""How much of the box around a shape it fills, at most."""


def seen(picture: Image.Image) -> list[str]:
    """The words for what was drawn: its colour and its shape; nothing where no colour is."""
    pixels = np.asarray(picture.convert("RGB").resize((96, 96)), np.int16)
    palette = np.array([[int(c[n : n + 2], 16) for n in (1, 3, 5)] for c in COLOURS.values()])
    near = np.abs(pixels[:, :, None] - palette).sum(-1) < 60
    counts = near.sum((0, 1))
    if counts.max() < 60:
        return []
    colour = int(counts.argmax())
    ys, xs = np.nonzero(near[:, :, colour])
    box = (np.ptp(ys) + 1) * (np.ptp(xs) + 1)
    filled = counts[colour] / box
    shape = next(name for most, name in FILLED if filled <= most)
    return [list(COLOURS)[colour], shape]


def words_of(one: ModelInput) -> list[str]:
    frames = [frame for clip in one.clips for frame in clip.frames[:1]]
    text = "".join(sign if sign.isalnum() else " " for sign in " ".join(one.texts).lower())
    return [
        *text.split(),
        *(word for p in (*(it.image for it in one.pictures), *frames) for word in seen(p)),
    ]


def noise(one: ModelInput, salt: str) -> int:
    """A seed by which equal contents are always taken for the same."""
    pixels = [p.image.resize((8, 8)).tobytes() for p in one.pictures]
    pixels += [frame.resize((8, 8)).tobytes() for clip in one.clips for frame in clip.frames]
    return zlib.crc32(b"".join([*map(str.encode, one.texts), *pixels, salt.encode()]))


def embedded(one: ModelInput) -> Vectors:
    """Every word counts in one of 128 places; a little of each is chance."""
    vector = np.zeros(SPACE.dimension, np.float32)
    for word in set(words_of(one)):
        vector[zlib.crc32(word.encode()) % SPACE.dimension] += 1
    vector /= max(1.0, float(np.linalg.norm(vector)))
    vector += np.random.default_rng(noise(one, "")).normal(0, 0.012, SPACE.dimension)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


@dataclass
class DrawnModels(StillModels):
    """A model service with handles for tests."""

    embedder: ModelStatus = field(
        default_factory=lambda: ModelStatus(
            role="embedder",
            name="Demo embedder",
            wanted="Demo embedder",
            state=ModelState.READY,
            detail=PLACED,
            bundled=True,
            fingerprint=SPACE.fingerprint,
        )
    )
    judge_name = "Demo reranker"
    retried: int = 0
    recall_delay: float = 0.0
    """Seconds for embedding a query."""

    index_delay: float = 0.0
    """Seconds for embedding one item."""

    score_delay: float = 0.0
    """Seconds for judging one document."""

    failure: Exception | None = None
    """Raised instead of embedding a query."""

    going: threading.Event = field(default_factory=threading.Event)
    """Cleared: embedding items waits."""

    def __post_init__(self) -> None:
        self.going.set()

    def status(self) -> tuple[ModelStatus, ModelStatus]:
        reranker = self.reranker_status(self.judge_name)
        if self.judging:
            reranker = replace(reranker, detail=PLACED, bundled=True)
        return self.embedder, reranker

    @property
    def stands_for(self) -> Space:
        return SPACE

    def close(self, timeout: float = 10.0) -> None:
        super().close(timeout)
        self.going.set()

    def check(self, space: Space | None = None) -> None:
        super().check(space)
        if self.embedder.state is ModelState.FAILED:
            raise ModelLoadError(self.embedder.detail)

    def embedder_budget(self) -> Budget:
        return BUDGET

    def reranker_budget(self) -> Budget:
        super().reranker_budget()
        return BUDGET

    def embed(
        self,
        inputs: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority,
        space: Space | None = None,
    ) -> EmbeddingBatch:
        self.check(space)
        if priority is Priority.INDEX:
            self.going.wait()
            time.sleep(self.index_delay * len(inputs))
        else:
            time.sleep(self.recall_delay)
            if self.failure is not None:
                raise self.failure
        vectors = np.zeros((len(inputs), SPACE.dimension), np.float32)
        for row, one in enumerate(inputs):
            vectors[row] = embedded(one)
        return EmbeddingBatch(vectors=vectors, kept=tuple(range(len(inputs))))

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
        reranker: str | None = None,
    ) -> ScoreBatch:
        self.check_judge(reranker)
        seconds = self.score_delay * len(documents)
        time.sleep(seconds)
        return ScoreBatch(scores=tuple(map(_judged(query), documents)), seconds=seconds)

    def retry(self) -> None:
        self.retried += 1

    def show(self, state: ModelState) -> None:
        """Let the embedder be ready, or fail as a broken folder does."""
        failed = Message.of("load.no_config", path="/models/broken")
        detail = failed if state is ModelState.FAILED else PLACED
        self.embedder = replace(self.embedder, state=state, detail=detail)


class _judged:  # noqa: N801  # called like a function
    """Judges documents for a query: by the words in common, and by chance."""

    def __init__(self, query: ModelInput) -> None:
        self._words = set(words_of(query))

    def __call__(self, document: ModelInput) -> Score:
        common = len(self._words & set(words_of(document))) / max(1, len(self._words))
        chance = np.random.default_rng(noise(document, " ".join(sorted(self._words)))).random()
        logit = float(12 * (0.8 * common + 0.2 * chance) - 6)
        return Score(relevance=1 / (1 + float(np.exp(-logit))), logit=logit)
