"""Reranker batches as tensors: all that a step needs beside the model.

Made by the processes that draw, so that the one that trains does nothing but train. "Rows" are the
N · A prompts of a batch, document by document; flat tokens are counted as in `network.Rows`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from qwen3vl_app.demo.training import inputs
from qwen3vl_app.demo.training.grounding import Grounds, Naming
from qwen3vl_app.demo.training.lists import Families
from qwen3vl_app.demo.training.network import Rows
from qwen3vl_app.demo.training.places import middles_of
from qwen3vl_app.demo.training.tokenizer import END, append_end, id_of

BEHIND_QUERY, GATHERING = "<Document", ">:"
"""The tokens that follow the query; the second gathers its meaning."""


@dataclass(frozen=True, slots=True)
class Side:
    """Prompts, and the segments that they look at, row by row; None for words alone."""

    rows: Rows
    segments: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """What has to be noticed on the way to yes or no, as in `Grounds`.

    ends, named: where names end, and places of the things that they mean. middles: as
    `places.middles_of`.
    """

    ends: Tensor
    named: Tensor
    shown: Tensor
    grounds: Tensor
    ways: Tensor
    middles: Tensor


@dataclass(frozen=True, slots=True)
class Words:
    """Further names without a document: asked as the reranker is, and as the embedder is.

    behind: where the tokens that gather them lie. ends, named: as in `Targets`.
    """

    rows: Rows
    behind: Tensor
    ends: Tensor
    named: Tensor
    known: Rows


@dataclass(frozen=True, slots=True)
class Pairs:
    """N documents, each with A queries, as rows.

    behind: where the tokens that gather the queries lie. asked: (N, A) as in `Families`. truth:
    likewise. queries, documents: as the embedder gets them.
    """

    rows: Side
    behind: Tensor
    asked: Tensor
    truth: Tensor
    queries: Side
    documents: Side
    targets: Targets | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """One batch. pixels: (segments, 1 or 2, height, width, 3) uint8, or None."""

    pixels: Tensor | None
    grid: inputs.Grid | None
    pairs: Pairs | None
    words: Words | None


def prompts_of(batch: Families) -> list[str]:
    """The prompts of all rows."""
    return [
        inputs.judge_prompt(batch.queries[at], document)
        for document, row in zip(batch.documents, batch.asked, strict=True)
        for at in row
    ]


def segments_by_row(batch: Families) -> np.ndarray | None:
    """(rows, per) segments of every row: those of its query, then of its document."""
    parts = []
    if batch.asking is not None:
        parts.append(batch.asking[batch.asked.flatten()])
    if batch.seen is not None:
        parts.append(batch.seen.repeat(batch.asked.shape[1], axis=0))
    return np.concatenate(parts, axis=1) if parts else None


def name_ends(
    tokenizer: Tokenizer, named: Sequence[Naming], prompts: Sequence[str], rows: Rows
) -> tuple[Tensor, Tensor]:
    """Where the last token of each name lies among the flat tokens, and what thing it means."""
    places, things = [], []
    encoded = tokenizer.encode_batch([prompts[row] for row, _, _ in named])
    for (row, end, thing), found in zip(named, encoded, strict=True):
        start = prompts[row].index("<Query>:") + len("<Query>:")
        token = found.char_to_token(start + end - 1)
        if token is not None:
            while (
                found.offsets[token + 1][1] == found.offsets[token][1]
            ):  # a rare letter takes several
                token += 1
            places.append(row * rows.ids.shape[1] + token)  # the prompt's length is in the token
            things.append(thing)
    return torch.tensor(places, dtype=torch.long), torch.tensor(things, dtype=torch.long)


def query_ends(tokenizer: Tokenizer, rows: Rows) -> Tensor:
    """Where the token that gathers each row's query lies among the flat tokens."""
    found = rows.ids.eq(id_of(tokenizer, BEHIND_QUERY))
    count, length = rows.ids.shape
    return torch.arange(count) * length + found.int().argmax(1) + 1 + rows.prompt.shape[0]


def gathering_tokens(tokenizer: Tokenizer) -> tuple[int, int]:
    """Ids of the tokens that gather a meaning: in the reranker, and in the embedder."""
    return id_of(tokenizer, GATHERING), id_of(tokenizer, END)


class Preparer:
    """Turns batches into tensors, with the tokenizer of the reranker."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer, self.ending = tokenizer, append_end(tokenizer)

    def prepared(self, batch: Families) -> Prepared:
        """The batch for `RerankTrainer.losses`."""
        pixels = None if batch.shown is None else torch.from_numpy(batch.shown)
        pairs = self.pairs(batch) if batch.documents else None
        words = self.words(batch) if batch.names else None
        return Prepared(pixels, batch.grid, pairs, words)

    def pairs(self, batch: Families) -> Pairs:
        """The documents with what is asked of them."""
        prompts = prompts_of(batch)
        rows = inputs.rows_of(self.tokenizer, prompts, batch.grid)
        return Pairs(
            Side(rows, flat(segments_by_row(batch))),
            query_ends(self.tokenizer, rows),
            torch.from_numpy(batch.asked),
            torch.from_numpy(batch.truth),
            Side(self.plain(batch.queries, inputs.RETRIEVE, batch.grid), flat(batch.asking)),
            Side(self.plain(batch.documents, inputs.DOCUMENT, batch.grid), flat(batch.seen)),
            self.targets(batch.grounds, batch.grid, prompts, rows),
        )

    def targets(
        self, grounds: Grounds | None, grid: inputs.Grid | None, prompts: Sequence[str], rows: Rows
    ) -> Targets | None:
        """What has to be noticed, if that is known."""
        if grounds is None or grid is None:
            return None
        return Targets(
            *name_ends(self.tokenizer, grounds.named, prompts, rows),
            torch.from_numpy(grounds.shown),
            torch.from_numpy(grounds.grounds),
            torch.from_numpy(grounds.ways),
            torch.from_numpy(middles_of(grounds.grounds, grid)),
        )

    def words(self, batch: Families) -> Words:
        """The further names."""
        prompts = [inputs.judge_prompt(name, "") for name in batch.names]
        rows = inputs.rows_of(self.tokenizer, prompts)
        return Words(
            rows,
            query_ends(self.tokenizer, rows),
            *name_ends(self.tokenizer, batch.meant, prompts, rows),
            self.plain(batch.names, inputs.RETRIEVE, None),
        )

    def plain(self, texts: Sequence[str], instruction: str, grid: inputs.Grid | None) -> Rows:
        """The embedder's prompts."""
        prompts = [inputs.embed_prompt(text, instruction) for text in texts]
        return inputs.rows_of(self.ending, prompts, grid)


def flat(segments: np.ndarray | None) -> Tensor | None:
    """Segments (rows, per) in one row of numbers."""
    return None if segments is None else torch.from_numpy(segments).flatten()
