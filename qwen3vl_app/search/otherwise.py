"""What answers a search where that is not what usually does, so that both can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwen3vl_app.store.protocols import Store
    from qwen3vl_app.types import Space
    from qwen3vl_app.types.model_choice import ModelChoice


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Otherwise:
    """Nothing by itself: a search as ever."""

    space: Space | None = None
    """Which answers; its embedder is loaded beside that of the model if need be."""

    store: Store | None = None
    """The same library with its vectors in another view; ``space`` is named with it."""

    reranker: ModelChoice | None = None
    """Which judges, loaded beside the one in use; None for that one."""

    pixels: int = 1
    """The reranker sees one in so many tokens of what a picture, page or clip may have at most.
    The query is shown in full."""


USUAL = Otherwise()
"""A search as ever."""
