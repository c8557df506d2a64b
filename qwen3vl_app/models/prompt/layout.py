"""What a prompt holds and how large: pictures, clips and their tokens, then the ids. No torch.

A row is planned with arithmetic only, so that rows can be sorted by length before a single
picture is resized; pixels are made when its batch runs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from qwen3vl_app.budget import Budget, Size, fit, still_size, tokens_per_pair
from qwen3vl_app.messages import Message
from qwen3vl_app.models.prompt.conversation import embed_messages, rerank_messages
from qwen3vl_app.models.prompt.tokenizer import KEPT_TAIL, Blocks, PromptTokenizer
from qwen3vl_app.types import ModelInput

if TYPE_CHECKING:
    from qwen3vl_app.types import Clip, Picture

EMBEDDER_TOKENS = 8192
"""Longest prompt of the embedder (``MAX_LENGTH`` of the reference)."""

RERANKER_TOKENS = 10240
"""Longest prompt of the reranker, its last five tokens not counted."""

PAIR = 2
"""Frames per step in time."""

MAX_ASPECT = 200
"""The reference refuses longer strips (``smart_resize``)."""

RESERVED_TOKENS = 512
"""Kept for words when pictures and clips would fill the whole prompt."""

STAMP_TOKENS = 14
"""Most tokens that a stamp such as "<1234.5 seconds>" and its two marks take."""


class RejectedInputError(ValueError):
    """The model cannot take this input. Never leaves this package: batches report ``rejected``.

    Args:
        reason: Why.
    """

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One planned prompt."""

    ids: tuple[int, ...]
    pictures: tuple[tuple[Picture, Size], ...]
    """In prompt order, each with the size at which it is shown."""

    clips: tuple[tuple[Clip, Size], ...]
    prefix: Row | None = None
    """What the row begins with, for all documents of a question the same; None if it stands
    alone. Attention is causal: what is computed of the prefix once is right in every row."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """What one side of a prompt shows: the query or the document."""

    pictures: tuple[tuple[Picture, Size], ...]
    clips: tuple[tuple[Clip, Size], ...]

    @property
    def blocks(self) -> Blocks:
        """The room that its pictures and clips take among the tokens."""
        return Blocks(
            pictures=tuple(tokens_per_pair(size) for _, size in self.pictures),
            clips=tuple((stamps(clip), tokens_per_pair(size)) for clip, size in self.clips),
        )

    @property
    def tokens(self) -> int:
        """At most, with the stamps of its clips."""
        blocks = self.blocks
        pairs = sum(len(times) for times, _ in blocks.clips)
        return blocks.pads + STAMP_TOKENS * pairs


def embedder_limit(budget: Budget) -> int:
    """Most tokens of an embedder prompt."""
    return budget.max_input_tokens or EMBEDDER_TOKENS


def reranker_limit(budget: Budget) -> int:
    """Most tokens of a reranker prompt, its last five not counted."""
    return budget.max_input_tokens or RERANKER_TOKENS


def embed_row(
    tokenizer: PromptTokenizer, budget: Budget, item: ModelInput, instruction: str
) -> Row:
    """Plan an embedder prompt.

    Raises:
        RejectedInputError: The input does not fit.
    """
    limit = embedder_limit(budget)
    side = plan_side(item, budget, _room(limit))
    ids = tokenizer.embed_ids(embed_messages(item, instruction), side.blocks, limit)
    return _row(tokenizer, ids, side)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """A query with documents, planned.

    rows: By the document's place. rejected: Likewise, why there is no row.
    """

    rows: dict[int, Row]
    rejected: dict[int, Message]


def rerank_rows(
    tokenizer: PromptTokenizer,
    budget: Budget,
    query: ModelInput,
    documents: Sequence[ModelInput],
    instruction: str,
) -> Pairs:
    """Plan one reranker prompt for each document, all with the same prefix.

    The query is planned first, without any document: its pixels are the same beside each of
    them. It leaves a document the room of one large picture; what it does not take is the
    document's.
    """
    limit = reranker_limit(budget)
    room = _room(limit)
    pairs = Pairs({}, {})
    try:
        asked = plan_side(query, budget, room - min(budget.max_picture_tokens, room // 4))
    except RejectedInputError as refused:
        return Pairs({}, dict.fromkeys(range(len(documents)), refused.reason))
    for at, document in enumerate(documents):
        try:
            side = plan_side(document, budget, room - asked.tokens)
            both = Side(asked.pictures + side.pictures, asked.clips + side.clips)
            prompt = rerank_messages(query, document, instruction)
            ids = tokenizer.rerank_ids(prompt, both.blocks, limit)
            pairs.rows[at] = _row(tokenizer, ids, both)
        except RejectedInputError as refused:
            pairs.rejected[at] = refused.reason
    # an empty document as well, so that one document alone has the prefix that many have
    empty = rerank_messages(query, ModelInput(), instruction)
    begin = tokenizer.rerank_ids(empty, asked.blocks, limit)
    prefix = _prefix(tokenizer, asked, [tuple(begin), *(row.ids for row in pairs.rows.values())])
    for at, row in pairs.rows.items():
        pairs.rows[at] = replace(row, prefix=prefix)
    return pairs


def _prefix(
    tokenizer: PromptTokenizer, asked: Side, prompts: Sequence[tuple[int, ...]]
) -> Row | None:
    """What all prompts begin with, as far as it holds no picture of a document.

    Told by the ids, not by where the query ends: a token may reach across that place.
    """
    first, last = min(prompts), max(prompts)  # what these two share, those between share as well
    length = sum(takewhile(bool, (one == other for one, other in zip(first, last, strict=False))))
    same = first[: min(length, min(map(len, prompts)) - 1)]
    pads = [at for at, one in enumerate(same) if one in (tokenizer.picture_id, tokenizer.clip_id)]
    own = asked.blocks.pads
    if len(pads) < own:  # cut within the query's own pictures, for words before them are too many
        asked, own = Side((), ()), 0
    if len(pads) > own:
        same = same[: pads[own]]
    return Row(tuple(same), asked.pictures, asked.clips) if same else None


def _row(tokenizer: PromptTokenizer, ids: Sequence[int], side: Side) -> Row:
    """The row, unless truncation has cut into a picture or clip."""
    pads = side.blocks.pads
    if sum(i in (tokenizer.picture_id, tokenizer.clip_id) for i in ids) != pads:
        raise RejectedInputError(Message.of("input.no_room", n=str(pads)))
    return Row(tuple(ids), side.pictures, side.clips)


# ---------------------------------------------------------------- what truncation took


def embed_cut(
    tokenizer: PromptTokenizer, row: Row, item: ModelInput, instruction: str
) -> tuple[int, ...]:
    """The tokens that ``embed_row`` had no room for: the end of the prompt."""
    messages = embed_messages(item, instruction)
    whole = tokenizer.embed_ids(messages, Side(row.pictures, row.clips).blocks, sys.maxsize)
    end = len(tokenizer.appended)
    return tuple(whole[len(row.ids) - end : len(whole) - end])


def rerank_cut(
    tokenizer: PromptTokenizer, row: Row, query: ModelInput, document: ModelInput, instruction: str
) -> tuple[int, ...]:
    """The tokens that ``rerank_rows`` had no room for: the last ordinary ones."""
    messages = rerank_messages(query, document, instruction)
    whole = tokenizer.rerank_ids(messages, Side(row.pictures, row.clips).blocks, sys.maxsize)
    if len(whole) == len(row.ids):
        return ()

    def ordinary(ids: Sequence[int]) -> list[int]:
        return [one for one in ids[:-KEPT_TAIL] if one not in tokenizer.special_ids]

    return tuple(ordinary(whole)[len(ordinary(row.ids)) :])


# ---------------------------------------------------------------- sizes


def _room(limit: int) -> int:
    """Tokens of a prompt that pictures and clips may take together."""
    return limit - min(RESERVED_TOKENS, limit // 4)


def plan_side(item: ModelInput, budget: Budget, room: int) -> Side:
    """Pictures and clips, in order, each with its size.

    Sizes are the reference's. Where the reference would give up, because its budget per frame
    lets a minute of video exceed the prompt, everything is shown smaller by one factor.

    Args:
        item: The query or the document.
        budget: Of the checkpoint.
        room: Tokens that this side may take.

    Raises:
        RejectedInputError: A shape the model refuses, or too much even when shown small.
    """
    _check_shapes([*(p.size for p in item.pictures), *(c.frames[0].size for c in item.clips)])
    side = Side(
        tuple((picture, budget.fit_picture(picture.size)) for picture in item.pictures),
        tuple((clip, clip_size(clip, budget)) for clip in item.clips),
    )
    if side.tokens > room:
        pads = side.blocks.pads
        share = max(room - (side.tokens - pads), 0) / pads
        side = Side(
            tuple((picture, _smaller(size, share)) for picture, size in side.pictures),
            tuple((clip, _smaller(size, share)) for clip, size in side.clips),
        )
    if side.tokens > room:
        found = {
            "n": len(item.pictures),
            "count": len(item.clips),
            "number": side.tokens,
            "all": max(room, 0),
        }
        told = {name: str(number) for name, number in found.items()}
        raise RejectedInputError(Message("input.much", told))
    return side


def _check_shapes(sizes: Sequence[Size]) -> None:
    for width, height in sizes:
        if max(width, height) > MAX_ASPECT * min(width, height):
            numbers = {"width": width, "height": height, "n": MAX_ASPECT}
            told = {name: str(number) for name, number in numbers.items()}
            raise RejectedInputError(Message("input.strip", told))


def _smaller(size: Size, share: float) -> Size:
    return fit(size, 1, max(1.0, tokens_per_pair(size) * share))


def stamps(clip: Clip) -> tuple[float, ...]:
    """Seconds stamped on each pair of frames: the mean of its two; a last odd frame's own."""
    seconds = clip.seconds + clip.seconds[-1:] * (len(clip.seconds) % PAIR)
    return tuple((a + b) / 2 for a, b in zip(seconds[::2], seconds[1::2], strict=True))


def clip_size(clip: Clip, budget: Budget) -> Size:
    """At which size a clip is shown.

    A clip given as pictures is measured after each picture has been brought to multiples of
    32, as in the reference.
    """
    frames = len(clip.frames) + len(clip.frames) % PAIR
    size = clip.frames[0].size
    if not clip.from_file:
        size = still_size(size)
    return budget.fit_clip(size, frames, from_file=clip.from_file)
