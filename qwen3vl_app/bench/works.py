"""What ``bench models`` measures: texts, pictures, pages, a clip and queries, drawn for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image

from qwen3vl_app.models.prompt.reference import LISTED_FPS
from qwen3vl_app.types import Clip, ModelInput, Picture

PICTURE, PAGE = (512, 512), (1024, 1280)
"""Pictures of 256 and of 1,280 tokens, for models that look at all of them."""

MIXED = ((512, 512), (640, 480), (1024, 768), (320, 960), (1024, 1280), (256, 256))


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """Inputs to embed under the default instruction."""

    inputs: Sequence[ModelInput]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranking:
    """Documents to judge for a query under the default instruction."""

    query: ModelInput
    documents: Sequence[ModelInput]
    seen_before: bool
    """Another query has judged the same documents a moment ago; else nothing is known of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One kind of work. ``task`` makes what is to be done in each turn, which is not timed."""

    name: str
    items: int
    task: Callable[[int], Embedding | Reranking]


def embedding_works(count: int, frames: int) -> list[Work]:
    """Texts, pictures, a clip of so many frames, and a short query.

    Args:
        count: Texts and small pictures of one work; of large things fewer.
        frames: As many as the model takes.
    """
    few = max(2, count // 4)
    mixed = [10 + 37 * at % 700 for at in range(count)]
    inputs = {
        f"{count} texts of 64 words": texts([64] * count),
        f"{few} texts of 512 words": texts([512] * few),
        f"{count} texts of 10 to 700 words": texts(mixed),
        f"{count} pictures of 512 × 512": pictures([PICTURE] * count, 0),
        f"{few} pictures of 1024 × 1280": pictures([PAGE] * few, 0),
        f"{count} pictures, mixed": pictures([MIXED[at % len(MIXED)] for at in range(count)], 0),
        f"a clip of {frames} frames": [clip_of(frames)],
        "a short query": texts([6]),
    }
    return [_embedding(f"embed {name}", some) for name, some in inputs.items()]


def _embedding(name: str, inputs: Sequence[ModelInput]) -> Work:
    task = Embedding(inputs=inputs)
    return Work(name=name, items=len(inputs), task=lambda _turn: task)


def reranking_works(count: int) -> list[Work]:
    """A query against texts, pictures and pages, new ones and those seen before."""
    few = max(2, count // 4)
    words = ModelInput(texts=(text_of(8),))
    shown = ModelInput(pictures=(picture(PICTURE, 1 << 20),))

    def some_texts(_turn: int) -> list[ModelInput]:
        return texts([100] * count)

    def some_pictures(turn: int) -> list[ModelInput]:
        return pictures([PICTURE] * count, turn)

    def some_pages(turn: int) -> list[ModelInput]:
        return pictures([PAGE] * few, turn)

    small, large = f"{count} pictures of 512 × 512", f"{few} pages of 1024 × 1280"
    return [
        _reranking(f"{count} texts", count, words, some_texts),
        _reranking(small, count, words, some_pictures),
        _reranking(f"{small}, seen before", count, words, some_pictures, seen_before=True),
        _reranking(large, few, words, some_pages),
        _reranking(f"{large}, seen before", few, words, some_pages, seen_before=True),
        _reranking(f"{count} texts by a picture", count, shown, some_texts),
    ]


def _reranking(
    name: str,
    count: int,
    query: ModelInput,
    documents: Callable[[int], list[ModelInput]],
    *,
    seen_before: bool = False,
) -> Work:
    return Work(
        name=f"rerank {name}",
        items=count,
        task=lambda turn: Reranking(
            query=query, documents=documents(turn), seen_before=seen_before
        ),
    )


# ---------------------------------------------------------------- drawn inputs


def text_of(words: int) -> str:
    """So many words, each of one or two tokens."""
    return " ".join(["word"] * words)


def picture(size: tuple[int, int], mark: int) -> Picture:
    """A picture with something to see, and one pixel that no other mark has."""
    shades = Image.radial_gradient("L").resize(size).convert("RGB")
    shades.putpixel((0, 0), (mark % 256, mark // 256 % 256, mark // 65_536))
    return Picture(shades)


def texts(lengths: Sequence[int]) -> list[ModelInput]:
    """A text of each length."""
    return [ModelInput(texts=(text_of(length),)) for length in lengths]


def pictures(sizes: Sequence[tuple[int, int]], turn: int) -> list[ModelInput]:
    """A picture of each size, other ones every turn."""
    first = turn * len(sizes)
    return [ModelInput(pictures=(picture(size, first + at),)) for at, size in enumerate(sizes)]


def clip_of(frames: int) -> ModelInput:
    """A clip of frames that move, given as pictures."""
    shown = tuple(picture((320, 320), at).image for at in range(frames))
    seconds = tuple(at / LISTED_FPS for at in range(frames))
    return ModelInput(clips=(Clip(frames=shown, seconds=seconds, from_file=False),))
