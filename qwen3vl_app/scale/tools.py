"""What a worker has at hand: models that it loads itself, and processes that read files."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import ModelError, UnreadableMediaError
from qwen3vl_app.media.originals import Originals
from qwen3vl_app.media.placed import Placed
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.resolve import Role, resolve

if TYPE_CHECKING:
    from qwen3vl_app.models.checkpoint.resolve import Checkpoint
    from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
    from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
    from qwen3vl_app.models.service.protocol import OtherDtype
    from qwen3vl_app.settings import Settings
    from qwen3vl_app.types import EmbeddingBatch, ModelInput, ScoreBatch, Space
    from qwen3vl_app.types.fidelity import Check
    from qwen3vl_app.types.seen import SeenPrompt

OFF = Message.of("reranker.off")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What is to be known of a model without having it."""

    name: str
    bundled: bool
    budget: Budget
    fingerprint: str
    """Of an embedder, that of its space."""

    detail: Message
    memory_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The same of both models of a worker."""

    space: Space
    embedder: ModelFacts
    reranker: ModelFacts | None
    """None where none is wanted."""

    @property
    def answers(self) -> tuple[str, str]:
        """Workers whose answers are comparable have this in common."""
        judge = "" if self.reranker is None else self.reranker.fingerprint
        return self.space.fingerprint, judge


@dataclass(frozen=True, slots=True)
class Unseen:
    """Says which documents a worker could not read, instead of judging the others."""

    positions: tuple[int, ...]


class Tools:
    """What work is handed by the worker that does it. Thread-safe.

    One piece of work has the models at a time; others read meanwhile. Nothing is loaded, and no
    process started, before it is asked for.

    Args:
        settings: Which models, with how many threads, and how files are read.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turn = threading.Lock()
        self._prepared = threading.local()
        self._embedder: tuple[Checkpoint, Qwen3VLEmbedder] | None = None
        self._reranker: tuple[Checkpoint, Qwen3VLReranker] | None = None
        self._other_reranker: Qwen3VLReranker | None = None
        self._originals = Originals()
        self.reader = Reader(
            Budget(),
            settings.limits,
            workers=settings.readers,
            moment_seconds=settings.moment_seconds,
        )

    def load(self) -> Facts:
        """Load what is not loaded yet; what there is then.

        Raises:
            ModelError: A checkpoint is not on this computer, or cannot be loaded.
        """
        with self._models():
            checkpoint, embedder = self._loaded_embedder()
            judge = None
            if self._settings.reranker.strip().lower() != "none":
                known, reranker = self._loaded_reranker()
                judge = ModelFacts(
                    name=known.name,
                    bundled=known.bundled,
                    budget=reranker.budget,
                    fingerprint=reranker.fingerprint,
                    detail=reranker.detail,
                    memory_bytes=reranker.memory_bytes,
                )
            return Facts(
                space=embedder.space,
                embedder=ModelFacts(
                    name=checkpoint.name,
                    bundled=checkpoint.bundled,
                    budget=embedder.budget,
                    fingerprint=embedder.space.fingerprint,
                    detail=embedder.detail,
                    memory_bytes=embedder.memory_bytes,
                ),
                reranker=judge,
            )

    def embed(self, inputs: Sequence[ModelInput], instruction: str) -> EmbeddingBatch:
        """As ``Embedder.embed``."""
        with self._models():
            return self._loaded_embedder()[1].embed(inputs, instruction)

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        instruction: str,
        *,
        other: bool = False,
    ) -> ScoreBatch | Unseen:
        """As ``Reranker.score``; with ``other``, in the numbers of ``other_dtype``.

        What comes as its place is decoded here. Where that fails nothing is judged: the file may
        be seen elsewhere.
        """
        decoded = self._decoded(documents)
        unseen = tuple(n for n, one in enumerate(decoded) if one is None)
        if unseen:
            return Unseen(unseen)
        documents = [one for one in decoded if one is not None]
        with self._models():
            model = self._loaded_other() if other else self._loaded_reranker()[1]
            begun = time.perf_counter()
            batch = model.score(query, documents, instruction)
            return replace(batch, seconds=time.perf_counter() - begun)

    def seen_by_embedder(self, item: ModelInput, instruction: str) -> SeenPrompt | Message:
        """As ``Embedder.seen``."""
        with self._models():
            return self._loaded_embedder()[1].seen(item, instruction)

    def seen_by_reranker(
        self, query: ModelInput, document: ModelInput, instruction: str
    ) -> SeenPrompt | Message:
        """As ``Reranker.seen``."""
        with self._models():
            return self._loaded_reranker()[1].seen(query, document, instruction)

    def examine(self, role: Role) -> tuple[Check, ...]:
        """As ``ModelService.examine``."""
        from qwen3vl_app.models.forward.passport import passport  # noqa: PLC0415  imports torch

        with self._models():
            if role is Role.EMBEDDER:
                return passport(self._loaded_embedder()[1], role)
            return passport(self._loaded_reranker()[1], role)

    def other_dtype(self) -> OtherDtype:
        """As ``ModelService.other_dtype``."""
        from qwen3vl_app.models.service import building  # noqa: PLC0415  imports torch

        with self._models():
            return building.other_dtype(self._loaded_reranker()[0], self._settings)

    def _decoded(self, documents: Sequence[ModelInput]) -> list[ModelInput | None]:
        """The documents as models take them; None for what cannot be read here."""
        placed = [one for one in documents if isinstance(one, Placed)]
        if not placed:
            return [*documents]
        with ThreadPoolExecutor(min(len(placed), self._settings.readers)) as pool:
            found = iter([*pool.map(self._tried, placed)])
        return [next(found) if isinstance(one, Placed) else one for one in documents]

    def _tried(self, one: Placed) -> ModelInput | None:
        try:
            return one.decoded(self.reader, self._originals)
        except UnreadableMediaError:
            return None

    @contextmanager
    def _models(self) -> Iterator[None]:
        """Meanwhile the models are this thread's."""
        from qwen3vl_app.models.service import building  # noqa: PLC0415  imports torch

        with self._turn:
            if not hasattr(self._prepared, "done"):
                building.prepare_thread(self._settings)
                self._prepared.done = True
            yield

    def _loaded_embedder(self) -> tuple[Checkpoint, Qwen3VLEmbedder]:
        if self._embedder is None:
            from qwen3vl_app.models.service import building  # noqa: PLC0415  imports torch

            settings = self._settings
            checkpoint = self._found(settings.model, Role.EMBEDDER, settings.adapter)
            model = building.build_embedder(checkpoint, settings, _go_on)
            self._embedder = checkpoint, model
        return self._embedder

    def _loaded_reranker(self) -> tuple[Checkpoint, Qwen3VLReranker]:
        if self._reranker is None:
            from qwen3vl_app.models.service import building  # noqa: PLC0415  imports torch

            settings = self._settings
            if settings.reranker.strip().lower() == "none":
                raise ModelError(OFF)
            checkpoint = self._found(settings.reranker, Role.RERANKER, settings.reranker_adapter)
            model = building.build_reranker(checkpoint, settings, _go_on)
            others = () if self._embedder is None else (self._embedder[1],)
            building.share_weights(model, others)
            self._reranker = checkpoint, model
        return self._reranker

    def _loaded_other(self) -> Qwen3VLReranker:
        if self._other_reranker is None:
            from qwen3vl_app.models.service import building  # noqa: PLC0415  imports torch

            checkpoint, _ = self._loaded_reranker()
            dtype = building.other_dtype(checkpoint, self._settings).dtype
            self._other_reranker = building.build_reranker(
                checkpoint, self._settings, _go_on, dtype
            )
        return self._other_reranker

    def _found(self, wanted: str, role: Role, adapter: str) -> Checkpoint:
        """A checkpoint of this computer; workers download none."""

        def gpu() -> bool:
            from qwen3vl_app.models.checkpoint.load import has_gpu  # noqa: PLC0415  imports torch

            return has_gpu(self._settings.device)

        return resolve(wanted, role, gpu=gpu).with_adapter(adapter)


def _go_on() -> None:
    """Between two layers: nobody on a worker is more urgent."""
