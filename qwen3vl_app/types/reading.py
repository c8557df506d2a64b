"""Named values that a person gave, in an address or a file, become a filter, numbers, days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types.disk import Kind
from qwen3vl_app.types.library import ItemFilter, Orientation
from qwen3vl_app.types.paths import home_expanded, usable_path

LONGEST_NAME = 1000
"""Characters of a collection or a tag; those that there are are shorter."""

LONGEST_VALUE = 80
"""Characters of a value that are read, and repeated in the sentence that refuses it."""


FILTERS = (
    *("kinds", "collection", "folder", "taken_from", "taken_to", "modified_from", "modified_to"),
    *("min_bytes", "max_bytes", "orientation", "min_seconds", "max_seconds", "tag"),
)
"""The names of what hides items."""


def read_filter(given: Mapping[str, Any]) -> ItemFilter:
    """The filter that these named values mean; what is missing or empty does not filter.

    Raises:
        UsageError: A value that means nothing, or a range that ends before it begins.
    """
    return ItemFilter(
        kinds=known_kinds(given.get("kinds") or ()),
        collection=_name(given, "collection"),
        folder=_folder(given),
        taken_from=_day(given.get("taken_from")),
        taken_to=_day(given.get("taken_to")),
        modified_from=_day(given.get("modified_from")),
        modified_to=_day(given.get("modified_to")),
        min_bytes=whole_number(given.get("min_bytes")),
        max_bytes=whole_number(given.get("max_bytes")),
        orientation=_orientation(given.get("orientation")),
        min_seconds=number(given.get("min_seconds")),
        max_seconds=number(given.get("max_seconds")),
        tag=_name(given, "tag"),
    )


def written_filter(where: ItemFilter) -> dict[str, Any]:
    """The named values that ``read_filter`` takes back; None, and no kinds, where none filters."""
    days = ("taken_from", "taken_to", "modified_from", "modified_to")
    plain = ("collection", "min_bytes", "max_bytes", "min_seconds", "max_seconds", "tag")
    return {
        "kinds": [] if where.kinds == frozenset(Kind) else sorted(where.kinds),
        "folder": None if where.folder is None else str(where.folder),
        "orientation": None if where.orientation is None else where.orientation.value,
        **{name: getattr(where, name) for name in plain},
        **{name: day.isoformat() if (day := getattr(where, name)) else None for name in days},
    }


def known_kinds(chosen: Sequence[str]) -> frozenset[Kind]:
    """The kinds with these names; none means all.

    Raises:
        UsageError: A kind that does not exist.
    """
    if not isinstance(chosen, (list, tuple)):
        raise UsageError(Message.of("kinds.list", known=str(", ".join(Kind))))
    try:
        return frozenset(Kind(kind) for kind in chosen) or frozenset(Kind)
    except ValueError as error:
        known = [kind.value for kind in Kind]  # no set: what is given may not be hashable
        wrong = next((kind for kind in chosen if kind not in known), "")
        raise unknown_choice(error, wrong, Kind) from error


def unknown_choice(error: ValueError, given: object, known: Iterable[str]) -> UsageError:
    """The failure of a value that is none of those that are known, which it names."""
    names = ", ".join(known)
    return UsageError(
        Message.of("choice.unknown", said=_short(error), value=_short(given), known=names)
    )


def number(given: object) -> float | None:
    """A number, or None where nothing was given.

    Raises:
        UsageError: It is none.
    """
    if given is None or given == "":
        return None
    try:
        found = float(_short(given))
    except ValueError:
        found = float("nan")
    if not abs(found) < 1e15:  # neither NaN nor larger than any file
        raise UsageError(Message.of("number.unusable", value=_short(given)))
    return found


def whole_number(given: object) -> int | None:
    """A whole number, rounded, or None where nothing was given.

    Raises:
        UsageError: It is no number.
    """
    found = number(given)
    return None if found is None else round(found)


def _day(given: object) -> date | None:
    if not given:
        return None
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise UsageError(Message.of("day.unusable", value=_short(given))) from None


def _orientation(given: object) -> Orientation | None:
    if not given:
        return None
    try:
        return Orientation(str(given))
    except ValueError as error:
        raise unknown_choice(error, given, Orientation) from error


def text_in(given: Mapping[str, Any], name: str) -> str:
    """A text among named values, without blanks around it; empty where there is none.

    Raises:
        UsageError: It is something else.
    """
    said = given.get(name)
    if said is None or isinstance(said, str):
        return (said or "").strip()
    raise other_type(name, said, Message.of("question.expected.text"))


def other_type(name: str, said: object, expected: Message) -> UsageError:
    """The failure of a value of another type: to read it as something else would hide it."""
    return UsageError(
        Message.of("question.value", name=name, value=_short(said), expected=expected)
    )


def _folder(given: Mapping[str, Any]) -> Path | None:
    text = text_in(given, "folder").strip("\"'").removeprefix("file://")
    return home_expanded(usable_path(text)) if text else None


def _name(given: Mapping[str, Any], name: str) -> str | None:
    """A collection or a tag."""
    text_in(given, name)  # refuses what is no text
    return str(given.get(name) or "")[:LONGEST_NAME] or None


def _short(given: object) -> str:
    """What was given as far as it is worth repeating."""
    text = str(given)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
