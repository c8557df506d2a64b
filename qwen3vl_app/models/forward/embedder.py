"""Qwen3-VL-Embedding: decoded content and queries in, unit vectors out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from qwen3vl_app.messages import Message
from qwen3vl_app.models.forward.batching import Runner, nothing
from qwen3vl_app.models.forward.seen import seen_prompt
from qwen3vl_app.models.forward.selftest import examples, self_test
from qwen3vl_app.models.forward.shortcuts import Shortcut
from qwen3vl_app.models.prompt.conversation import finish_sentence
from qwen3vl_app.models.prompt.layout import (
    RejectedInputError,
    Row,
    embed_cut,
    embed_row,
    embedder_limit,
)
from qwen3vl_app.types import EmbeddingBatch, ModelInput, Space, Vectors

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.models.checkpoint.load import Loaded
    from qwen3vl_app.types.seen import SeenPrompt


class Qwen3VLEmbedder:
    """Embeds pictures, clips, texts and mixtures of them into one space.

    N inputs become up to N rows of H dimensions (2048 for the 2B model, 4096 for 8B). Each row is
    the last layer's hidden state at the final real token of its prompt, divided by its length,
    so the dot product of two rows is their cosine. The leading part of a row, made unit length
    again, is a vector too.

    Cost: a picture costs one token per 32 × 32 pixels, a clip that for every pair of frames.
    Memory grows with the longest prompt times the rows of a pass; passes are halved when the
    device runs out.

    Threads: not thread-safe; ``ModelHost`` calls it from its one thread. Re-entrant from
    ``between``.

    Determinism: in float32 an input alone and in a mixed batch agree to 1e-6 in cosine; padding
    changes the order of sums, not the content.

    Args:
        loaded: From ``load_embedder``.
        between: Called between two layers of a pass, and between two passes.

    Attributes:
        checkpoint: What it was made of.
        tokenizer: What makes its prompts.
        self_test: Whether its shortcuts give what the long way gives for each input alone.
    """

    def __init__(self, loaded: Loaded, between: Callable[[], None] = nothing) -> None:
        self._loaded = loaded
        self.checkpoint, self.tokenizer = loaded.checkpoint, loaded.tokenizer
        self.towers: torch.nn.Module = loaded.towers
        """With all their weights, which others may share."""

        self._runner = Runner(loaded.towers, loaded.tokenizer, between)
        rows, _ = self._plan(examples()[1], "")
        shortcuts = [Shortcut.TOGETHER, Shortcut.LEAN, Shortcut.TRIMMED]
        self.self_test = self_test(self._runner, list(rows.values()), shortcuts)
        self._space = Space(
            model=loaded.checkpoint.name,
            dimension=loaded.model.config.text_config.hidden_size,
            fingerprint=loaded.fingerprint,
            checkpoint=loaded.checkpoint.source,
        )

    @property
    def space(self) -> Space:
        return self._space

    @property
    def budget(self) -> Budget:
        return self._loaded.budget

    @property
    def memory_bytes(self) -> int:
        return self._loaded.memory_bytes

    @property
    def detail(self) -> Message:
        return self.self_test.noted(self._loaded.detail)

    @property
    def is_exact(self) -> bool:
        # in half precision the order of sums, which changes with the batch, is no longer small
        return self._loaded.placement.dtype == torch.float32

    def embed(self, inputs: Sequence[ModelInput], instruction: str) -> EmbeddingBatch:
        """Embed inputs under one instruction.

        An input that the model cannot take is left out with its reason, never replaced: a wrong
        vector is found by searches for ever, a missing one is retried.

        Args:
            inputs: Any number, also none.
            instruction: What the vectors are for; gets a full stop if it lacks one.
        """
        rows, rejected = self._plan(inputs, instruction)
        at = list(rows)
        refused = frozenset(rejected)
        states: dict[int, torch.Tensor] = {}
        for row, state in self._runner.last_states(list(rows.values())):
            if isinstance(state, Message):
                rejected[at[row]] = state
            else:
                states[at[row]] = state
        kept = tuple(sorted(states))
        return EmbeddingBatch(
            vectors=self._unit([states[i] for i in kept]),
            kept=kept,
            rejected=tuple(sorted(rejected.items())),
            may_pass=frozenset(rejected) - refused,
        )

    def seen(self, item: ModelInput, instruction: str) -> SeenPrompt | Message:
        """What ``embed`` gives the model of an input; why it takes none of it. Runs no model."""
        try:
            row = embed_row(self.tokenizer, self.budget, item, instruction)
        except RejectedInputError as refused:
            return refused.reason
        return seen_prompt(
            self.tokenizer,
            row,
            embed_cut(self.tokenizer, row, item, instruction),
            limit=embedder_limit(self.budget),
            instruction=finish_sentence(instruction),
            fingerprint=self._space.fingerprint,
        )

    def _plan(
        self, inputs: Sequence[ModelInput], instruction: str
    ) -> tuple[dict[int, Row], dict[int, Message]]:
        rows, rejected = {}, {}
        for i, item in enumerate(inputs):
            try:
                rows[i] = embed_row(self._loaded.tokenizer, self.budget, item, instruction)
            except RejectedInputError as refused:
                rejected[i] = refused.reason
        return rows, rejected

    def _unit(self, states: Sequence[torch.Tensor]) -> Vectors:
        """Shape (N, H) float32, every row of length 1."""
        if not states:
            return np.empty((0, self._space.dimension), dtype=np.float32)
        stacked = torch.nn.functional.normalize(torch.stack(list(states)), dim=-1)
        return np.ascontiguousarray(stacked.numpy(), dtype=np.float32)
