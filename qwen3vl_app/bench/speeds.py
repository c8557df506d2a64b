"""``bench models``: how fast a pair of models is at each kind of work, and the long way."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from qwen3vl_app.bench.measures import machine
from qwen3vl_app.models.forward.shortcuts import Shortcut
from qwen3vl_app.types import Clip, ModelInput, Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
    from qwen3vl_app.models.forward.reranker import Qwen3VLReranker

PICTURE, PAGE = (512, 512), (1024, 1280)
"""Pictures of 256 and of 1,280 tokens, for models that look at all of them."""

MIXED = ((512, 512), (640, 480), (1024, 768), (320, 960), (1024, 1280), (256, 256))


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One kind of work."""

    name: str
    items: int
    seconds: float
    """Median of all items."""

    plain: float
    """The same the long way: one row at a time, nothing computed once for several."""

    apart: float
    """How far both answers are: 1 − cosine, or the difference of relevances; the largest."""

    @property
    def rate(self) -> float:
        """Items a second."""
        return self.items / self.seconds

    @property
    def times(self) -> float:
        """As fast as the long way."""
        return self.plain / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedReport:
    """What ``bench models`` prints."""

    machine: dict[str, str]
    embedder: str
    reranker: str
    speeds: tuple[Speed, ...]
    peak_bytes: int
    """Of the process, or on a GPU of its memory; models included."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is measured: ``run`` gives (N, H) unit vectors or (N,) relevances.

    Before each timed call, ``prepare`` is called with the number of the turn and not timed.
    """

    name: str
    items: int
    run: Callable[[], NDArray[np.float32]]
    prepare: Callable[[int], None]


def measure_speeds(
    embedder: Qwen3VLEmbedder,
    reranker: Qwen3VLReranker | None,
    turns: int,
    count: int,
    step: Callable[[str], None] = lambda _: None,
) -> SpeedReport:
    """Every work both ways, in turn; medians. The first turn warms up and is not counted.

    Args:
        embedder: Of any shape.
        reranker: None leaves its works out.
        turns: Of each work, beside the first.
        count: Texts and small pictures of one work; of large things fewer.
        step: Called with what is measured next.
    """
    works = [*embedding_works(embedder, count)]
    if reranker is not None:
        works += reranking_works(reranker, count)
    runners = [embedder._runner, *([reranker._runner] if reranker else [])]  # noqa: SLF001
    speeds = []
    for work in works:
        step(work.name)
        speeds.append(_both_ways(work, runners, turns))
    return SpeedReport(
        machine=machine(),
        embedder=f"{embedder.space.model}: {embedder.detail}",
        reranker=f"{reranker.detail}" if reranker else "none",
        speeds=tuple(speeds),
        peak_bytes=_peak_bytes(),
    )


def _both_ways(work: Work, runners: Sequence[object], turns: int) -> Speed:
    quick: list[float] = []
    plain: list[float] = []
    apart = 0.0
    for turn in range(turns + 1):
        answers = []
        for seconds, off in ((quick, set[Shortcut]()), (plain, set(Shortcut))):
            for runner in runners:
                runner.off = off  # type: ignore[attr-defined]
            work.prepare(turn)
            begun = time.perf_counter()
            answers.append(work.run())
            seconds.append(time.perf_counter() - begun)
        apart = max(apart, _apart(*answers))
    for runner in runners:
        runner.off = set()  # type: ignore[attr-defined]
    return Speed(
        name=work.name,
        items=work.items,
        seconds=median(quick[1:]),
        plain=median(plain[1:]),
        apart=apart,
    )


def _apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    if one.ndim == 1:
        return float(np.abs(one - other).max())
    return float((1 - (one * other).sum(1)).max())


# ---------------------------------------------------------------- works


def text_of(words: int) -> str:
    """So many words, each of one or two tokens."""
    return " ".join(["word"] * words)


def picture(size: tuple[int, int], mark: int) -> Picture:
    """A picture with something to see, and one pixel that no other mark has."""
    shades = Image.radial_gradient("L").resize(size).convert("RGB")
    shades.putpixel((0, 0), (mark % 256, mark // 256 % 256, mark // 65_536))
    return Picture(shades)


def texts(lengths: Sequence[int]) -> list[ModelInput]:
    """A text of each length."""
    return [ModelInput(texts=(text_of(length),)) for length in lengths]


def pictures(sizes: Sequence[tuple[int, int]], turn: int) -> list[ModelInput]:
    """A picture of each size, other ones every turn."""
    first = turn * len(sizes)
    return [ModelInput(pictures=(picture(size, first + at),)) for at, size in enumerate(sizes)]


def clip_of(frames: int) -> ModelInput:
    """A clip of frames that move."""
    shown = tuple(picture((320, 320), at).image for at in range(frames))
    return ModelInput(clips=(Clip(frames=shown, seconds=tuple(map(float, range(frames)))),))


def embedding_works(embedder: Qwen3VLEmbedder, count: int) -> list[Work]:
    """Texts, pictures, a clip, and a short query."""
    few, frames = max(2, count // 4), embedder.budget.max_frames
    mixed = [10 + 37 * at % 700 for at in range(count)]
    inputs = {
        f"{count} texts of 64 words": texts([64] * count),
        f"{few} texts of 512 words": texts([512] * few),
        f"{count} texts of 10 to 700 words": texts(mixed),
        f"{count} pictures of 512 × 512": pictures([PICTURE] * count, 0),
        f"{few} pictures of 1024 × 1280": pictures([PAGE] * few, 0),
        f"{count} pictures, mixed": pictures([MIXED[at % len(MIXED)] for at in range(count)], 0),
        f"a clip of {frames} frames": [clip_of(frames)],
        "a short query": texts([6]),
    }

    def embedding(some: list[ModelInput]) -> Callable[[], NDArray[np.float32]]:
        return lambda: embedder.embed(some, "").vectors

    return [
        Work(f"embed {name}", len(some), embedding(some), lambda _turn: None)
        for name, some in inputs.items()
    ]


def reranking_works(reranker: Qwen3VLReranker, count: int) -> list[Work]:
    """A query against texts, pictures and pages, new ones and those seen before."""
    few = max(2, count // 4)
    words = ModelInput(texts=(text_of(8),))
    shown = ModelInput(pictures=(picture(PICTURE, 1 << 20),))
    kinds: list[tuple[str, ModelInput, Callable[[int], list[ModelInput]]]] = [
        (f"{count} texts", words, lambda _turn: texts([100] * count)),
        (f"{count} pictures of 512 × 512", words, lambda turn: pictures([PICTURE] * count, turn)),
        (f"{few} pages of 1024 × 1280", words, lambda turn: pictures([PAGE] * few, turn)),
        (f"{count} texts by a picture", shown, lambda _turn: texts([100] * count)),
    ]
    works = []
    for name, query, documents in kinds:
        works.append(_reranking(reranker, f"rerank {name}", query, documents, known=False))
        if "by" not in name and "texts" not in name:
            again = f"rerank {name}, seen before"
            works.append(_reranking(reranker, again, query, documents, known=True))
    return works


def _reranking(
    reranker: Qwen3VLReranker,
    name: str,
    query: ModelInput,
    documents: Callable[[int], list[ModelInput]],
    *,
    known: bool,
) -> Work:
    """Nothing is kept of an earlier turn; ``known``: another query has judged the documents."""
    now: list[ModelInput] = []

    def prepare(turn: int) -> None:
        now[:] = documents(turn)
        reranker._runner.forget()  # noqa: SLF001
        if known:
            reranker.score(ModelInput(texts=("another",)), now, "")

    def run() -> NDArray[np.float32]:
        asked = replace(query, texts=query.texts)
        scores = reranker.score(asked, now, "").scores
        return np.array([score.relevance if score else np.nan for score in scores], np.float32)

    return Work(name, len(documents(0)), run, prepare)


def _peak_bytes() -> int:
    import torch

    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
