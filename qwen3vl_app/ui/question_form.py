"""What stands in and around the query box becomes a query."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, TypeAlias

from qwen3vl_app.errors import EmptyQueryError, UsageError
from qwen3vl_app.services import Services
from qwen3vl_app.types import Ask, ItemFilter, ItemId, Kind, Query, WordsMode
from qwen3vl_app.types.query import check_number
from qwen3vl_app.ui.crops import Crop
from qwen3vl_app.ui.filters import (
    filters_given,
    number,
    read_filter,
    unknown_choice,
    whole_number,
)
from qwen3vl_app.ui.query_files import MOST_FILES, QueryFile, read_query_files

TOP_K = 20
DEPTH = 40

MOST_ITEMS = 16
"""Items that one query may name as examples: their mean says little beyond that."""


KnownFiles: TypeAlias = Callable[[Sequence[str]], list[QueryFile]]
"""From keys to files; raises UsageError where one has gone."""


def no_files(_keys: Sequence[str]) -> list[QueryFile]:
    """No key is known."""
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Everything around the query box."""

    where: ItemFilter
    words: WordsMode = WordsMode.OFF
    like: tuple[ItemId, ...] = ()
    not_like: tuple[ItemId, ...] = ()
    unlike: str = ""
    unlike_weight: float = 0.5
    top_k: int = TOP_K
    depth: int = DEPTH
    rerank: bool = True
    collapse: bool = True
    instruction: str | None = None
    crops: Mapping[str, Crop]
    """Region of a query picture, by the picture's key."""

    also: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Further queries: the text, and the keys of the files."""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """The choices as the page's script names them; what is missing has its default.

        Raises:
            UsageError: A value that means nothing.
        """
        weight = number(given.get("unlike_weight"))
        return cls(
            where=_with_moments(read_filter(given)),
            words=_words(given.get("words")),
            like=_items(given.get("like")),
            not_like=_items(given.get("not_like")),
            unlike=str(given.get("unlike") or "").strip(),
            unlike_weight=0.5 if weight is None else weight,
            top_k=whole_number(given.get("top")) or TOP_K,
            depth=whole_number(given.get("depth")) or DEPTH,
            rerank=given.get("rerank") is not False,
            collapse=given.get("collapse") is not False,
            instruction=str(given.get("instruction") or "").strip() or None,
            crops={str(key): Crop.read(crop) for key, crop in (given.get("crops") or {}).items()},
            also=tuple(
                (str(one.get("text") or "").strip(), tuple(map(str, one.get("files") or ())))
                for one in given.get("also") or ()
            ),
        )


def build_question(
    services: Services,
    text: str,
    files: Sequence[QueryFile],
    given: Mapping[str, Any],
    known: KnownFiles = no_files,
) -> Query | ItemFilter:
    """The query, or the filter alone where nothing else was given: then all that passes is meant.

    Takes what :func:`build_query` takes.

    Raises:
        EmptyQueryError: Nothing at all was given.
        AppError: A file of the query or a choice cannot be used.
    """
    try:
        return build_query(services, text, files, given, known)
    except EmptyQueryError as error:
        if error.code != "query.empty" or not filters_given(given):
            raise
        return Choices.read(given).where


def build_query(
    services: Services,
    text: str,
    files: Sequence[QueryFile],
    given: Mapping[str, Any],
    known: KnownFiles = no_files,
) -> Query:
    """The query that box and choices describe.

    Where the box is empty and nothing is named as an example, the first further query is the one.

    Args:
        services: Their reader decodes the files.
        text: Of the box.
        files: Of the box.
        given: The choices, by name.
        known: Finds the files of further queries, which stand in the choices by key.

    Raises:
        EmptyQueryError: There is nothing to look for.
        AppError: A file of the query or a choice cannot be used.
    """
    choices = Choices.read(given)
    pictures, clips = read_query_files(services.reader, files, choices.crops)
    first, also = Ask(text=text, pictures=pictures, clips=clips), _also(services, choices, known)
    if also and not (text or files or choices.like):
        first, *also = also
    return Query(
        text=first.text,
        pictures=first.pictures,
        clips=first.clips,
        also=tuple(also),
        like=choices.like,
        not_like=choices.not_like,
        unlike=choices.unlike,
        unlike_weight=choices.unlike_weight,
        words=choices.words,
        filter=choices.where,
        instruction=choices.instruction,
        top_k=choices.top_k,
        depth=max(choices.depth, choices.top_k),
        rerank=choices.rerank,
        collapse=choices.collapse,
    )


def _also(services: Services, choices: Choices, known: KnownFiles) -> list[Ask]:
    """The further queries; lines in which nothing stands are none.

    Their number is checked before a file of any is decoded.
    """
    found: list[Ask] = []
    lines = [(text, keys) for text, keys in choices.also if text or keys]
    check_number(len(lines))
    for text, keys in lines:
        files = known(keys[:MOST_FILES])
        if text or files:
            pictures, clips = read_query_files(services.reader, files, choices.crops)
            found.append(Ask(text=text, pictures=pictures, clips=clips))
    return found


def _with_moments(where: ItemFilter) -> ItemFilter:
    """A video brings its moments: whoever looks for one wants the second, too."""
    moments = {Kind.MOMENT} if Kind.VIDEO in where.kinds else set()
    return replace(where, kinds=where.kinds | moments)


def _words(given: object) -> WordsMode:
    try:
        return WordsMode(str(given or WordsMode.OFF))
    except ValueError as error:
        raise unknown_choice(error, given, WordsMode) from error


def _items(given: object) -> tuple[ItemId, ...]:
    ids = given if isinstance(given, (list, tuple)) else ()
    if len(ids) > MOST_ITEMS:
        raise UsageError(
            f"{len(ids)} items were given as examples; choose up to {MOST_ITEMS}.",
            code="examples.many",
            most=MOST_ITEMS,
        )
    return tuple(ItemId(whole_number(one) or 0) for one in ids)
