"""Judging by workers: what one of them cannot read is read here, and sent to whoever is next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.models.service.protocol import Priority
from qwen3vl_app.scale.tools import Unseen
from qwen3vl_app.types import ScoreBatch

if TYPE_CHECKING:
    from qwen3vl_app.messages import Message
    from qwen3vl_app.scale.crew import Work
    from qwen3vl_app.types import ModelInput, Score

T = TypeVar("T")

Decoded = Callable[["ModelInput"], "ModelInput"]
"""Decodes here what is only named; raises ``UnreadableMediaError``."""


class Do(Protocol):
    """Has work done; ``Crew.do``."""

    def __call__(self, work: Work[T], /) -> T: ...


def judged(
    do: Do,
    query: ModelInput,
    documents: Sequence[ModelInput],
    instruction: str,
    decoded: Decoded,
    *,
    other: bool = False,
) -> ScoreBatch:
    """The judgements of a worker, in the order of the documents; see ``Tools.score``.

    Raises:
        ModelError: No worker can be asked.
    """
    left = dict(enumerate(documents))
    reasons: dict[int, Message] = {}
    while True:
        found = _asked(do, query, tuple(left.values()), instruction, other=other)
        if isinstance(found, ScoreBatch):
            return _in_order(found, [*left], reasons)
        for n in [[*left][at] for at in found.positions]:
            try:
                left[n] = decoded(left[n])
            except UnreadableMediaError as error:
                reasons[n] = error.reason
        left = {n: one for n, one in left.items() if n not in reasons}


def _asked(
    do: Do,
    query: ModelInput,
    documents: tuple[ModelInput, ...],
    instruction: str,
    *,
    other: bool,
) -> ScoreBatch | Unseen:
    return do(lambda tools: tools.score(query, documents, instruction, other=other))


def _in_order(found: ScoreBatch, order: Sequence[int], reasons: dict[int, Message]) -> ScoreBatch:
    """Of what was judged, whose places among all documents are ``order``, and of what was not."""
    scores: list[Score | None] = [None] * (len(order) + len(reasons))
    for n, score in zip(order, found.scores, strict=True):
        scores[n] = score
    rejected = {**reasons, **{order[at]: why for at, why in found.rejected}}
    return ScoreBatch(
        scores=tuple(scores), rejected=tuple(sorted(rejected.items())), seconds=found.seconds
    )


class OtherScorer:
    """Judges by the copies of the reranker in its other numbers; a ``Scorer``."""

    def __init__(self, do: Do, decoded: Decoded) -> None:
        self._do = do
        self._decoded = decoded

    def score(
        self,
        query: ModelInput,
        documents: Sequence[ModelInput],
        *,
        instruction: str,
        priority: Priority = Priority.RERANK,
        reranker: str | None = None,
    ) -> ScoreBatch:
        """Judgements of ``documents``, in their order."""
        del priority, reranker
        return judged(self._do, query, documents, instruction, self._decoded, other=True)
