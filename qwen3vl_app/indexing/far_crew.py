"""What the indexer knows of workers elsewhere, of which each has a model and reading processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.types import EmbeddingBatch, ModelInput

T = TypeVar("T")


class Tools(Protocol):
    """What work has at hand where it is done. Thread-safe."""

    @property
    def reader(self) -> Reader:
        """Reads files as that computer sees them."""

    def embed(self, inputs: Sequence[ModelInput], instruction: str) -> EmbeddingBatch:
        """As ``Embedder.embed``; one call at a time."""


class Crew(Protocol):
    """Workers that do the same work in the same way. Thread-safe."""

    @property
    def room(self) -> int:
        """How much work can be in hand at a time."""

    def do(self, work: Callable[[Tools], T]) -> T:
        """What a piece of work gives; waits until a worker is free, and for its end.

        The work is pickled. It is done again elsewhere where its worker is lost, so it must change
        nothing.

        Raises:
            ModelError: No worker can do it.
        """
