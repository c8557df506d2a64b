"""What the person asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen3vl_app.errors import EmptyQueryError, UsageError
from qwen3vl_app.types.content import Clip, ModelInput
from qwen3vl_app.types.library import EVERYTHING, ItemFilter

if TYPE_CHECKING:
    from PIL.Image import Image

QUERY_INSTRUCTION = "Retrieve images or text relevant to the user's query."
"""Given to the embedder with a query (Qwen3-VL-Embedding, README)."""

DOCUMENT_INSTRUCTION = "Represent the user's input."
"""Given to the embedder with everything stored (default of the reference)."""

RERANK_INSTRUCTION = "Given a search query, retrieve relevant candidates that answer the query."
"""Default of the reference's reranker."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Query:
    """What the person asked: text, pictures, clips or a mixture, as one model input.

    Raises:
        EmptyQueryError: Nothing was given.
        UsageError: ``top_k`` or ``depth`` is out of range.
    """

    text: str = ""
    pictures: tuple[Image, ...] = ()
    clips: tuple[Clip, ...] = ()
    filter: ItemFilter = EVERYTHING
    instruction: str | None = None
    """For both stages; None for each stage's default."""

    top_k: int = 20
    """Hits shown, 1 to 100."""

    depth: int = 20
    """Recall candidates the reranker sees, 1 to 200; never fewer than are shown."""

    rerank: bool = True

    def __post_init__(self) -> None:
        if not (self.text.strip() or self.pictures or self.clips):
            raise EmptyQueryError
        if not 1 <= self.top_k <= 100:
            raise UsageError(f"{self.top_k} results were asked for; choose 1 to 100.")
        if not 1 <= self.depth <= 200:
            raise UsageError(f"A depth of {self.depth} was asked for; choose 1 to 200.")

    @property
    def model_input(self) -> ModelInput:
        """The query as both models see it."""
        texts = (self.text.strip(),) if self.text.strip() else ()
        return ModelInput(texts=texts, pictures=self.pictures, clips=self.clips)
