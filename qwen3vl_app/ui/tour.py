"""The guided queries: what each asks, what to look at, and which samples answer it.

Whether a stage is right is not said here: the page compares what stands first in a search, as it
was just made, with what is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import orjson

from qwen3vl_app.settings import GUIDED_QUERIES
from qwen3vl_app.types import Item, Place
from qwen3vl_app.ui.serialize import Json, name_of


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of the sample collection, or the part of it that a fragment names."""

    folder: str
    name: str
    page: int | None = None
    second: float | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """From ``folder/name``, with ``#page=3`` or ``#t=15`` (seconds) for a part.

        Raises:
            ValueError: The fragment names nothing of the kind.
        """
        path, _, fragment = text.partition("#")
        folder, _, name = path.rpartition("/")
        what, _, number = fragment.partition("=")
        if not fragment:
            return cls(folder, name)
        if what == "page":
            return cls(folder, name, page=int(number))
        if what == "t":
            return cls(folder, name, second=float(number))
        raise ValueError(f"{text!r} names no part; write #page=3 or #t=15.")

    def is_in(self, item: Item) -> bool:
        """Whether the item shows it: by the ends of paths, so that a copied collection will do."""
        same = (item.path.parent.name, item.path.name) == (self.folder, self.name)
        return same and self.page in {None, item.place.page} and self._meets(item.place)

    def _meets(self, place: Place) -> bool:
        if self.second is None or place.start is None or place.end is None:
            return True
        return place.start <= self.second < place.end


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidedQuery:
    """One stop of the tour."""

    name: str
    note: str
    """What to look at, in English; it is known by ``tour.{name}`` in other languages."""

    text: str
    file: Path | None
    """The picture or clip of the query, which comes with the program."""

    right: tuple[Sample, ...]
    """What answers the query, as it was drawn."""

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Self:
        """From a row of the file of guided queries."""
        file = row.get("picture") or row.get("clip")
        return cls(
            name=row["name"],
            note=row["note"],
            text=row.get("text", ""),
            file=None if file is None else GUIDED_QUERIES.parent / file,
            right=tuple(map(Sample.read, row["right"])),
        )


@cache
def guided_queries() -> tuple[GuidedQuery, ...]:
    """All stops in their order; none where the samples are not installed."""
    if not GUIDED_QUERIES.is_file():
        return ()
    return tuple(map(GuidedQuery.read, orjson.loads(GUIDED_QUERIES.read_bytes())))


def tour_row(query: GuidedQuery, samples: Sequence[Item]) -> Json:
    """A stop as the page draws it, with the items of the library that are right.

    Args:
        query: The stop.
        samples: Items of the sample collection, in any order.
    """
    right = [item for item in samples if any(sample.is_in(item) for sample in query.right)]
    return {
        "name": query.name,
        "text": query.text,
        "file": None if query.file is None else query.file.name,
        "thumb": None if query.file is None else _thumbnail(query.file, samples),
        "note": {"text": query.note, "code": f"tour.{query.name}", "values": {}},
        "right": [_named(item) for item in right],
    }


def _named(item: Item) -> Json:
    """An item by its name and its place: a clip and a moment of it have one name."""
    return {
        "id": int(item.id),
        "title": name_of(item.path),
        "kind": item.kind.value,
        "place": item.place.as_json(),
    }


def _thumbnail(file: Path, samples: Iterable[Item]) -> str | None:
    """That of the query's own file, which is a sample as well."""
    own = Sample(file.parent.name, file.name)
    return next((item.thumbnail for item in samples if own.is_in(item)), None)
