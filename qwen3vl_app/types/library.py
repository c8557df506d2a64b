"""What the library holds: items, files' outcomes, and which of them one asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types.content import Place
from qwen3vl_app.types.disk import Kind, Outcome
from qwen3vl_app.types.ids import ContentHash, ItemId


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One searchable unit, as the library knows it."""

    id: ItemId
    kind: Kind
    place: Place
    ordinal: int
    path: Path
    """Of the file that holds it; where several files have these bytes, the first of them."""

    content_hash: ContentHash
    thumbnail: str
    """Name of its thumbnail without suffix: the hash of the WebP's bytes."""

    text: str = ""
    picture_text: str = ""
    """Words that were read from the picture, where it has no text layer."""

    width: int = 0
    height: int = 0
    phash: int | None = None
    """As ``Content.phash``."""

    taken: str = ""
    """As ``Content.taken``."""


SQUARE_WITHIN = (21, 20)
"""Up to 21 : 20 a picture counts as square: hand-made crops are seldom exact to the pixel."""


class Orientation(StrEnum):
    """The shape of what an item shows."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    SQUARE = "square"


_Bound = TypeVar("_Bound", date, int, float)


def _in_order(what: str, low: _Bound | None, high: _Bound | None) -> None:
    if low is not None and high is not None and low > high:
        raise UsageError(
            Message.of("range.backwards", what=what, low=str(low), high=str(high)),
        )


def _not_negative(what: str, *bounds: float | None) -> None:
    for bound in bounds:
        if bound is not None and not bound >= 0:  # as NaN is not, either
            raise UsageError(Message.of("number.negative", what=str(what), value=str(bound)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """Which items a search or a listing may return. Conditions combine with "and".

    Those on files hold together: one and the same file of an item meets all of them. What is not
    known of an item, such as the duration of a picture, meets no condition.

    Raises:
        UsageError: A range ends before it begins, a size or duration is below 0 or no number,
            or the folder is relative to an unknown one, such as ``..``.
    """

    kinds: frozenset[Kind] = frozenset(Kind)
    collection: str | None = None
    """Name; None for the whole library."""

    folder: Path | None = None
    """Files inside this folder at any depth, or this very file. Absolute, or the last parts of
    its path: ``boats`` are all folders of that name."""

    modified_from: date | None = None
    """First day on which the file was changed last, in local time."""

    modified_to: date | None = None
    """Last day, inclusive."""

    taken_from: date | None = None
    """First day on which it was made, by ``Item.taken``."""

    taken_to: date | None = None
    """Last day, inclusive."""

    min_bytes: int | None = None
    """Of the file."""

    max_bytes: int | None = None
    orientation: Orientation | None = None
    min_seconds: float | None = None
    """From start to end of a video or moment."""

    max_seconds: float | None = None
    tag: str | None = None

    def __post_init__(self) -> None:
        _in_order("days modified", self.modified_from, self.modified_to)
        _in_order("days taken", self.taken_from, self.taken_to)
        _in_order("size in bytes", self.min_bytes, self.max_bytes)
        _in_order("duration in seconds", self.min_seconds, self.max_seconds)
        _not_negative("size in bytes", self.min_bytes, self.max_bytes)
        _not_negative("duration in seconds", self.min_seconds, self.max_seconds)
        if self.folder is not None and not _names_a_folder(self.folder):
            raise UsageError(Message.of("folder.relative", path=str(self.folder)))


def _names_a_folder(folder: Path) -> bool:
    return folder.is_absolute() or bool(folder.parts and ".." not in folder.parts)


EVERYTHING = ItemFilter()
"""The filter that every item passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """A row of the outcome table."""

    path: Path
    outcome: Outcome
    reason: Message = NOTHING
    when: str = ""
    """ISO 8601, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A file as it was when its bytes were indexed; what is there now may be something else."""

    path: Path
    content_hash: ContentHash
    size: int | None
    """Bytes; None while it is being indexed for the first time."""

    mtime_ns: int | None
    indexed: str
    """When its reading had ended; ISO 8601, UTC, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateGroup:
    """Pictures that are nearly the same, and which of them to keep."""

    keeper: Item
    reason: Message
    """Why this one."""

    copies: tuple[Item, ...]
    """The others, best first, at least one. Each is nearly the same as the keeper."""
