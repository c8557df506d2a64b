"""Qwen3-VL-Reranker: a query and documents in, the probability of "yes" out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch

from qwen3vl_app.messages import Message
from qwen3vl_app.models.forward.batching import Runner, nothing
from qwen3vl_app.models.forward.seen import seen_prompt
from qwen3vl_app.models.forward.selftest import examples, self_test
from qwen3vl_app.models.forward.shortcuts import Shortcut
from qwen3vl_app.models.prompt.layout import rerank_cut, rerank_rows, reranker_limit
from qwen3vl_app.types import RERANK_INSTRUCTION, ModelInput, Score, ScoreBatch

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.models.checkpoint.load import Loaded
    from qwen3vl_app.types.seen import SeenPrompt


class Qwen3VLReranker:
    """Reads query and document together and judges whether the one answers the other.

    The score is the sigmoid of (w_yes − w_no) · h, with h the hidden state at the last token of
    the prompt and w the rows of the output layer. Product and sigmoid are taken in float32: in
    bfloat16, as in the reference, only 128 values lie between 0.5 and 1 and good results tie.

    Cost: the instruction and the query once, and then what each document adds; pictures and clips
    as for ``Qwen3VLEmbedder``.

    Threads: as for ``Qwen3VLEmbedder``.

    Args:
        loaded: From ``load_reranker``; its output layer is let go once two rows of it are taken.
        between: Called between two layers of a pass, and between two passes.

    Attributes:
        checkpoint: What it was made of.
        tokenizer: What makes its prompts.
        self_test: Whether its shortcuts give what whole rows give, one by one.
    """

    def __init__(self, loaded: Loaded, between: Callable[[], None] = nothing) -> None:
        self.checkpoint, self.tokenizer = loaded.checkpoint, loaded.tokenizer
        self._budget = loaded.budget
        self._fingerprint = loaded.fingerprint
        self._memory_bytes = loaded.memory_bytes
        self._direction = answer_direction(loaded)
        self.towers: torch.nn.Module = loaded.towers
        """With all their weights, which others may share."""

        self._runner = Runner(loaded.towers, loaded.tokenizer, between, keep=True)
        pairs = rerank_rows(loaded.tokenizer, loaded.budget, *examples(), "")
        self.self_test = self_test(self._runner, list(pairs.rows.values()), list(Shortcut))
        self._detail = self.self_test.noted(loaded.detail)

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def budget(self) -> Budget:
        return self._budget

    @property
    def memory_bytes(self) -> int:
        return self._memory_bytes

    @property
    def detail(self) -> Message:
        return self._detail

    def score(
        self, query: ModelInput, documents: Sequence[ModelInput], instruction: str
    ) -> ScoreBatch:
        """Judge each document; scores come back in input order.

        A document that the model cannot take together with this query has no score but a
        reason.

        Args:
            query: Text, pictures, clips or a mixture.
            documents: Any number, also none.
            instruction: What makes a document relevant; the reference's default if empty.
        """
        pairs = rerank_rows(self.tokenizer, self._budget, query, documents, instruction)
        at, rejected = list(pairs.rows), pairs.rejected
        scores: list[Score | None] = [None] * len(documents)
        for row, state in self._runner.last_states(list(pairs.rows.values())):
            if isinstance(state, Message):
                rejected[at[row]] = state
            else:
                logit = state @ self._direction
                scores[at[row]] = Score(relevance=logit.sigmoid().item(), logit=logit.item())
        return ScoreBatch(scores=tuple(scores), rejected=tuple(sorted(rejected.items())))

    def seen(
        self, query: ModelInput, document: ModelInput, instruction: str
    ) -> SeenPrompt | Message:
        """What ``score`` gives the model of a document; why it takes none of it. Runs no model."""
        pairs = rerank_rows(self.tokenizer, self._budget, query, [document], instruction)
        if not pairs.rows:
            return pairs.rejected[0]
        row = pairs.rows[0]
        return seen_prompt(
            self.tokenizer,
            row,
            rerank_cut(self.tokenizer, row, query, document, instruction),
            limit=reranker_limit(self._budget),
            instruction=instruction.strip() or RERANK_INSTRUCTION,
            fingerprint=self._fingerprint,
        )


def answer_direction(loaded: Loaded) -> torch.Tensor:
    """Row of "yes" minus row of "no" of the output layer: shape (H,), float32, on the CPU.

    The output layer may be tied to the input embedding; either way its weight is the matrix
    that turns states into logits.
    """
    yes, no = loaded.tokenizer.id_of("yes"), loaded.tokenizer.id_of("no")
    weight: torch.Tensor = loaded.model.lm_head.weight.detach()
    return (weight[yes].float() - weight[no].float()).cpu().clone()
