"""A reranker in a slot of its own, judging as the present one does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qwen3vl_app.models.service.protocol import Priority

if TYPE_CHECKING:
    from qwen3vl_app.models.service.slots import Slot
    from qwen3vl_app.types import ModelInput, ScoreBatch


class ScorerInSlot:
    """A ``Scorer``: the reranker of a slot beside the present one. As thread-safe as ``score``.

    Args:
        score: Runs the reranker of a slot: slot, query, documents, instruction, priority.
        slot: The one that judges.
    """

    def __init__(self, score: Callable[..., ScoreBatch], slot: Slot) -> None:
        self._score = score
        self._slot = slot

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
