"""Rows through the model in padded batches: sort, collate, run, take the last real token."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.construction import GATE
from qwen3vl_app.models.forward.memory import is_out_of_memory
from qwen3vl_app.models.forward.passes import run
from qwen3vl_app.models.forward.prefix import Prefixes
from qwen3vl_app.models.forward.rows import collate
from qwen3vl_app.models.forward.shortcuts import Shortcut
from qwen3vl_app.models.prompt.layout import Row
from qwen3vl_app.models.text.layers import TextLayers
from qwen3vl_app.models.vision.tower import Tower, bytes_to_keep

if TYPE_CHECKING:
    from transformers.models.qwen3_vl.modeling_qwen3_vl import Qwen3VLModel

    from qwen3vl_app.models.prompt.tokenizer import PromptTokenizer

log = logging.getLogger(__name__)

NO_MEMORY = Message.of("input.no_memory")
NOT_FINITE = Message.of("input.not_finite")

SMALL_WIDTH = 512
"""Dimensions up to which a model counts as small; the published ones have 2048 and 4096."""


ENOUGH = 512
"""Tokens of a pass from which on a CPU works at full speed: padding then costs more than another
pass does. Mixed texts of the bundled model and of one with 0.1 billion parameters take 8 to 12 %
less processor time than without it."""


def tokens_per_pass(device: str, width: int) -> int:
    """Longest row × rows that one pass should have, for a model of ``width`` dimensions.

    On a CPU a large model gains 0 to 5 % from passes beyond ``ENOUGH`` tokens and needs seconds
    for them; a small one is held up by overhead instead. On a GPU larger passes are faster; where
    memory does not hold them, they are halved.
    """
    if device == "cuda":
        return 16384
    return 4096 if width <= SMALL_WIDTH or device == "mps" else ENOUGH


def nothing() -> None:
    """Between two layers, when nobody waits."""


class Runner:
    """Runs rows through one model; keeps what it has learnt about the memory of its device.

    Not thread-safe, but re-entrant: ``between`` may run other rows through the same runner.

    Args:
        model: In evaluation mode, on its device.
        tokenizer: Of the same checkpoint.
        between: Called between two passes and between two layers of each, so that something more
            urgent can go first: a pass of the 2B model takes seconds on a CPU. A pass keeps
            nothing in the model that another one would change.
        keep: Keep what the vision tower makes of pictures and clips, for they are seen again.

    Attributes:
        off: Shortcuts that are not taken.
    """

    def __init__(
        self,
        model: Qwen3VLModel,
        tokenizer: PromptTokenizer,
        between: Callable[[], None] = nothing,
        *,
        keep: bool = False,
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._between = between
        self.off: set[Shortcut] = set()
        self._tower = Tower(model.visual, bytes_to_keep(model.device) if keep else 0)
        self._prefixes = Prefixes(model, tokenizer, self._tower)
        deepstack = len(model.visual.deepstack_visual_indexes)
        self._layers = TextLayers(model.language_model, deepstack)
        for layer in (*model.visual.blocks, *model.language_model.layers):
            # before anything is made ready for a layer: other rows may go through it meanwhile
            layer.register_forward_pre_hook(lambda *_: self._pause(), prepend=True)
        width = model.language_model.embed_tokens.embedding_dim
        self._tokens = tokens_per_pass(model.device.type, width)

    @property
    def dtype(self) -> torch.dtype:
        """In what numbers the model computes."""
        weight: Tensor = self._model.language_model.norm.weight  # never narrower than that
        return weight.dtype

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Meanwhile nothing else goes first: for a thread that is not the models' own."""
        between, self._between = self._between, nothing
        try:
            yield
        finally:
            self._between = between

    def forget(self) -> None:
        """Let go what is kept of earlier rows."""
        self._tower.forget()
        self._prefixes.forget()

    def last_states(self, rows: Sequence[Row]) -> Iterator[tuple[int, Tensor | Message]]:
        """Each row's position and last hidden state, in the order in which batches end.

        Yields:
            (position, state): shape (H,), float32 on the CPU; or why there is none, because the
            device's memory does not even hold this row alone, or its numbers are not finite.
        """
        if Shortcut.PREFIX in self.off:
            rows = [replace(row, prefix=None) for row in rows]
        todo = self._batches(rows)
        while todo:
            batch = todo.pop(0)
            states = self._attempt([rows[at] for at in batch])
            if states is not None:
                for at, state in zip(batch, states, strict=True):
                    yield at, state if bool(state.isfinite().all()) else NOT_FINITE
            elif len(batch) == 1:
                yield batch[0], NO_MEMORY
            else:
                half = len(batch) // 2
                todo[:0] = [batch[:half], batch[half:]]
            if todo:
                self._between()

    def _batches(self, rows: Sequence[Row]) -> list[list[int]]:
        """Positions of rows that go together: of one prefix, and of similar length behind it."""
        tokens = 1 if Shortcut.TOGETHER in self.off else self._tokens
        enough = ENOUGH if self._model.device.type == "cpu" else tokens
        groups: dict[int, list[int]] = {}
        for at, row in enumerate(rows):
            groups.setdefault(id(row.prefix), []).append(at)
        return [
            [group[i] for i in batch]
            for group in groups.values()
            for batch in by_length([weight(rows[at]) for at in group], tokens, enough)
        ]

    def _pause(self) -> None:
        """Between two layers: what others wait for goes first."""
        with GATE.paused():
            self._between()

    def _attempt(self, rows: Sequence[Row]) -> Tensor | None:
        """One pass, shape (N, H); None if memory ran out, and then smaller batches from now on."""
        try:
            with torch.inference_mode(), GATE.running():
                self._tower.keeps = Shortcut.KEPT not in self.off
                trimmed = self._layers.use(
                    lean=Shortcut.LEAN not in self.off, trim=Shortcut.TRIMMED not in self.off
                )
                prefix = rows[0].prefix
                past = None if prefix is None else self._prefixes.of(prefix, trimmed=trimmed)
                batch = collate(rows, self._tokenizer, prefix)
                return run(self._model, self._tower, batch, past, trimmed=trimmed)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        tokens = max(map(weight, rows)) * len(rows)
        self.forget()
        log.warning("out of memory with %d rows, %d tokens", len(rows), tokens)
        if len(rows) > 1:
            self._tokens = min(self._tokens, tokens // 2)
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()
        return None


def weight(row: Row) -> int:
    """Tokens that the row adds to a pass: its own, and an eighth of its prefix.

    Nothing is computed for the prefix, but its keys and values are read for every row.
    """
    before = 0 if row.prefix is None else len(row.prefix.ids)
    return len(row.ids) - before + before // 8


def by_length(lengths: Sequence[int], tokens: int, enough: int) -> Iterator[list[int]]:
    """Positions in batches of similar length, longest first.

    Each batch has at most ``tokens`` = longest × rows, or is a single row. No row is shorter than
    half the longest, so that less than half of a pass is padding; of a batch that has ``enough``
    tokens without it, none is shorter than four fifths. The longest goes first so that memory runs
    out at once or not at all.
    """
    batch: list[int] = []
    for at in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        longest = lengths[batch[0]] if batch else 0
        least = 0.8 if longest * len(batch) >= enough else 0.5
        if batch and (longest * (len(batch) + 1) > tokens or lengths[at] < longest * least):
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch
