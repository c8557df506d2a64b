"""Scanning, scanning again, and everything about indexing that is not the model."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from statistics import median

import numpy as np

from qwen3vl_app.bench.filling import mark_indexed
from qwen3vl_app.bench.measures import Measure, processor_seconds, timed
from qwen3vl_app.bench.mixed import draw_picture
from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import BenchError, ModelError, ModelLoadError, UnloadedError
from qwen3vl_app.indexing.indexer import Indexer
from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.service.protocol import (
    ModelState,
    ModelStatus,
    OtherDtype,
    OtherReranker,
    Priority,
    Scorer,
)
from qwen3vl_app.settings import Limits, Settings
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import EmbeddingBatch, ModelInput, Outcome, ScoreBatch, Space
from qwen3vl_app.types.fidelity import Check
from qwen3vl_app.types.model_choice import ModelChoice

DIMENSION = 2048
_PER_FOLDER = 100


class NoModel:
    """A ``ModelService`` that gives a random vector for every input at once.

    Args:
        state: Of the embedder, for good. There is no reranker.
    """

    has_reranker = False

    def __init__(self, state: ModelState = ModelState.READY) -> None:
        self._state = state
        self._chance = np.random.default_rng(0)
        self._space = Space(model="none", dimension=DIMENSION, fingerprint="bench")
        self._closed = False
        self._failed: tuple[ModelStatus, ...] = ()
        self.calls = 0
        """How often it was asked for vectors."""

    def start(self) -> None:
        """Nothing is to be loaded."""

    def status(self) -> tuple[ModelStatus, ModelStatus]:
        """Always the same."""
        off = ModelStatus(role="reranker", name="none", wanted="none", state=ModelState.OFF)
        return ModelStatus(role="embedder", name="none", wanted="none", state=self._state), off

    def wait(self, timeout: float | None = None) -> bool:
        """As the state says, at once."""
        del timeout
        return self._state is not ModelState.LOADING

    def space(self) -> Space:
        """Of as many dimensions as the 2B model gives."""
        self._check()
        return self._space

    def loaded_space(self) -> Space | None:
        """As ``space``, where the embedder is ready."""
        return self._space if self._state is ModelState.READY else None

    def coming(self) -> tuple[ModelStatus, ...]:
        """What ``use`` was asked for in vain."""
        return self._failed

    def use(self, role: Role, wanted: str, adapter: str = "") -> Future[None]:
        """Only what is there already."""
        done: Future[None] = Future()
        if wanted == "none" and not adapter:
            self._failed = ()
            done.set_result(None)
        else:
            why = Message.of("load.neither", value=wanted, model="none")
            failed = ModelStatus(role=role, name=wanted, state=ModelState.FAILED, detail=why)
            self._failed = (failed,)
            done.set_exception(ModelLoadError(why))
        return done

    def hurry(self) -> AbstractContextManager[None]:
        """There is nothing that could stand still."""
        return nullcontext()

    def embedder_budget(self) -> Budget:
        """That of the real models, so pictures are decoded to the same size."""
        return Budget()

    def reranker_budget(self) -> Budget:
        """There is none."""
        raise ModelError(Message.of("reranker.off"))

    def reranker_fingerprint(self) -> str:
        """There is none."""
        raise ModelError(Message.of("reranker.off"))

    def load_beside(self, space: Space) -> None:
        """There is no other space."""
        if space != self._space:
            raise ModelLoadError(Message.of("load.unknown", name=space.model))

    def unload_beside(self, keep: Space | None = None) -> None:
        """There is none."""

    def embed(
        self,
        inputs: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority,
        space: Space | None = None,
    ) -> EmbeddingBatch:
        """Random vectors of length 1, counted as one call."""
        del instruction, priority
        self._check(space)
        self.calls += 1
        vectors = self._chance.standard_normal((len(inputs), DIMENSION), np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
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
        """There is no reranker."""
        del query, documents, instruction, priority, reranker
        raise ModelError(Message.of("reranker.off"))

    def seen_by_embedder(
        self, item: ModelInput, *, instruction: str, space: Space | None = None
    ) -> Message:
        """It looks at nothing."""
        del item, instruction, space
        return Message.of("inspect.no_model")

    def seen_by_reranker(
        self,
        query: ModelInput,
        document: ModelInput,
        *,
        instruction: str,
        reranker: str | None = None,
    ) -> Message:
        """There is none.

        Raises:
            ModelError: Always.
        """
        del query, document, instruction, reranker
        raise ModelError(Message.of("reranker.off"))

    def other_dtype(self) -> OtherDtype:
        """There is no reranker."""
        raise ModelError(Message.of("reranker.off"))

    def reranker_in_other_dtype(self) -> AbstractContextManager[Scorer]:
        """There is no reranker."""
        raise ModelError(Message.of("reranker.off"))

    def reranker_beside(self, choice: ModelChoice) -> AbstractContextManager[OtherReranker]:
        """No reranker is loaded for a measurement of reading."""
        del choice
        raise ModelError(Message.of("reranker.off"))

    def examine(self, role: Role) -> tuple[Check, ...]:
        """The one thing there is to say of it: that it gives a vector for every input."""
        self._check()
        if role is Role.RERANKER:
            raise ModelError(Message.of("reranker.off"))
        return (Check(code="pooling", reference="bench/ingest.py", holds=True),)

    def retry(self) -> None:
        """Nothing has failed."""

    def close(self, timeout: float = 10.0) -> None:
        """Give no more vectors."""
        del timeout
        self._closed = True

    def _check(self, space: Space | None = None) -> None:
        if self._closed:
            raise ModelError(Message.of("models.closed"))
        if space is not None and space != self._space:
            raise UnloadedError(Message.of("models.unloaded", name=space.model))


def measure_scans(folder: Path, count: int, turns: int) -> list[Measure]:
    """Scan ``count`` small files for the first time, then again with nothing changed."""
    root, home = folder / "files", folder / "scanned"
    _write_texts(root, count)
    with closing(Library.open(home)) as library:
        first = _until(library, NoModel(ModelState.LOADING), root, IndexState.WAITING)
    mark_indexed(home, root)
    model = NoModel()
    with closing(Library.open(home)) as library:
        again = [_until(library, model, root, IndexState.IDLE) for _ in range(turns)]
        kept = library.counts().files[Outcome.INDEXED]
    if kept != count:
        raise BenchError(f"{kept} of {count} files are still indexed after scanning again.")
    return [
        Measure(name="scan: new files per second", value=round(count / first), unit="/s"),
        Measure(
            name="scan again, nothing changed, per 100,000 files",
            value=round(median(again) * 100_000 / count, 2),
            unit="s",
            goal=5,
            at_least=False,
        ),
        Measure(
            name="scan again: calls of the model",
            value=float(model.calls),
            unit="",
            goal=0,
            at_least=False,
        ),
    ]


def measure_ingest(folder: Path, count: int) -> list[Measure]:
    """Index ``count`` pictures of 320 x 240 with a model that takes no time."""
    warm, root = folder / "warm", folder / "pictures"
    _draw_pictures(warm, 32, first=0)
    _draw_pictures(root, count, first=32)
    model = NoModel()
    reader = Reader(Budget(), Limits(), workers=Settings().readers)
    with closing(reader), closing(Library.open(folder / "ingested")) as library:
        indexer = Indexer(library, reader, model, Settings(ocr=False))
        with closing(indexer):
            _finish(indexer, warm)
            used = processor_seconds()
            seconds, progress = timed(lambda: _finish(indexer, root))
            used_then = processor_seconds()
    if progress.items != count:
        raise BenchError(f"{progress.items} of {count} pictures were indexed: {progress.message}")
    rate = round(count / seconds, 1)
    name = "ingest: pictures of 320 x 240 per second, without a model"
    measures = [Measure(name=name, value=rate, unit="/s", goal=300)]
    if used is not None and used_then is not None:
        name = "ingest: processor time per picture, all processes"
        cost = round(1000 * (used_then - used) / count, 2)
        # Two cores at 300 pictures a second; unlike the rate, true on a busy machine too.
        measures.append(Measure(name=name, value=cost, unit="ms", goal=6, at_least=False))
    return measures


def _until(library: Library, model: NoModel, root: Path, state: IndexState) -> float:
    """Seconds from adding a folder until the indexer is in a state."""
    reader = Reader(Budget(), Limits(), workers=1)
    indexer = Indexer(library, reader, model, Settings(ocr=False))
    with closing(reader), closing(indexer):
        begun = time.perf_counter()
        indexer.add([root])
        indexer.start()
        while (progress := indexer.wait(timeout=0.01)).state is not state:
            if progress.state is IndexState.FAILED:
                raise BenchError(f"The scan failed: {progress.message}")
        seconds = time.perf_counter() - begun
    if not progress.files:
        raise BenchError("The scan met no files.")
    return seconds


def _finish(indexer: Indexer, folder: Path) -> IndexProgress:
    indexer.add([folder])
    indexer.start()
    return indexer.wait()


def _write_texts(root: Path, count: int) -> None:
    for begin in range(0, count, _PER_FOLDER):
        folder = root / f"{begin // (20 * _PER_FOLDER):03}" / f"{begin // _PER_FOLDER:04}"
        folder.mkdir(parents=True)
        for number in range(begin, min(begin + _PER_FOLDER, count)):
            (folder / f"{number}.txt").write_text(f"note {number}", encoding="ascii")


def _draw_pictures(root: Path, count: int, first: int) -> None:
    root.mkdir(parents=True)
    for number in range(first, first + count):
        draw_picture(root / f"{number}.jpg", number)
