"""Models in memory beside those that have the roles: of other spaces, or for a comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, cast

from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.service.protocol import Priority
from qwen3vl_app.models.service.slots import Key, Slot, slot_for
from qwen3vl_app.types.model_choice import ModelChoice

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.models.service.loading import Loader
    from qwen3vl_app.models.service.roles import Roles
    from qwen3vl_app.types import ModelInput, ScoreBatch, Space


class RerankerInSlot:
    """The reranker of one slot; an ``OtherReranker``. As thread-safe as ``ModelService.score``.

    Args:
        score: Runs the reranker of a slot: slot, query, documents, instruction, priority.
        slot: The one that judges; loaded.
    """

    def __init__(self, score: Callable[..., ScoreBatch], slot: Slot) -> None:
        self._score = score
        self._slot = slot

    @property
    def name(self) -> str:
        """Of its checkpoint."""
        return self._slot.status.name

    @property
    def fingerprint(self) -> str:
        """As ``Reranker.fingerprint``."""
        return self._slot.fingerprint

    @property
    def budget(self) -> Budget:
        """As ``Reranker.budget``."""
        return cast("Budget", self._slot.budget)

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
        reranker: str | None = None,
    ) -> ScoreBatch:
        """Judgements of ``documents``, in their order; waits and raises as the service does."""
        del reranker  # this one judges, and no other
        return self._score(self._slot, query, documents, instruction, priority)


class Beside:
    """Loads them and lets them go. Thread-safe.

    Embedders stay until they are unloaded, rerankers as long as somebody judges with them.

    Args:
        loader: Has the slots.
        roles: Knows which of them are needed in any case.
        score: As ``RerankerInSlot`` takes it.
    """

    def __init__(self, loader: Loader, roles: Roles, score: Callable[..., ScoreBatch]) -> None:
        self._loader = loader
        self._roles = roles
        self._score = score
        self._lock = Lock()
        self._users: Counter[Slot] = Counter()

    @contextmanager
    def reranker(self, key: Key) -> Iterator[RerankerInSlot]:
        """Meanwhile it is in memory; waits for it to load.

        Raises:
            ModelLoadError: It cannot be loaded.
            ModelError: The models were closed.
        """
        new = slot_for(key)
        with self._lock:
            slot = self._loader.add(new)
            self._users[slot] += 1
        try:
            if slot is new:
                self._loader.order(slot)
            self._loader.wait_for(slot)
            yield RerankerInSlot(self._score, slot)
        finally:
            with self._lock:
                self._users[slot] -= 1
                if not self._users[slot]:
                    del self._users[slot]
                    self._roles.let_go(slot)

    def load_embedder(self, space: Space) -> None:
        """As ``ModelService.load_beside``."""
        if self._loader.embedder_of(space) is not None:
            return
        if not space.checkpoint:
            raise ModelLoadError(Message.of("load.unknown", name=space.model))
        known = ModelChoice.from_text(space.checkpoint)
        key = Key(Role.EMBEDDER, known.wanted, known.adapter)
        new = slot_for(key, expected=space.fingerprint)
        slot = self._loader.add(new)
        if slot is new:
            self._loader.order(slot)
        self._loader.wait_for(slot)
        if slot.space != space:  # the checkpoint of the settings, which is another one by now
            raise ModelLoadError(Message.of("load.changed", name=slot.status.name))

    def unload_embedders(self, keep: Space | None) -> None:
        """As ``ModelService.unload_beside``."""
        kept = None if keep is None else self._loader.embedder_of(keep)
        with self._lock:
            needed = {*self._users, kept}
        for slot in self._loader.slots():
            if slot not in needed:
                self._roles.let_go(slot)
