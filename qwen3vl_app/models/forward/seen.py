"""A planned row as a person can look at it: its tokens as text, its pictures resized.

Nothing is planned here: what is shown is the row that a pass gets, and the pixels that are cut
into its patches.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from PIL import Image

from qwen3vl_app.budget import tokens_per_pair
from qwen3vl_app.models.prompt.layout import Row, stamps
from qwen3vl_app.models.vision.patches import clip_pixels, picture_pixels
from qwen3vl_app.types.seen import SeenClip, SeenPicture, SeenPrompt

if TYPE_CHECKING:
    from qwen3vl_app.budget import Size
    from qwen3vl_app.models.prompt.tokenizer import PromptTokenizer
    from qwen3vl_app.types import Clip, Picture


def seen_prompt(
    tokenizer: PromptTokenizer,
    row: Row,
    cut: Sequence[int],
    *,
    limit: int,
    instruction: str,
    fingerprint: str,
) -> SeenPrompt:
    """What a model gets of a row.

    Args:
        tokenizer: Of the row.
        row: As it is run.
        cut: What truncation took from it.
        limit: Tokens that a row may have.
        instruction: As it stands in the row.
        fingerprint: Of the model.
    """
    return SeenPrompt(
        ids=row.ids,
        text=_readable(tokenizer, row.ids),
        cut=_readable(tokenizer, cut),
        cut_tokens=len(cut),
        limit=limit,
        shared=0 if row.prefix is None else len(row.prefix.ids),
        pictures=tuple(_picture(picture, size) for picture, size in row.pictures),
        clips=tuple(_clip(clip, size) for clip, size in row.clips),
        instruction=instruction,
        fingerprint=fingerprint,
    )


def _readable(tokenizer: PromptTokenizer, ids: Sequence[int]) -> str:
    """The text of some ids; a run of one pad is written once, with its length behind it."""
    pads = {tokenizer.picture_id, tokenizer.clip_id}
    pieces: list[str] = []
    for pad, run in groupby(ids, lambda one: one if one in pads else None):
        same = list(run)
        if pad is None:
            pieces.append(tokenizer.decode(same))
        else:
            pieces.append(f"{tokenizer.decode(same[:1])} × {len(same)}")
    return "".join(pieces)


def _picture(picture: Picture, size: Size) -> SeenPicture:
    image = Image.fromarray(picture_pixels(picture.image, size))
    return SeenPicture(given=picture.size, image=image, tokens=tokens_per_pair(size))


def _clip(clip: Clip, size: Size) -> SeenClip:
    frames = clip_pixels(clip, size)
    times = stamps(clip)
    return SeenClip(
        given=clip.frames[0].size,
        frames=tuple(Image.fromarray(one.permute(1, 2, 0).numpy()) for one in frames),
        seconds=clip.seconds,
        stamps=times,
        tokens=tokens_per_pair(size) * len(times),
    )
