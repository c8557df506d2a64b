"""The conversation around the content: who says what, in which order. No token yet.

Sources: ``format_model_input`` and ``format_mm_instruction`` of the reference
(``src/models/qwen3_vl_embedding.py``, ``qwen3_vl_reranker.py``).
"""

from __future__ import annotations

import unicodedata
from typing import Any, TypeAlias

from qwen3vl_app.types import DOCUMENT_INSTRUCTION, RERANK_INSTRUCTION, ModelInput

Turn: TypeAlias = dict[str, Any]
"""One turn in the form chat templates take: ``{"role": …, "content": [{"type": …}, …]}``."""

JUDGE = (
    "Judge whether the Document meets the requirements based on the Query and the Instruct "
    'provided. Note that the answer can only be "yes" or "no".'
)


def embed_messages(item: ModelInput, instruction: str) -> list[Turn]:
    """The conversation whose last token becomes the vector of ``item``."""
    return [
        {"role": "system", "content": [_text(finish_sentence(instruction))]},
        {"role": "user", "content": _content(item)},
    ]


def rerank_messages(query: ModelInput, document: ModelInput, instruction: str) -> list[Turn]:
    """The conversation that asks whether ``document`` answers ``query``."""
    content = [
        _text("<Instruct>: " + (instruction if instruction.strip() else RERANK_INSTRUCTION))
    ]
    content += [_text("<Query>:"), *_content(query)]
    content += [_text("\n<Document>:"), *_content(document)]
    return [
        {"role": "system", "content": [_text(JUDGE)]},
        {"role": "user", "content": content},
    ]


def finish_sentence(instruction: str) -> str:
    """The instruction with a full stop if it does not end in punctuation; default if empty."""
    instruction = instruction.strip() or DOCUMENT_INSTRUCTION
    if unicodedata.category(instruction[-1]).startswith("P"):
        return instruction
    return instruction + "."


def _content(item: ModelInput) -> list[Turn]:
    """Clips, then pictures, then texts; ``NULL`` where there is nothing."""
    content: list[Turn] = [{"type": "video"} for _ in item.clips]
    content += [{"type": "image"} for _ in item.pictures]
    content += [_text(text) for text in item.texts if text]
    return content or [_text("NULL")]


def _text(text: str) -> Turn:
    return {"type": "text", "text": text}
