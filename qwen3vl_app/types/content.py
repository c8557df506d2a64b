"""What is in a file: its outline, and its parts as decoded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types.disk import Kind
from qwen3vl_app.types.ids import ContentHash

if TYPE_CHECKING:
    from PIL.Image import Image


ContentKey: TypeAlias = bytes
"""16 bytes that name decoded pixels: the same for equal pixels, whatever file they came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in its file an item stands. What does not apply is None."""

    page: int | None = None
    """From 1."""

    first_line: int | None = None
    """From 1."""

    last_line: int | None = None
    """Inclusive."""

    start: float | None = None
    """Seconds from the beginning of the video."""

    end: float | None = None
    """Seconds; for a moment, the end of its window."""

    section: str = ""
    """The slide or sheet of an Office document: ``Slide 3``, ``Sheet Budget``; empty otherwise."""

    def as_json(self) -> dict[str, int | float | str]:
        """Only what applies, so that a script can ask ``"page" in place``."""
        known: dict[str, int | float | str | None] = {
            "page": self.page,
            "first": self.first_line,
            "last": self.last_line,
            "start": self.start,
            "end": self.end,
            "section": self.section,
        }
        return {name: value for name, value in known.items() if value is not None and value != ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One item that a file will give, known before it is decoded."""

    ordinal: int
    """From 0, stable for equal bytes: with the content hash it names the item for ever."""

    kind: Kind
    place: Place = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What a file consists of: cheap to make, enough to plan the work."""

    content_hash: ContentHash
    parts: tuple[Part, ...]
    """At least one; a file with nothing in it is unreadable instead."""

    damage: Message = NOTHING
    """What is missing of the file although it can be read."""

    findings: bytes = b""
    """What else it took reading all of the file to find out, as its reader packs it. Handed on
    when parts are read, it saves going through the file again; most kinds have none."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture. Not to be changed: it is known by its content."""

    image: Image
    """RGB, upright."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.size

    @cached_property
    def key(self) -> ContentKey:
        """Made when first asked for, some 4 ms a megapixel; then kept."""
        return content_key((self.image,))


@dataclass(frozen=True, kw_only=True, eq=False)
class Clip:
    """Decoded frames of a video, in time order."""

    frames: tuple[Image, ...]
    """RGB, all of one size, at least one."""

    seconds: tuple[float, ...]
    """When each frame is shown, one per frame, counted from the start of the clip."""

    from_file: bool = True
    """Taken from a video file: the reference budgets such clips by frame, and clips given as a
    list of pictures by their total."""

    def __post_init__(self) -> None:
        if not self.frames or len(self.frames) != len(self.seconds):
            raise ValueError(f"{len(self.frames)} frames with {len(self.seconds)} times")

    @cached_property
    def key(self) -> ContentKey:
        """Made when first asked for, some 4 ms a megapixel; then kept."""
        return content_key(self.frames, self.seconds, self.from_file)


def content_key(images: Iterable[Image], *facts: object) -> ContentKey:
    """Of the pixels and of ``facts`` that change what a model sees of them."""
    digest = hashlib.blake2b(repr(facts).encode(), digest_size=16)
    for image in images:
        digest.update(repr((image.mode, image.size)).encode())
        digest.update(image.tobytes())
    return digest.digest()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelInput:
    """Decoded content, one row of a batch.

    Decoding is where files fail, so a ``ModelInput`` is proof that it worked: embedding one
    never opens a file. The model sees clips, then pictures, then texts. Nothing at all is the
    text ``NULL``, as in the reference.
    """

    texts: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    clips: tuple[Clip, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Content:
    """One part of a file, decoded: what the model and the page need of it."""

    part: Part
    model_input: ModelInput
    thumbnail: bytes
    """JPEG, at most 320 pixels on the longer side; of a passage, its first lines drawn."""

    text: str = ""
    """The passage, or the text layer of a page; empty otherwise."""

    width: int = 0
    """Pixels of the picture, page image or video frame as displayed; 0 for a passage."""

    height: int = 0

    phash: int | None = None
    """64-bit perceptual hash of a picture or page image, 0 to 2**64 - 1: pictures that look alike
    differ in few bits. None for what has no single picture."""

    taken: str = ""
    """When it was made, as ISO 8601 local time such as ``2021-06-05T14:03:00``, from EXIF or the
    video's or PDF's metadata; empty if unknown."""
