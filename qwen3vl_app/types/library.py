"""What the library holds: items, files' outcomes, and which of them one asks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
    width: int = 0
    height: int = 0
    look: int | None = None
    """As ``Content.look``."""

    taken: str = ""
    """As ``Content.taken``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """Which items a search or a listing may return. Conditions combine with "and"."""

    kinds: frozenset[Kind] = frozenset(Kind)
    collection: str | None = None
    """Name; None for the whole library."""


EVERYTHING = ItemFilter()
"""The filter that every item passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """A row of the outcome table."""

    path: Path
    outcome: Outcome
    reason: str = ""
    when: str = ""
    """ISO 8601, UTC."""
