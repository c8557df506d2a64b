"""What a person asks, written down: plain values that say the same wherever they are read.

The page, a link, the command line and a test give and get one JSON object, flat, with the names
below; what is missing has its default, and the defaults stand here alone. Pictures and clips stand
in it by key; ``search/resolve.py`` finds and decodes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types.crops import Crop
from qwen3vl_app.types.disk import Kind
from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.library import EVERYTHING, ItemFilter
from qwen3vl_app.types.reading import (
    FILTERS,
    number,
    other_type,
    read_filter,
    text_in,
    unknown_choice,
    whole_number,
    written_filter,
)
from qwen3vl_app.types.words import WordsMode

Json: TypeAlias = dict[str, Any]

TOP = 20
"""Hits shown."""

DEPTH = 40
"""Recall candidates that the reranker sees."""

UNLIKE_WEIGHT = 0.5
"""Of what is not wanted, against what is."""

MOST_ITEMS = 16
"""Items that one query may name as examples: their mean says little beyond that."""

_SHOWN = 40
"""Characters of a name or value that is not understood."""

NAMES = frozenset(
    {
        *("text", "files", "also", "like", "not_like", "unlike", "unlike_weight", "words"),
        *("crops", "instruction", "top", "depth", "rerank", "picture_words", "collapse"),
        "quota",
        *FILTERS,
    }
)
"""Everything that a question may say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """One more query beside the first."""

    text: str = ""
    files: tuple[str, ...] = ()
    """Keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A search before anything of it is decoded. Numbers are checked when it is resolved."""

    text: str = ""
    files: tuple[str, ...] = ()
    """Keys of pictures and clips: on the page as it gave them out, else paths."""

    also: tuple[Further, ...] = ()
    like: tuple[ItemId, ...] = ()
    not_like: tuple[ItemId, ...] = ()
    unlike: str = ""
    unlike_weight: float = UNLIKE_WEIGHT
    words: WordsMode = WordsMode.OFF
    where: ItemFilter = EVERYTHING
    """In JSON its fields stand beside the others."""

    crops: Mapping[str, Crop] = field(default_factory=dict)
    """Region of a picture, by the picture's key."""

    instruction: str | None = None
    top: int = TOP
    depth: int = DEPTH
    rerank: bool = True
    picture_words: bool = False
    """As ``Query.picture_words``."""

    collapse: bool = True
    quota: Mapping[Kind, int] = field(default_factory=dict)
    """As ``Query.quota``."""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """From its JSON, as :meth:`written` gives it or as a person wrote it.

        Raises:
            UsageError: A value that means nothing, or a name that is not in ``NAMES``.
        """
        if strange := sorted(str(name)[:_SHOWN] for name in given.keys() - NAMES):
            raise UsageError(Message.of("question.name", name=strange[0]))
        weight = number(given.get("unlike_weight"))
        return cls(
            text=text_in(given, "text"),
            files=_texts(given, "files"),
            also=tuple(map(_further, _list(given, "also"))),
            like=_items(given, "like"),
            not_like=_items(given, "not_like"),
            unlike=text_in(given, "unlike"),
            unlike_weight=UNLIKE_WEIGHT if weight is None else weight,
            words=_words(given.get("words")),
            where=read_filter(given),
            crops={str(key): Crop.read(at) for key, at in _pairs(given, "crops").items()},
            instruction=text_in(given, "instruction") or None,
            top=_count(given.get("top"), TOP),
            depth=_count(given.get("depth"), DEPTH),
            rerank=_flag(given, "rerank", default=True),
            picture_words=_flag(given, "picture_words", default=False),
            collapse=_flag(given, "collapse", default=True),
            quota=_quota(given),
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """Of all its files, those of further queries too."""
        return (*self.files, *(key for further in self.also for key in further.files))

    def written(self) -> Json:
        """As JSON, which :meth:`read` takes back; what is empty is left out, numbers never are."""
        said = {
            "text": self.text,
            "files": [*self.files],
            "also": [{"text": one.text, "files": [*one.files]} for one in self.also],
            "like": [*self.like],
            "not_like": [*self.not_like],
            "unlike": self.unlike,
            "unlike_weight": self.unlike_weight,
            "words": self.words.value,
            **written_filter(self.where),
            "crops": {key: crop.written() for key, crop in self.crops.items()},
            "instruction": self.instruction,
            "top": self.top,
            "depth": self.depth,
            "rerank": self.rerank,
            "picture_words": self.picture_words,
            "collapse": self.collapse,
            "quota": {kind.value: most for kind, most in sorted(self.quota.items())},
        }
        return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _list(given: Mapping[str, Any], name: str) -> Sequence[Any]:
    said = given.get(name)
    if said is None or isinstance(said, (list, tuple)):
        return said or ()
    raise other_type(name, said, Message.of("question.expected.list"))


def _texts(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    said = _list(given, name)
    for one in said:
        if not isinstance(one, str):
            raise other_type(name, one, Message.of("question.expected.text"))
    return tuple(said)


def _pairs(given: Mapping[str, Any], name: str) -> Mapping[Any, Any]:
    said = given.get(name)
    if said is None or isinstance(said, Mapping):
        return said or {}
    raise other_type(name, said, Message.of("question.expected.object"))


def _flag(given: Mapping[str, Any], name: str, *, default: bool) -> bool:
    said = given.get(name)
    if said is None or isinstance(said, bool):
        return default if said is None else said
    raise other_type(name, said, Message.of("question.expected.flag"))


def _count(given: object, default: int) -> int:
    said = whole_number(given)
    return default if said is None else said


def _further(given: object) -> Further:
    if not isinstance(given, Mapping):
        raise other_type("also", given, Message.of("question.expected.object"))
    if strange := sorted(str(name)[:_SHOWN] for name in given.keys() - {"text", "files"}):
        raise UsageError(Message.of("question.name", name=strange[0]))
    return Further(text=text_in(given, "text"), files=_texts(given, "files"))


def _words(given: object) -> WordsMode:
    try:
        return WordsMode(str(given or WordsMode.OFF))
    except ValueError as error:
        raise unknown_choice(error, given, WordsMode) from error


def _quota(given: Mapping[str, Any]) -> Mapping[Kind, int]:
    pairs = _pairs(given, "quota").items()
    said = {str(kind): whole_number(most) for kind, most in pairs}
    try:
        return {Kind(kind): most for kind, most in said.items() if most is not None}
    except ValueError as error:
        wrong = next(kind for kind in said if kind not in {*Kind})
        raise unknown_choice(error, wrong, Kind) from error


def _items(given: Mapping[str, Any], name: str) -> tuple[ItemId, ...]:
    ids = _list(given, name)
    if len(ids) > MOST_ITEMS:
        raise UsageError(Message.of("examples.many", found=len(ids), most=MOST_ITEMS))
    return tuple(ItemId(_id(one)) for one in ids)


def _id(given: object) -> int:
    said = number(given) or 0.0
    if said != round(said):  # another item is not what was meant
        raise UsageError(Message.of("number.unusable", value=str(given)))
    return round(said)
