"""The one thread that owns torch, and who may use it when.

Importing this module, building a host and asking its status touch neither torch nor
transformers, which take seconds to import; that happens on the host's thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from qwen3vl_app.errors import AppError, ModelError, ModelLoadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.resolve import Role, resolve
from qwen3vl_app.models.service.joining import MOST_JOINED, Asked, embed_joined
from qwen3vl_app.models.service.protocol import ModelState, ModelStatus, Priority
from qwen3vl_app.models.service.queue import Job, JobQueue
from qwen3vl_app.models.service.retrying import may_pass, seconds_until_retry

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.models.checkpoint.resolve import Checkpoint
    from qwen3vl_app.models.service.protocol import Embedder, Reranker
    from qwen3vl_app.settings import Settings
    from qwen3vl_app.types import EmbeddingBatch, ModelInput, ScoreBatch, Space

log = logging.getLogger(__name__)

QUIET_SECONDS = 1.0
"""Without a job of a search before indexing goes on: between two slices of a rerank, documents are
read and rows are drawn."""

GIVING_WAY_SECONDS = 3.0
"""For which indexing waits at a time while people search without a pause."""

TURN_SECONDS = 0.5
"""For which it then goes on all the same: a seventh of the time."""

CLOSED = "The models are closed, because the program is ending."
OFF = "Reranking is off; start the program without --reranker none."


@dataclass(slots=True)
class Slot:
    """One of the two models. Written by the model thread only, until closing."""

    status: ModelStatus
    settled: threading.Event
    """Set once the model is ready, off, failed or closed."""

    model: Any = None
    """``Embedder`` or ``Reranker``; None unless ready."""

    failures: int = 0
    """In a row."""

    retry_at: float | None = None
    """When loading is tried again, on the monotonic clock; None for not by itself."""


class ModelHost:
    """Loads both models in the background and runs them on one thread.

    All methods are thread-safe. ``embed`` and ``score`` block until their turn has come and gone;
    more urgent work goes first, also between two layers of a pass already begun, so a search waits
    for a small part of the pass in flight. Indexing gives way for as long as somebody searches.

    Args:
        settings: Which models, on which device, with how many threads.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._jobs = JobQueue()
        self._running: Priority | None = None
        self._turn_until = 0.0
        """Until when indexing goes on without giving way, on the monotonic clock."""

        self._starting = threading.Lock()
        self._slots = {
            Role.EMBEDDER: _slot(Role.EMBEDDER, settings.model),
            Role.RERANKER: _slot(Role.RERANKER, settings.reranker),
        }
        if not self.has_reranker:
            self._jobs.refuse(Role.RERANKER, ModelError(OFF))
        self._thread = threading.Thread(target=self._work, name="models", daemon=True)

    # ------------------------------------------------------------ for any thread

    @property
    def has_reranker(self) -> bool:
        """Whether reranking was asked for."""
        return self._slots[Role.RERANKER].status.state is not ModelState.OFF

    def start(self) -> None:
        """Begin loading, the embedder first; returns at once. Calling it again does nothing."""
        with self._starting:
            if self._thread.ident is None and not self._jobs.closed:
                self._thread.start()

    def status(self) -> tuple[ModelStatus, ModelStatus]:
        """Embedder and reranker as they are now; never waits."""
        return self._slots[Role.EMBEDDER].status, self._slots[Role.RERANKER].status

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until both models are ready, off or failed; False if ``timeout`` seconds passed."""
        until = None if timeout is None else time.monotonic() + timeout
        return all(
            slot.settled.wait(None if until is None else max(0.0, until - time.monotonic()))
            for slot in self._slots.values()
        )

    def space(self) -> Space:
        """The space of the embedder's vectors; waits for it to load, and starts that if need be.

        Raises:
            ModelLoadError: It cannot be loaded.
            ModelError: The host was closed.
        """
        return self._embedder().space

    def loaded_space(self) -> Space | None:
        """As ``space``; None while the embedder is not loaded. Never waits, and starts nothing."""
        embedder: Embedder | None = self._slots[Role.EMBEDDER].model
        return None if embedder is None else embedder.space

    def embedder_budget(self) -> Budget:
        """What the embedder looks at; waits and raises as `space`."""
        return self._embedder().budget

    def reranker_budget(self) -> Budget:
        """What the reranker looks at; waits for it to load, and starts that if need be.

        Raises:
            ModelLoadError: It cannot be loaded.
            ModelError: Reranking is off, or the host was closed.
        """
        reranker: Reranker = self._ready(Role.RERANKER)
        return reranker.budget

    def embed(
        self, inputs: Sequence[ModelInput], *, instruction: str, priority: Priority
    ) -> EmbeddingBatch:
        """Vectors for ``inputs``; see ``Embedder.embed``. Waits while the model loads.

        Short texts of searches that wait at the same time are embedded in one pass, where that
        changes no vector.

        Raises:
            ModelLoadError: The embedder cannot be loaded.
            ModelError: The host was closed.
        """
        asked = Asked(tuple(inputs), instruction)
        # indexing brings batches of its own, made to fit
        alike = asked.alike if priority is Priority.SEARCH else None
        self.start()
        batch: EmbeddingBatch = self._jobs.put(Role.EMBEDDER, priority, asked, alike).result()
        return batch

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
    ) -> ScoreBatch:
        """Judgements of ``documents``; see ``Reranker.score``. Waits while the model loads.

        Raises:
            ModelLoadError: The reranker cannot be loaded.
            ModelError: Reranking is off, or the host was closed.
        """

        def run(model: Reranker) -> ScoreBatch:
            begun = time.perf_counter()
            batch = model.score(query, documents, instruction)
            return replace(batch, seconds=time.perf_counter() - begun)

        self.start()
        batch: ScoreBatch = self._jobs.put(Role.RERANKER, priority, run).result()
        return batch

    def retry(self) -> None:
        """Load again what has failed, such as after the checkpoint was repaired; returns at once.

        What failed for want of files, memory or a drive is tried again by itself after a while.
        """
        for slot in self._slots.values():
            if slot.status.state is ModelState.FAILED:
                slot.retry_at = time.monotonic()
        self._jobs.wake()

    def close(self, timeout: float = 10.0) -> None:
        """End after the layer in work and let both models go.

        Work that waits, or is only half done, raises ``ModelError``. Loading cannot be
        interrupted: after ``timeout`` seconds its thread is left to end with the program.
        """
        self._jobs.close(ModelError(CLOSED))
        with self._starting:
            started = self._thread.ident is not None
        if started and self._thread is not threading.current_thread():
            self._thread.join(timeout)
        for slot in self._slots.values():
            slot.settled.set()

    def _embedder(self) -> Embedder:
        embedder: Embedder = self._ready(Role.EMBEDDER)
        return embedder

    def _ready(self, role: Role) -> Any:  # noqa: ANN401  # Embedder or Reranker, as the role says
        """The loaded model of a role; waits for it."""
        self.start()
        slot = self._slots[role]
        while slot.settled.wait():
            if slot.model is not None:
                return slot.model
            if slot.status.state is ModelState.FAILED:
                raise ModelLoadError(slot.status.detail)
            if slot.status.state is ModelState.OFF:
                raise ModelError(Message.of("reranker.off"))
            if self._jobs.closed:
                break
            # it had failed a moment ago, and is being loaded again
        raise ModelError(Message.of("models.closed"))

    # ------------------------------------------------------------ on the model thread

    def _work(self) -> None:
        """Load, then run jobs until closed."""
        for role, slot in self._slots.items():
            if slot.status.state is not ModelState.OFF and not self._jobs.closed:
                self._load(role, slot)
            # a search must not wait for the reranker's gigabytes
            self._run_all(than=Priority.RERANK)
        while self._jobs.wait(self._seconds_until_retry()):
            self._run_all()
            self._retry_due()
        for slot in self._slots.values():
            slot.model = None

    def _seconds_until_retry(self) -> float | None:
        """Until the first model is to be loaded again; None where none is."""
        due = [slot.retry_at for slot in self._slots.values() if slot.retry_at is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _retry_due(self) -> None:
        """Load what is to be loaded again by now."""
        for role, slot in self._slots.items():
            due = slot.retry_at is not None and slot.retry_at <= time.monotonic()
            if due and not self._jobs.closed:
                slot.retry_at = None
                slot.settled.clear()
                self._jobs.accept(role)
                self._load(role, slot)

    def _load(self, role: Role, slot: Slot) -> None:
        """Make one model ready, or say why not; the thread lives on either way."""
        slot.status = replace(slot.status, state=ModelState.LOADING)
        try:
            slot.model = self._build(role, slot)
        except AppError as error:
            self._give_up(role, slot, str(error), error)
        except Exception as error:
            # a damaged checkpoint can fail anywhere inside torch; the page must stay alive
            log.exception("loading the %s failed", role)
            self._give_up(role, slot, f"The {role} cannot be loaded: {error!r}.", error)
        else:
            ready = ModelState.READY
            slot.status = replace(slot.status, state=ready, detail=slot.model.detail)
            slot.failures = 0
        slot.settled.set()

    def _build(self, role: Role, slot: Slot) -> Embedder | Reranker:
        """Find and load one checkpoint. Imports torch and transformers."""
        checkpoint = self._resolve(role)
        slot.status = replace(slot.status, name=checkpoint.name, bundled=checkpoint.bundled)
        from qwen3vl_app.models.service import building  # noqa: PLC0415  imports torch

        build = building.build_embedder if role is Role.EMBEDDER else building.build_reranker
        return build(checkpoint, self._settings, self._between_passes)

    def _resolve(self, role: Role) -> Checkpoint:
        settings = self._settings

        def gpu() -> bool:
            from qwen3vl_app.models.checkpoint.load import has_gpu  # noqa: PLC0415  imports torch

            return has_gpu(settings.device)

        wanted = settings.model if role is Role.EMBEDDER else settings.reranker
        return resolve(wanted, role, gpu=gpu, allow_download=settings.allow_download)

    def _give_up(self, role: Role, slot: Slot, sentence: str, error: Exception) -> None:
        """Record the failure and end the work that waits for this model."""
        log.warning("%s: %s", role, sentence)
        slot.failures += 1
        if may_pass(error):
            slot.retry_at = time.monotonic() + seconds_until_retry(slot.failures)
        slot.status = replace(slot.status, state=ModelState.FAILED, detail=sentence)
        self._jobs.refuse(role, ModelLoadError(sentence))

    def _between_passes(self) -> None:
        """Called by the models while they work, some fifty times in a pass.

        Raises:
            ModelError: The host is closing, which ends the work at this point.
        """
        if self._running is Priority.INDEX:
            self._give_way()
        elif self._running is not None:
            self._run_all(than=self._running)
        if self._jobs.closed:
            raise ModelError(CLOSED)

    def _give_way(self) -> None:
        """Before or in the middle of indexing: run what searches want, while anybody searches."""
        now = time.monotonic()
        if now < self._turn_until:
            self._run_all(than=Priority.INDEX)
            return
        until = now + GIVING_WAY_SECONDS
        while self._jobs.wait_for_search(self._ready_roles(), QUIET_SECONDS, until):
            self._run_all(than=Priority.INDEX)
        if time.monotonic() >= until:
            self._turn_until = time.monotonic() + TURN_SECONDS

    def _ready_roles(self) -> list[Role]:
        return [role for role, slot in self._slots.items() if slot.model is not None]

    def _run_all(self, than: Priority | None = None) -> None:
        """Run jobs until none is left, or none more urgent than ``than``."""
        ready = self._ready_roles()
        while (job := self._jobs.take(ready, than)) is not None:
            self._run(job)

    def _run(self, job: Job) -> None:
        """Run one job, and those that can be run with it.

        Keeps the priority of the one that it may have interrupted.
        """
        if job.priority is Priority.INDEX:
            self._give_way()
        jobs = [
            one
            for one in (job, *self._alike(job))
            if one.future.set_running_or_notify_cancel()  # false once its caller has left
        ]
        interrupted, self._running = self._running, job.priority
        try:
            if not (len(jobs) > 1 and self._run_joined(jobs)):
                for one in jobs:
                    self._run_alone(one)
        finally:
            self._running = interrupted
            self._jobs.ended(job.priority)

    def _alike(self, job: Job) -> list[Job]:
        model = self._slots[job.role].model
        joins = job.alike is not None and model.is_exact
        return self._jobs.take_alike(job, MOST_JOINED - 1) if joins else []

    def _run_joined(self, jobs: Sequence[Job]) -> bool:
        """Run jobs in one pass; False if that failed and nobody has been told."""
        asked = [cast("Asked", job.run) for job in jobs]  # nothing else is alike
        try:
            batches = embed_joined(self._slots[Role.EMBEDDER].model, asked)
        except Exception:  # one of them may be the cause: alone, it reaches its own caller
            log.warning("%d queries failed together; each alone now", len(jobs), exc_info=True)
            return False
        for job, batch in zip(jobs, batches, strict=True):
            job.future.set_result(batch)
        return True

    def _run_alone(self, job: Job) -> None:
        try:
            result = job.run(self._slots[job.role].model)
        except BaseException as error:
            job.future.set_exception(error)  # whatever it is, it is the caller's to see
        else:
            job.future.set_result(result)


def _slot(role: Role, wanted: str) -> Slot:
    off = role is Role.RERANKER and wanted.strip().lower() == "none"
    state = ModelState.OFF if off else ModelState.WAITING
    settled = threading.Event()
    if off:
        settled.set()
    return Slot(ModelStatus(role=role.value, name=wanted, state=state), settled)
