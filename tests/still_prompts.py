"""What models that stand still would see: planned as for real ones, with a real tokenizer."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from qwen3vl_app.budget import Budget
from qwen3vl_app.messages import Message
from qwen3vl_app.models.forward.seen import seen_prompt
from qwen3vl_app.models.prompt import layout
from qwen3vl_app.models.prompt.conversation import finish_sentence
from qwen3vl_app.models.prompt.tokenizer import PromptTokenizer
from qwen3vl_app.types import RERANK_INSTRUCTION, ModelInput
from qwen3vl_app.types.seen import SeenPrompt


@cache
def _tokenizer() -> PromptTokenizer:
    return PromptTokenizer(Path(__file__).parent / "data" / "parity" / "checkpoint")


def embedder_prompt(
    budget: Budget, item: ModelInput, instruction: str, fingerprint: str
) -> SeenPrompt | Message:
    """As ``ModelService.seen_by_embedder``."""
    try:
        row = layout.embed_row(_tokenizer(), budget, item, instruction)
    except layout.RejectedInputError as refused:
        return refused.reason
    return seen_prompt(
        _tokenizer(),
        row,
        layout.embed_cut(_tokenizer(), row, item, instruction),
        limit=layout.embedder_limit(budget),
        instruction=finish_sentence(instruction),
        fingerprint=fingerprint,
    )


def reranker_prompt(
    budget: Budget, query: ModelInput, document: ModelInput, instruction: str, fingerprint: str
) -> SeenPrompt | Message:
    """As ``ModelService.seen_by_reranker``."""
    pairs = layout.rerank_rows(_tokenizer(), budget, query, [document], instruction)
    if not pairs.rows:
        return pairs.rejected[0]
    row = pairs.rows[0]
    return seen_prompt(
        _tokenizer(),
        row,
        layout.rerank_cut(_tokenizer(), row, query, document, instruction),
        limit=layout.reranker_limit(budget),
        instruction=instruction or RERANK_INSTRUCTION,
        fingerprint=fingerprint,
    )
