"""The models of a program: what callers ask of them, and the one thread that runs torch.

Importing this module, building a host and asking its status touch neither torch nor
transformers, which take seconds to import; that happens on the host's threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from qwen3vl_app.errors import ModelError, UnloadedError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.service.beside import Beside
from qwen3vl_app.models.service.joining import Asked
from qwen3vl_app.models.service.loading import CLOSED, OFF, Loader
from qwen3vl_app.models.service.protocol import ModelState, ModelStatus, Priority
from qwen3vl_app.models.service.queue import JobQueue
from qwen3vl_app.models.service.roles import Roles
from qwen3vl_app.models.service.slots import Key, Slot
from qwen3vl_app.models.service.turns import HURRY_SECONDS, Turns
from qwen3vl_app.types.model_choice import ModelChoice

if TYPE_CHECKING:
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

    from qwen3vl_app.budget import Budget
    from qwen3vl_app.models.service.protocol import (
        Embedder,
        OtherDtype,
        OtherReranker,
        Reranker,
        Scorer,
    )
    from qwen3vl_app.settings import Settings
    from qwen3vl_app.types import EmbeddingBatch, ModelInput, ScoreBatch, Space
    from qwen3vl_app.types.fidelity import Check
    from qwen3vl_app.types.seen import SeenPrompt


class ModelHost:
    """Loads models on one thread and runs them on another; the ``ModelService`` of the program.

    ``embed`` and ``score`` block until their turn has come and gone; more urgent work goes first,
    also between two layers of a pass already begun, so a search waits for a small part of the
    pass in flight. Indexing gives way for as long as somebody searches. Whatever is being loaded,
    models that are ready go on: constructing one holds passes up for a fraction of a second,
    reading its weights does not.

    There is one slot for each role and checkpoint: the two that have the roles, those that are to
    take them over, and embedders beside them for the spaces of other models.

    Args:
        settings: Which models, on which device, with how many threads.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._jobs = JobQueue()
        self._turns = Turns(self._jobs)
        self._starting = threading.Lock()
        self._loader = Loader(settings, self._jobs, self._turns.between)
        self._roles = Roles(
            self._loader,
            self._jobs,
            [
                Key(Role.EMBEDDER, settings.model, settings.adapter),
                Key(Role.RERANKER, settings.reranker, settings.reranker_adapter),
            ],
        )
        self._beside = Beside(self._loader, self._roles, self._score)
        self._thread = threading.Thread(target=self._work, name="models", daemon=True)

    # ------------------------------------------------------------ for any thread

    @property
    def has_reranker(self) -> bool:
        """Whether reranking was asked for."""
        return self._reranker.status.state is not ModelState.OFF

    def start(self) -> None:
        """Begin loading, the embedder first; returns at once. Calling it again does nothing."""
        with self._starting:
            if self._thread.ident is None and not self._jobs.closed:
                for slot in (self._embedder, self._reranker):
                    self._loader.order(slot)
                self._thread.start()
                self._loader.start()

    def status(self) -> tuple[ModelStatus, ModelStatus]:
        """Embedder and reranker as they are now; never waits."""
        return self._embedder.status, self._reranker.status

    def coming(self) -> tuple[ModelStatus, ...]:
        """What ``use`` asked for and is on its way, and the last one of a role that failed."""
        return self._roles.coming()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until all models are ready, off or failed; False if ``timeout`` seconds passed."""
        until = None if timeout is None else time.monotonic() + timeout
        return all(
            slot.settled.wait(None if until is None else max(0.0, until - time.monotonic()))
            for slot in self._roles.all()
        )

    def use(self, role: Role, wanted: str, adapter: str = "") -> Future[None]:
        """Have another model in this role once it is loaded; see ``ModelService.use``."""
        self.start()
        return self._roles.change(Key(role, wanted.strip(), adapter))

    def space(self) -> Space:
        """The space of the embedder's vectors; waits for it to load, and starts that if need be.

        Raises:
            ModelLoadError: It cannot be loaded.
            ModelError: The host was closed.
        """
        return cast("Space", self._present(Role.EMBEDDER).space)

    def loaded_space(self) -> Space | None:
        """As ``space``; None while the embedder is not loaded. Never waits, and starts nothing."""
        slot = self._embedder
        return slot.space if slot.is_there else None

    def embedder_budget(self) -> Budget:
        """What the embedder looks at; waits and raises as `space`."""
        return cast("Budget", self._present(Role.EMBEDDER).budget)

    def reranker_budget(self) -> Budget:
        """What the reranker looks at; waits for it to load, and starts that if need be.

        Raises:
            ModelLoadError: It cannot be loaded.
            ModelError: Reranking is off, or the host was closed.
        """
        return cast("Budget", self._present(Role.RERANKER).budget)

    def reranker_fingerprint(self) -> str:
        """Which reranker judges; waits and raises as ``reranker_budget``."""
        return self._present(Role.RERANKER).fingerprint

    def load_beside(self, space: Space) -> None:
        """Have the embedder of another space in memory, beside the present one.

        Waits for it to load; afterwards ``embed`` can be asked for vectors of this space. The
        checkpoint of the space is loaded only if it still gives these, and never downloaded.
        Where that failed it is not tried again until ``retry`` or ``unload_beside``.

        Raises:
            ModelLoadError: It is not known, has gone, has changed or cannot be loaded.
            ModelError: The host was closed.
        """
        self.start()
        self._beside.load_embedder(space)

    def unload_beside(self, keep: Space | None = None) -> None:
        """Let go embedders beside the present one, once their work is done, less that of ``keep``.

        What is on its way to take over stays as well.
        """
        self._beside.unload_embedders(keep)

    def embed(
        self,
        inputs: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority,
        space: Space | None = None,
    ) -> EmbeddingBatch:
        """Vectors for ``inputs``; see ``Embedder.embed``. Waits while the model loads.

        Short texts of searches that wait at the same time are embedded in one pass, where that
        changes no vector.

        Raises:
            ModelLoadError: The embedder cannot be loaded.
            UnloadedError: No embedder of this space is in memory.
            ModelError: The host was closed.
        """
        slot = self._embedding_slot(space)
        asked = Asked(tuple(inputs), instruction)
        # indexing brings batches of its own, made to fit
        alike = asked.alike if priority is Priority.SEARCH else None
        batch: EmbeddingBatch = self._put(slot, priority, asked, alike)
        return batch

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
        reranker: str | None = None,
    ) -> ScoreBatch:
        """Judgements of ``documents``; see ``ModelService.score``. Waits while the model loads.

        Raises:
            ModelLoadError: The reranker cannot be loaded.
            UnloadedError: Another reranker has taken over.
            ModelError: Reranking is off, or the host was closed.
        """
        slot = self._judging_slot(reranker)
        return self._score(slot, query, documents, instruction, priority)

    def other_dtype(self) -> OtherDtype:
        """In which numbers the reranker does not compute; see ``ModelService.other_dtype``."""
        slot = self._present(Role.RERANKER)
        checkpoint = self._put(slot, Priority.RERANK, lambda model: model.checkpoint)
        from qwen3vl_app.models.service import building  # noqa: PLC0415  imports torch

        return building.other_dtype(checkpoint, self._settings)

    @contextmanager
    def reranker_in_other_dtype(self) -> Iterator[Scorer]:
        """Meanwhile it is in memory a second time; see ``ModelService``."""
        key = self._present(Role.RERANKER).key
        with self._beside.reranker(key._replace(dtype=self.other_dtype().dtype)) as copy:
            yield copy

    def reranker_beside(self, choice: ModelChoice) -> AbstractContextManager[OtherReranker]:
        """Meanwhile another one is in memory as well; see ``ModelService.reranker_beside``."""
        self.start()
        return self._beside.reranker(Key(Role.RERANKER, choice.wanted.strip(), choice.adapter))

    def seen_by_embedder(
        self, item: ModelInput, *, instruction: str, space: Space | None = None
    ) -> SeenPrompt | Message:
        """What the embedder gets of an input; see ``ModelService.seen_by_embedder``."""

        def run(model: Embedder) -> SeenPrompt | Message:
            return model.seen(item, instruction)

        found: SeenPrompt | Message = self._put(self._embedding_slot(space), Priority.INSPECT, run)
        return found

    def seen_by_reranker(
        self,
        query: ModelInput,
        document: ModelInput,
        *,
        instruction: str,
        reranker: str | None = None,
    ) -> SeenPrompt | Message:
        """What the reranker gets of a document; see ``ModelService.seen_by_reranker``."""

        def run(model: Reranker) -> SeenPrompt | Message:
            return model.seen(query, document, instruction)

        found: SeenPrompt | Message = self._put(
            self._judging_slot(reranker), Priority.INSPECT, run
        )
        return found

    def examine(self, role: Role) -> tuple[Check, ...]:
        """Hold the model of a role to the reference; see ``ModelService.examine``.

        Raises:
            ModelLoadError: It cannot be loaded.
            ModelError: Reranking is off, or the host was closed.
        """

        def run(model: Any) -> tuple[Check, ...]:  # noqa: ANN401  # either of the two
            from qwen3vl_app.models.forward.passport import passport  # noqa: PLC0415  imports torch

            return passport(model, role)

        checks: tuple[Check, ...] = self._put(self._roles.of(role), Priority.INDEX, run)
        return checks

    @contextmanager
    def hurry(self) -> Iterator[None]:
        """Meanwhile somebody waits for the first rows of a search; see ``ModelService.hurry``."""
        token = self._jobs.hurry(HURRY_SECONDS)
        try:
            yield
        finally:
            self._jobs.hurried(token)

    def retry(self) -> None:
        """Load again what has failed, such as after the checkpoint was repaired; returns at once.

        What failed for want of files, memory or a drive is tried again by itself after a while.
        """
        for slot in self._loader.slots():
            if slot.status.state is ModelState.FAILED:
                self._loader.order(slot)

    def close(self, timeout: float = 10.0) -> None:
        """End after the layer in work and let all models go.

        Work that waits, or is only half done, raises ``ModelError``. Loading cannot be
        interrupted: after ``timeout`` seconds its thread is left to end with the program.
        """
        until = time.monotonic() + timeout
        self._jobs.close(ModelError(CLOSED))
        self._roles.close(ModelError(CLOSED))
        self._loader.stop()
        with self._starting:
            started = self._thread.ident is not None
        if started:
            self._thread.join(timeout)
            self._loader.join(max(0.0, until - time.monotonic()))
        for slot in self._loader.slots():
            slot.settled.set()

    @property
    def _embedder(self) -> Slot:
        return self._roles.of(Role.EMBEDDER)

    @property
    def _reranker(self) -> Slot:
        return self._roles.of(Role.RERANKER)

    def _embedding_slot(self, space: Space | None) -> Slot:
        """Where vectors of a space are made; None for that of the model.

        Raises:
            UnloadedError: No embedder of this space is in memory.
        """
        slot = self._embedder if space is None else self._loader.embedder_of(space)
        if slot is None:
            known = "" if space is None else space.model
            raise UnloadedError(Message.of("models.unloaded", name=known))
        return slot

    def _judging_slot(self, reranker: str | None) -> Slot:
        """Where the reranker of a fingerprint is; None for whichever there is.

        Raises:
            UnloadedError: Another reranker has taken over.
            ModelError: Reranking is off.
        """
        slot = self._reranker
        if reranker is not None and slot.fingerprint != reranker:
            if slot.status.state is ModelState.OFF:
                raise ModelError(OFF)
            raise UnloadedError(Message.of("models.replaced", name=slot.status.name))
        return slot

    def _present(self, role: Role) -> Slot:
        """The slot that has a role, with what is known of its model; waits for it to load."""
        self.start()
        return self._roles.wait_for(role)

    def _score(
        self,
        slot: Slot,
        query: ModelInput,
        documents: Sequence[ModelInput],
        instruction: str,
        priority: Priority,
    ) -> ScoreBatch:
        def run(model: Reranker) -> ScoreBatch:
            begun = time.perf_counter()
            batch = model.score(query, documents, instruction)
            return replace(batch, seconds=time.perf_counter() - begun)

        batch: ScoreBatch = self._put(slot, priority, run)
        return batch

    def _put(self, slot: Slot, priority: Priority, run: Any, alike: str | None = None) -> Any:  # noqa: ANN401  # as the model gives
        """What a job gives that is run on the model of a slot."""
        self.start()
        future = self._jobs.put(slot.key, priority, run, alike)
        self._loader.wake(slot)
        return future.result()

    def _work(self) -> None:
        """Run jobs until closed: on the one thread that runs models."""
        if self._jobs.wait():
            from qwen3vl_app.models.service import building  # noqa: PLC0415  imports torch

            building.prepare_thread(self._settings)
            self._turns.run(self._loader.passed)
        for slot in self._loader.slots():
            slot.model = None
