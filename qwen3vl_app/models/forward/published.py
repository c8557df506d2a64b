"""The example of the reference's README beside the numbers that are published for it.

Source: README.md of QwenLM/Qwen3-VL-Embedding, whose example asks one query of a text, a picture
(``demo.jpeg``) and both; the numbers of the 2B models as published on their model cards, in
bfloat16, and the logits in float32 (pull request 5057 of embeddings-benchmark/mteb).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.types import ModelInput, Picture

if TYPE_CHECKING:
    from PIL.Image import Image

INSTRUCTION = "Retrieve images or text relevant to the user's query."
QUERY = "A woman playing with her dog on a beach at sunset."
TEXT = (
    "A woman shares a joyful moment with her golden retriever on a sun-drenched beach at sunset, "
    "as the dog offers its paw in a heartwarming display of companionship and trust."
)

MODELS = {Role.EMBEDDER: "Qwen3-VL-Embedding-2B", Role.RERANKER: "Qwen3-VL-Reranker-2B"}
"""Those whose numbers are published."""

COSINES = {"text": 0.7896, "shown": 0.7156, "both": 0.7236}
RELEVANCES = {"text": 0.8600, "shown": 0.7232, "both": 0.8189}
LOGITS = {"text": 1.82623, "shown": 0.72302, "both": 1.46066}

CLOSE = 0.01
"""How far cosines may be from those published, in either precision."""

ROUGH = 0.05
"""The same of relevances in half precision: so far are the published ones, which were computed in
bfloat16, from those of the published logits (0.723 and 0.673 for the picture)."""

FINE = 0.005
"""The same of logits in float32, which the decoder of the picture changes most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One number."""

    measure: str
    """``cosine``, ``relevance`` or ``logit``."""

    document: str
    """``text``, ``shown`` (the picture) or ``both``."""

    expected: float
    found: float
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Whether it is as published."""
        return abs(self.found - self.expected) <= self.tolerance


def documents(image: Image | None) -> dict[str, ModelInput]:
    """The example's documents; without its picture the text alone."""
    found = {"text": ModelInput(texts=(TEXT,))}
    if image is not None:
        shown = (Picture(image),)
        found["shown"] = ModelInput(pictures=shown)
        found["both"] = ModelInput(texts=(TEXT,), pictures=shown)
    return found


def embedder_published(
    embedder: Qwen3VLEmbedder,
    image: Image | None,
    cosines: Mapping[str, float] = COSINES,
) -> list[Published]:
    """Cosines of the query with each document: one pass of each."""
    asked = documents(image)
    query = embedder.embed([ModelInput(texts=(QUERY,))], INSTRUCTION).vectors
    vectors = embedder.embed(list(asked.values()), "").vectors
    return [
        Published(
            measure="cosine",
            document=name,
            expected=cosines[name],
            found=round(float(cosine), 4),
            tolerance=CLOSE,
        )
        for name, cosine in zip(asked, (vectors @ query.T)[:, 0], strict=True)
    ]


def reranker_published(
    reranker: Qwen3VLReranker,
    image: Image | None,
    dtype: torch.dtype,
    relevances: Mapping[str, float] = RELEVANCES,
    logits: Mapping[str, float] = LOGITS,
) -> list[Published]:
    """Relevances of the documents; in float32 the logits, which are published more exactly."""
    asked = documents(image)
    query = ModelInput(texts=(QUERY,))
    scores = reranker.score(query, list(asked.values()), INSTRUCTION).scores
    exact = dtype == torch.float32
    return [
        Published(
            measure="logit" if exact else "relevance",
            document=name,
            expected=logits[name] if exact else relevances[name],
            found=round(score.logit if exact else score.relevance, 5),
            tolerance=FINE if exact else ROUGH,
        )
        for name, score in zip(asked, scores, strict=True)
        if score is not None
    ]
