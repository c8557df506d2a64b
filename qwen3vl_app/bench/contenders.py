"""Who does the works of ``bench models``: this program, and what it is measured against."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Protocol

import numpy as np

from qwen3vl_app.bench.works import Embedding, Reranking
from qwen3vl_app.models.forward.shortcuts import Shortcut
from qwen3vl_app.types import ModelInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
    from qwen3vl_app.models.forward.reranker import Qwen3VLReranker

    Answers = NDArray[np.float32]
    """(N, H) unit vectors, or (N,) relevances."""

ANOTHER = ModelInput(texts=("another",))
"""The query that has judged documents before where a work says so."""


class Contender(Protocol):
    """One way of doing the works."""

    name: str

    def ready(self, task: Embedding | Reranking) -> Callable[[], Answers] | None:
        """Whatever need not be timed; then what is. None if it cannot do this work."""


class Program:
    """This program, with the shortcuts that it takes or without some of them.

    Args:
        name: To show.
        embedder: Of any shape.
        reranker: None where there is none.
        off: Shortcuts not taken.
    """

    def __init__(
        self,
        name: str,
        embedder: Qwen3VLEmbedder,
        reranker: Qwen3VLReranker | None,
        off: Collection[Shortcut] = (),
    ) -> None:
        self.name = name
        self._embedder = embedder
        self._reranker = reranker
        self._off = set(off)

    def ready(self, task: Embedding | Reranking) -> Callable[[], Answers] | None:
        """Nothing is kept of an earlier turn; of documents seen before, what is kept of them."""
        if isinstance(task, Embedding):
            self._embedder._runner.off = self._off  # noqa: SLF001
            return lambda: self._embedder.embed(task.inputs, "").vectors
        reranker = self._reranker
        if reranker is None:
            return None
        reranker._runner.off = self._off  # noqa: SLF001
        reranker._runner.forget()  # noqa: SLF001
        if task.seen_before:
            reranker.score(ANOTHER, task.documents, "")
        return lambda: _relevances(reranker, task)


def _relevances(reranker: Qwen3VLReranker, task: Reranking) -> Answers:
    scores = reranker.score(task.query, task.documents, "").scores
    return np.array([score.relevance if score else np.nan for score in scores], np.float32)
