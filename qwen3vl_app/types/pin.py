"""A pinned question: an item that must be among its first hits, or must not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from qwen3vl_app.types.ids import ContentHash, ItemId
from qwen3vl_app.types.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class PinState:
    """How a pin stood when its question was asked."""

    asked: str
    """When; ISO 8601, UTC."""

    holds: bool
    rank: int | None
    """Of the item in the final ranking; None where it was not among the candidates."""

    recall_rank: int | None
    first: tuple[ItemId, ...]
    """The hits that stood first, as many as the pin looks at."""

    conditions: Mapping[str, Any]
    """As ``evaluation.conditions`` has them."""

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """From what :meth:`written` gives."""
        return cls(**{**said, "first": tuple(map(ItemId, said["first"]))})

    def written(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One of the library."""

    id: int
    question: Question
    content: ContentHash
    ordinal: int
    item: ItemId | None
    """Its number now; None where the library does not have it."""

    must: bool
    """Be among the first ``first``; else it must not be."""

    first: int
    made: str
    held: PinState | None
    """When it last held; None where it never did."""

    latest: PinState | None
    """When it was asked last; None where it never was."""
