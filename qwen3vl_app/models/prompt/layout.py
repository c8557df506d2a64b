"""What a prompt holds and how large: pictures, clips and their tokens, then the ids. No torch.

A row is planned with arithmetic only, so that rows can be sorted by length before a single
picture is resized; pixels are made when its batch runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen3vl_app.budget import Budget, Size, fit, still_size, tokens_per_pair
from qwen3vl_app.messages import Message
from qwen3vl_app.models.prompt.conversation import embed_messages, rerank_messages
from qwen3vl_app.models.prompt.tokenizer import Blocks, PromptTokenizer

if TYPE_CHECKING:
    from qwen3vl_app.types import Clip, ModelInput, Picture

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


def embed_row(
    tokenizer: PromptTokenizer, budget: Budget, item: ModelInput, instruction: str
) -> Row:
    """Plan an embedder prompt.

    Raises:
        RejectedInputError: The input does not fit.
    """
    limit = budget.max_input_tokens or EMBEDDER_TOKENS
    pictures, clips, blocks = plan_vision([item], budget, limit)
    ids = tokenizer.embed_ids(embed_messages(item, instruction), blocks, limit)
    return _row(tokenizer, ids, blocks, pictures, clips)


def rerank_row(
    tokenizer: PromptTokenizer,
    budget: Budget,
    query: ModelInput,
    document: ModelInput,
    instruction: str,
) -> Row:
    """Plan a reranker prompt.

    Raises:
        RejectedInputError: The pair does not fit.
    """
    limit = budget.max_input_tokens or RERANKER_TOKENS
    pictures, clips, blocks = plan_vision([query, document], budget, limit)
    ids = tokenizer.rerank_ids(rerank_messages(query, document, instruction), blocks, limit)
    return _row(tokenizer, ids, blocks, pictures, clips)


def _row(
    tokenizer: PromptTokenizer,
    ids: Sequence[int],
    blocks: Blocks,
    pictures: tuple[tuple[Picture, Size], ...],
    clips: tuple[tuple[Clip, Size], ...],
) -> Row:
    """The row, unless truncation has cut into a picture or clip."""
    pads = sum(blocks.pictures) + sum(len(times) * tokens for times, tokens in blocks.clips)
    if sum(i in (tokenizer.picture_id, tokenizer.clip_id) for i in ids) != pads:
        raise RejectedInputError(Message.of("input.no_room", n=str(pads)))
    return Row(tuple(ids), pictures, clips)


def plan_vision(
    items: Sequence[ModelInput], budget: Budget, limit: int
) -> tuple[tuple[tuple[Picture, Size], ...], tuple[tuple[Clip, Size], ...], Blocks]:
    """Pictures and clips of a prompt, in order, each with its size, and their tokens.

    Sizes are the reference's. Where the reference would give up, because its budget per frame
    lets a minute of video exceed the prompt, everything is shown smaller by one factor.

    Args:
        items: What the prompt holds: one input, or query and document.
        budget: Of the checkpoint.
        limit: Tokens of the whole prompt.

    Raises:
        RejectedInputError: A shape the model refuses, or too much even when shown small.
    """
    pictures = [picture for item in items for picture in item.pictures]
    clips = [clip for item in items for clip in item.clips]
    _check_shapes([*(p.size for p in pictures), *(f.frames[0].size for f in clips)])
    sizes = [budget.fit_picture(p.size) for p in pictures]
    clip_sizes = [clip_size(clip, budget) for clip in clips]
    times = [stamps(clip) for clip in clips]
    room = limit - min(RESERVED_TOKENS, limit // 4) - STAMP_TOKENS * sum(map(len, times))
    needed = _tokens(sizes, clip_sizes, times)
    if needed > room:
        share = max(room, 0) / needed
        sizes = [_smaller(size, share) for size in sizes]
        clip_sizes = [_smaller(size, share) for size in clip_sizes]
        needed = _tokens(sizes, clip_sizes, times)
    if needed > room:
        found = {"n": len(pictures), "count": len(clips), "number": needed, "all": max(room, 0)}
        told = {name: str(number) for name, number in found.items()}
        raise RejectedInputError(Message("input.much", told))
    blocks = Blocks(
        pictures=tuple(map(tokens_per_pair, sizes)),
        clips=tuple(zip(times, map(tokens_per_pair, clip_sizes), strict=True)),
    )
    return (
        tuple(zip(pictures, sizes, strict=True)),
        tuple(zip(clips, clip_sizes, strict=True)),
        blocks,
    )


def _check_shapes(sizes: Sequence[Size]) -> None:
    for width, height in sizes:
        if max(width, height) > MAX_ASPECT * min(width, height):
            numbers = {"width": width, "height": height, "n": MAX_ASPECT}
            told = {name: str(number) for name, number in numbers.items()}
            raise RejectedInputError(Message("input.strip", told))


def _smaller(size: Size, share: float) -> Size:
    return fit(size, 1, max(1.0, tokens_per_pair(size) * share))


def _tokens(
    sizes: Sequence[Size], clip_sizes: Sequence[Size], times: Sequence[Sequence[float]]
) -> int:
    per_pair = map(tokens_per_pair, clip_sizes)
    pairs = map(len, times)
    return sum(map(tokens_per_pair, sizes)) + sum(map(int.__mul__, per_pair, pairs))


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
