"""The models of a program that has them elsewhere: a ``ModelService`` whose work a crew does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from qwen3vl_app.errors import AppError, ModelError, ModelLoadError, UnloadedError
from qwen3vl_app.media.originals import Originals
from qwen3vl_app.media.placed import Placed
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.service.protocol import ModelState, ModelStatus, Priority
from qwen3vl_app.scale.crew import CLOSED, Crew
from qwen3vl_app.scale.judging import OtherScorer, judged
from qwen3vl_app.scale.ray_workers import RayWorkers
from qwen3vl_app.scale.tools import OFF

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.models.service.protocol import OtherDtype, OtherReranker, Scorer
    from qwen3vl_app.scale.crew import Work, Worker
    from qwen3vl_app.scale.tools import Facts, ModelFacts
    from qwen3vl_app.settings import Settings
    from qwen3vl_app.types import EmbeddingBatch, ModelInput, ScoreBatch, Space
    from qwen3vl_app.types.fidelity import Check
    from qwen3vl_app.types.model_choice import ModelChoice
    from qwen3vl_app.types.seen import SeenPrompt

log = logging.getLogger(__name__)

T = TypeVar("T")


class Workers(Protocol):
    """Where workers come from."""

    def connect(self) -> None:
        """Before the first is hired; raises as ``RayWorkers.connect``."""

    def hire(self) -> Worker:
        """Start one."""

    def close(self) -> None:
        """After the last has ended."""


class FarModels:
    """Asks workers, of which each has the models of ``settings``; loads none here.

    Thread-safe. Whatever is asked waits for a worker that is free, in no order of urgency: nobody
    searches by hand meanwhile. The models stay those it was started with, but reranking can be
    turned off and on.

    Args:
        settings: Which models, and how many workers of what size.
        reader: Reads here what a worker does not see.
        workers: Where they come from; None for Ray.
    """

    def __init__(self, settings: Settings, reader: Reader, workers: Workers | None = None) -> None:
        self._settings = settings
        self._reader = reader
        self._originals = Originals()
        self._workers: Workers = workers or RayWorkers(settings)
        self._crew = Crew(self._workers.hire, settings.workers)
        self._lock = threading.Lock()
        self._settled = threading.Event()
        self._begun = False
        self._closed = False
        self._judges = settings.reranker.strip().lower() != "none"
        self._facts: Facts | None = None
        self._failure: AppError | None = None
        self._refused: tuple[ModelStatus, ...] = ()

    # ------------------------------------------------------------ as a crew

    @property
    def room(self) -> int:
        """How much work can be in hand at a time."""
        return self._crew.room

    def do(self, work: Work[T]) -> T:
        """What a piece of work gives on one of the workers; see ``Crew.do``. Waits for them.

        Raises:
            ModelError: No worker can do it.
        """
        self._present()
        return self._crew.do(work)

    # ------------------------------------------------------------ what is there

    @property
    def has_reranker(self) -> bool:
        """Whether reranking was asked for."""
        return self._judges

    def start(self) -> None:
        """Begin to hire workers; returns at once. Calling it again does nothing."""
        with self._lock:
            if self._begun or self._closed:
                return
            self._begun = True
        threading.Thread(target=self._begin, name="hiring", daemon=True).start()

    def status(self) -> tuple[ModelStatus, ModelStatus]:
        """Embedder and reranker as they are now; never waits."""
        settings, facts = self._settings, self._facts
        embedder, reranker = (None, None) if facts is None else (facts.embedder, facts.reranker)
        return (
            self._status_of(Role.EMBEDDER, settings.model, settings.adapter, embedder),
            self._status_of(Role.RERANKER, settings.reranker, settings.reranker_adapter, reranker),
        )

    def coming(self) -> tuple[ModelStatus, ...]:
        """What ``use`` was asked for in vain."""
        return self._refused

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until all workers have loaded, or one failed; False after ``timeout`` seconds."""
        return self._settled.wait(timeout)

    def space(self) -> Space:
        """The space of the vectors; waits for the workers, and hires them if need be.

        Raises:
            ModelError: They cannot be had.
        """
        return self._present().space

    def loaded_space(self) -> Space | None:
        """As ``space``; None while the workers load. Never waits, and starts nothing."""
        return None if self._facts is None or self._closed else self._facts.space

    def embedder_budget(self) -> Budget:
        """What the embedder looks at; waits and raises as ``space``."""
        return self._present().embedder.budget

    def reranker_budget(self) -> Budget:
        """What the reranker looks at; waits and raises as ``space``, also where it is off."""
        return self._judge().budget

    def reranker_fingerprint(self) -> str:
        """Which reranker judges; waits and raises as ``reranker_budget``."""
        return self._judge().fingerprint

    # ------------------------------------------------------------ the two verbs

    def embed(
        self,
        inputs: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority,
        space: Space | None = None,
    ) -> EmbeddingBatch:
        """Vectors of one worker for inputs that are sent to it; see ``ModelService.embed``.

        Raises:
            UnloadedError: The workers have another space.
            ModelError: They cannot be had.
        """
        del priority
        self._check(space)
        given = tuple(inputs)
        batch = self.do(lambda tools: tools.embed(given, instruction))
        return replace(batch, vectors=batch.vectors.copy())  # what comes from far is read-only

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
        reranker: str | None = None,
    ) -> ScoreBatch:
        """Judgements of one worker on documents; see ``ModelService.score``.

        What comes as its place is decoded there, or else here, and sent.

        Raises:
            UnloadedError: The workers have another reranker.
            ModelError: They cannot be had, or reranking is off.
        """
        del priority
        self._check_judge(reranker)
        return judged(self.do, query, documents, instruction, self._decoded)

    def seen_by_embedder(
        self, item: ModelInput, *, instruction: str, space: Space | None = None
    ) -> SeenPrompt | Message:
        """What the embedder gets of an input; raises as ``embed``."""
        self._check(space)
        return self.do(lambda tools: tools.seen_by_embedder(item, instruction))

    def seen_by_reranker(
        self,
        query: ModelInput,
        document: ModelInput,
        *,
        instruction: str,
        reranker: str | None = None,
    ) -> SeenPrompt | Message:
        """What the reranker gets of a document beside a query; raises as ``score``."""
        self._check_judge(reranker)
        return self.do(lambda tools: tools.seen_by_reranker(query, document, instruction))

    def other_dtype(self) -> OtherDtype:
        """In which numbers the reranker does not compute there; raises as ``score``."""
        self._judge()
        return self.do(lambda tools: tools.other_dtype())

    @contextmanager
    def reranker_in_other_dtype(self) -> Iterator[Scorer]:
        """It is in the memory of the workers a second time, once asked; they keep that copy."""
        self._judge()
        yield OtherScorer(self.do, self._decoded)

    def reranker_beside(self, choice: ModelChoice) -> AbstractContextManager[OtherReranker]:
        """Workers load the models that they were started with, and no others.

        Raises:
            ModelError: Always.
        """
        raise ModelError(Message.of("ray.use", value=choice.wanted))

    def hurry(self) -> AbstractContextManager[None]:
        """Nothing of what the workers do takes processors from this computer."""
        return nullcontext()

    # ------------------------------------------------------------ care

    def examine(self, role: Role) -> tuple[Check, ...]:
        """Whether the model of one worker sees and answers as the reference does.

        Raises:
            ModelError: It cannot be had, or reranking is off.
        """
        if role is Role.RERANKER:
            self._judge()
        return self.do(lambda tools: tools.examine(role))

    def use(self, role: Role, wanted: str, adapter: str = "") -> Future[None]:
        """Only what is there already, and reranking off and on; all else fails at once."""
        done: Future[None] = Future()
        present = self.status()[list(Role).index(role)]
        own = self._settings.model if role is Role.EMBEDDER else self._settings.reranker
        self._refused = ()
        if self._closed:
            done.set_exception(ModelError(CLOSED))
        elif role is Role.RERANKER and wanted == "none" and not adapter:
            self._judges = False
            done.set_result(None)
        elif wanted == own and adapter == present.adapter:
            self._judges = self._judges or role is Role.RERANKER
            done.set_result(None)
        else:
            why = Message.of("ray.use", value=wanted)
            status = ModelStatus(
                role=role, name=wanted, wanted=wanted, state=ModelState.FAILED, detail=why
            )
            self._refused = (status,)
            done.set_exception(ModelLoadError(why))
        return done

    def load_beside(self, space: Space) -> None:
        """No other space is to be had.

        Raises:
            ModelLoadError: It is another one.
            ModelError: The workers cannot be had.
        """
        if space != self.space():
            raise ModelLoadError(Message.of("load.unknown", name=space.model))

    def unload_beside(self, keep: Space | None = None) -> None:
        """There is none."""

    def retry(self) -> None:
        """Hire workers again where that has failed; returns at once."""
        with self._lock:
            if self._failure is None or self._closed:
                return
            self._failure = None
            self._settled.clear()
            self._crew.close()
            self._crew = Crew(self._workers.hire, self._settings.workers)
        threading.Thread(target=self._begin, name="hiring", daemon=True).start()

    def close(self, timeout: float = 10.0) -> None:
        """End the workers; work that waits raises ``ModelError``. Harmless when repeated."""
        del timeout
        with self._lock:
            closed, self._closed = self._closed, True
        self._settled.set()
        if not closed and self._begun:
            self._crew.close()
            self._workers.close()

    # ------------------------------------------------------------ inside

    def _begin(self) -> None:
        try:
            self._workers.connect()
            facts = self._crew.start()
        except AppError as error:
            log.warning("the workers cannot be had: %s", error)
            self._failure = error
        except Exception as error:
            log.exception("the workers cannot be had")
            self._failure = ModelLoadError(Message.of("load.embedder", said=repr(error)))
        else:
            self._facts = facts
        if self._failure is not None or self._closed:
            self._crew.close()
        if self._closed:  # meanwhile
            self._workers.close()
        self._settled.set()

    def _decoded(self, placed: ModelInput) -> ModelInput:
        """What a worker could not read, read here.

        Raises:
            UnreadableMediaError: It cannot be read here either.
        """
        if isinstance(placed, Placed):
            return placed.decoded(self._reader, self._originals)
        return placed

    def _present(self) -> Facts:
        """What the workers have; waits for them."""
        self.start()
        self._settled.wait()
        if self._closed:
            raise ModelError(CLOSED)
        if self._failure is not None:
            raise ModelLoadError(self._failure.message)
        if self._facts is None:
            raise ModelError(CLOSED)
        return self._facts

    def _judge(self) -> ModelFacts:
        judge = self._present().reranker if self._judges else None
        if judge is None:
            raise ModelError(OFF)
        return judge

    def _check(self, space: Space | None) -> None:
        if space not in (None, self.space()):
            known = "" if space is None else space.model
            raise UnloadedError(Message.of("models.unloaded", name=known))

    def _check_judge(self, reranker: str | None) -> None:
        judge = self._judge()
        if reranker not in (None, judge.fingerprint):
            raise UnloadedError(Message.of("models.replaced", name=judge.name))

    def _status_of(
        self, role: Role, wanted: str, adapter: str, model: ModelFacts | None
    ) -> ModelStatus:
        known = ModelStatus(
            role=role.value, name=wanted, wanted=wanted, adapter=adapter, state=ModelState.WAITING
        )
        if role is Role.RERANKER and not self._judges:
            return replace(known, name="none", wanted="none", adapter="", state=ModelState.OFF)
        if self._failure is not None:
            return replace(known, state=ModelState.FAILED, detail=self._failure.message)
        if model is None:
            state = ModelState.LOADING if self._begun else ModelState.WAITING
            return replace(known, state=state, detail=NOTHING)
        return replace(
            known,
            name=model.name,
            state=ModelState.READY,
            bundled=model.bundled,
            fingerprint=model.fingerprint,
            memory_bytes=model.memory_bytes,
            detail=Message.of("ray.workers", n=self._settings.workers, detail=model.detail),
        )
