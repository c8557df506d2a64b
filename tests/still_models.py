"""A model service whose models are there from the start: what the models of tests derive from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import ModelError, ModelLoadError, UnloadedError
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
from qwen3vl_app.types import (
    EmbeddingBatch,
    ModelInput,
    ScoreBatch,
    Space,
)
from qwen3vl_app.types.fidelity import Check
from qwen3vl_app.types.model_choice import ModelChoice
from qwen3vl_app.types.seen import SeenPrompt


class StillModels:
    """Derive from it, and say what the two verbs give; without ``score`` there is no reranker.

    ``tests/contracts/test_model_service.py`` asks of those that do what it asks of the real one.
    """

    closed = False
    judge_name = ""
    """Of the reranker; empty where it is called like the embedder."""

    judging = True
    """False once the reranker was turned off."""

    failed: tuple[ModelStatus, ...] = ()

    @property
    def stands_for(self) -> Space:
        """The space of the vectors."""
        return Space(model="still", dimension=4, fingerprint="still-4")

    @property
    def has_reranker(self) -> bool:
        return self.status()[1].state is not ModelState.OFF

    def start(self) -> None:
        pass

    def status(self) -> tuple[ModelStatus, ModelStatus]:
        name = self.stands_for.model
        embedder = ModelStatus(role="embedder", name=name, wanted=name, state=ModelState.READY)
        return embedder, self.reranker_status(name)

    def reranker_status(self, name: str) -> ModelStatus:
        judges = self.judging and type(self).score is not StillModels.score
        state = ModelState.READY if judges else ModelState.OFF
        known = name if judges else "none"
        return ModelStatus(role="reranker", name=known, wanted=known, state=state)

    def coming(self) -> tuple[ModelStatus, ...]:
        return self.failed

    def use(self, role: Role, wanted: str, adapter: str = "") -> Future[None]:
        done: Future[None] = Future()
        self.failed = ()
        name = self.status()[0].name
        if role is Role.RERANKER:
            name = self.judge_name or name
            if type(self).score is StillModels.score:
                name = "none"
        if self.closed:
            done.set_exception(ModelError(Message.of("models.closed")))
            return done
        if role is Role.RERANKER and wanted in ("none", name) and not adapter:
            self.judging = wanted != "none"
        elif wanted != name or adapter:
            why = Message.of("load.neither", value=wanted, model=self.stands_for.model)
            state = ModelState.FAILED
            self.failed = (ModelStatus(role=role, name=wanted, state=state, detail=why),)
            done.set_exception(ModelLoadError(why))
            return done
        done.set_result(None)
        return done

    def wait(self, timeout: float | None = None) -> bool:
        return all(
            status.state in (ModelState.READY, ModelState.FAILED, ModelState.OFF)
            for status in self.status()
        )

    def space(self) -> Space:
        self.check()
        return self.stands_for

    def loaded_space(self) -> Space | None:
        return self.stands_for if self.status()[0].state is ModelState.READY else None

    def hurry(self) -> AbstractContextManager[None]:
        return nullcontext()

    def embedder_budget(self) -> Budget:
        return Budget()

    def reranker_budget(self) -> Budget:
        if not self.has_reranker:
            raise ModelError(Message.of("reranker.off"))
        return Budget()

    def reranker_fingerprint(self) -> str:
        self.reranker_budget()
        return f"{self.judge_name or self.stands_for.fingerprint} judges"

    def load_beside(self, space: Space) -> None:
        self.check()
        if space != self.stands_for:
            raise ModelLoadError(Message.of("load.changed", name=space.model))

    def unload_beside(self, keep: Space | None = None) -> None:
        pass

    def embed(
        self,
        inputs: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority,
        space: Space | None = None,
    ) -> EmbeddingBatch:
        raise NotImplementedError

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
        reranker: str | None = None,
    ) -> ScoreBatch:
        raise ModelError(Message.of("reranker.off"))

    def seen_by_embedder(
        self, item: ModelInput, *, instruction: str, space: Space | None = None
    ) -> SeenPrompt | Message:
        self.check(space)
        from tests.still_prompts import embedder_prompt  # imports torch

        return embedder_prompt(
            self.embedder_budget(), item, instruction, self.stands_for.fingerprint
        )

    def seen_by_reranker(
        self,
        query: ModelInput,
        document: ModelInput,
        *,
        instruction: str,
        reranker: str | None = None,
    ) -> SeenPrompt | Message:
        self.check_judge(reranker)
        from tests.still_prompts import reranker_prompt  # imports torch

        fingerprint = self.reranker_fingerprint()
        budget = self.reranker_budget()
        return reranker_prompt(budget, query, document, instruction, fingerprint)

    def other_dtype(self) -> OtherDtype:
        self.reranker_budget()
        return OtherDtype(dtype="bfloat16", memory_bytes=1000, here=True)

    @contextmanager
    def reranker_in_other_dtype(self) -> Iterator[Scorer]:
        self.check()
        self.reranker_budget()
        yield self

    @contextmanager
    def reranker_beside(self, choice: ModelChoice) -> Iterator[OtherReranker]:
        self.check()
        yield Contrary(self, choice.wanted)

    def examine(self, role: Role) -> tuple[Check, ...]:
        self.check()
        if role is Role.RERANKER:
            self.reranker_budget()
        return (Check(code="pooling", reference="nowhere", holds=True),)

    def retry(self) -> None:
        pass

    def close(self, timeout: float = 10.0) -> None:
        self.closed = True

    def check_judge(self, reranker: str | None) -> None:
        """What ``score`` begins with."""
        known = self.reranker_fingerprint()
        if reranker not in (None, known):
            raise UnloadedError(Message.of("models.replaced", name=self.stands_for.model))

    def check(self, space: Space | None = None) -> None:
        """What every verb begins with: nothing is asked of a closed one, or in a strange space."""
        if self.closed:
            raise ModelError(Message.of("models.closed"))
        if space not in (None, self.stands_for):
            raise UnloadedError(Message.of("models.unloaded", name=space.model))


class Contrary:
    """Another reranker, which holds the opposite of what the present one does."""

    def __init__(self, models: StillModels, name: str) -> None:
        self._models = models
        self.name = name
        self.fingerprint = f"contrary {name}"
        self.budget = models.embedder_budget()

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
        reranker: str | None = None,
    ) -> ScoreBatch:
        del reranker
        batch = self._models.score(query, documents, instruction=instruction, priority=priority)
        turned = (
            None if one is None else replace(one, logit=-one.logit, relevance=1 - one.relevance)
            for one in batch.scores
        )
        return replace(batch, scores=tuple(turned))
