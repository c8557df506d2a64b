"""What is known of speed and size: measured here and there, or computed from that.

GPU rates are those of this program on one H100 (80 GB), torch 2.11, bfloat16, random weights of
the published 2B shape, 2026-11-26; it was not timed on a GPU since (BENCHMARKS.md). A prototype
with compiled layers and a CUDA graph for queries was about twice as fast: 220 pictures a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from qwen3vl_app.models.checkpoint.random_weights import SHAPES, Shape

MEASURED, SIMULATED, COMPUTED = "M", "S", "C"

PICTURE, PAGE = 256, 1280
"""Tokens of a picture of 512 x 512, and of a page of 1024 x 1280."""

_TEMPLATE = 25
"""Tokens of instruction and roles around them."""

PRODUCT = 771e12
"""Operations a second of a matrix product of 8192 x 8192 in bfloat16 on that H100: M."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A model of both stages on one GPU. Rates are a second."""

    name: str
    dimension: int
    pictures: float
    """Embedded, of ``PICTURE`` tokens."""

    pages: float
    """Embedded, of ``PAGE`` tokens."""

    query: float
    """Seconds that embedding a short query takes."""

    pairs: float
    """Pictures of ``PICTURE`` tokens reranked."""

    mark: str
    """``M`` or ``C``, of the rates."""


TWO_BILLION = Known(
    name="2B", dimension=2048, pictures=106, pages=23, query=0.0225, pairs=104, mark=MEASURED
)


def eight_billion(small: Known = TWO_BILLION) -> Known:
    """The 8B: as fast as its operations let it be at the share of the product's rate of the 2B.

    A short query is bound by the launching of kernels, so it takes longer by the layers.
    """
    pictures, pages = (_times(tokens) for tokens in (PICTURE, PAGE))
    return replace(
        small,
        name="8B",
        dimension=4096,
        pictures=round(small.pictures / pictures, 1),
        pages=round(small.pages / pages, 1),
        query=round(small.query * SHAPES["8b"].text[2] / SHAPES["2b"].text[2], 4),
        pairs=round(small.pairs / pictures, 1),
        mark=COMPUTED,
    )


def _times(tokens: int) -> float:
    return operations("8b", tokens) / operations("2b", tokens)


def operations(name: str, tokens: int) -> float:
    """Of embedding one picture: two a weight and token, and attention (half of it is masked)."""
    shape = SHAPES[name]
    width, _, layers, heads = shape.text
    seen, _, seen_layers, _ = shape.vision
    length, patches = tokens + _TEMPLATE, 4 * tokens
    text = 2 * _text_weights(shape) * length + 2 * layers * length**2 * heads * shape.head
    vision = 2 * _vision_weights(shape) * patches + 4 * seen_layers * patches**2 * seen
    mergers = 2 * (1 + len(shape.deepstack)) * (16 * seen**2 + 4 * seen * width) * tokens
    return float(text + vision + mergers)


def _text_weights(shape: Shape) -> int:
    width, inner, layers, heads = shape.text
    attention = 2 * width * shape.head * (heads + shape.key_heads)
    return layers * (attention + 3 * width * inner)


def _vision_weights(shape: Shape) -> int:
    width, inner, layers, _ = shape.vision
    return layers * (4 * width**2 + 2 * width * inner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Of a library, besides its vectors: measured on two cores (see docs/SCALE.md)."""

    row: float
    """Bytes of the database for an item, its words and its file, without the vector: M."""

    thumbnail: float
    """Bytes of its preview on disk: M."""

    bookkeeping: float
    """Bytes of memory that an open index keeps for an item beside its vector or code: M."""

    commits: float
    """Items a second that one writer commits, with thumbnails and 2048 dimensions: M."""

    scan: float
    """Seconds to see that a file has not changed: M."""

    one_bit: float
    """Seconds that a search takes for a byte of one-bit codes: M, of 100,000 x 2048."""

    exact: float
    """Seconds for a byte of float32 that is looked at: M, likewise."""


STORE = Store(
    row=1500,
    thumbnail=11_600,
    bookkeeping=161,
    commits=809,
    scan=1.78e-5,
    one_bit=4.46e-3 / (100_000 * 264),
    exact=78.84e-3 / (100_000 * 8192),
)
