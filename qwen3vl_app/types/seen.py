"""What a model gets of an input: the prompt, and pictures at the size at which it sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenPicture:
    """One picture of a prompt."""

    given: tuple[int, int]
    """Pixels before it was resized for the model."""

    image: Image
    """As the model sees it."""

    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenClip:
    """One clip of a prompt."""

    given: tuple[int, int]
    """Pixels of its frames before they were resized for the model."""

    frames: tuple[Image, ...]
    """As the model sees them; of an odd number it sees the last one twice."""

    seconds: tuple[float, ...]
    """When each frame is shown, from the start of the clip."""

    stamps: tuple[float, ...]
    """Seconds that stand in the prompt before each pair of frames."""

    tokens: int
    """Of all pairs together, without the stamps."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenPrompt:
    """One prompt of a model."""

    ids: tuple[int, ...]
    """The tokens themselves."""

    text: str
    """The same as text: what the checkpoint's template made, with the tokens of one picture or of
    one pair of frames written once, and behind them how many there are."""

    cut: str
    """The end that did not fit; empty where everything did."""

    cut_tokens: int

    limit: int
    """Tokens that a prompt of this model may have."""

    shared: int
    """Tokens at the beginning that all documents of a question share; 0 if there are none."""

    pictures: tuple[SeenPicture, ...]
    clips: tuple[SeenClip, ...]
    instruction: str
    """As it stands in the prompt."""

    fingerprint: str
    """Of the model, as far as what it gives depends on it."""
