"""What strangers are told: nothing of the folders of this computer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from qwen3vl_app.errors import AppError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.search.engine import Cancelled, SearchEngine, never
from qwen3vl_app.search.otherwise import USUAL, Otherwise
from qwen3vl_app.types import Hit, Query, SearchUpdate

UNTOLD = Message.of("untold")

_LIKE_A_PATH = re.compile(r"\S[/\\]|[/\\]\S")


def told(message: Message) -> Message:
    """The message, or another one where something in it could be a path."""
    return UNTOLD if any(map(names_a_path, _texts(message))) else message


def _texts(message: Message) -> Iterator[str]:
    """All that the words of some language may show of a message."""
    yield str(message)
    for value in message.values.values():
        if isinstance(value, Message):
            yield from _texts(value)
        else:
            yield str(value)


def names_a_path(text: str) -> bool:
    """Whether something in a text could be a path."""
    return _LIKE_A_PATH.search(text) is not None


def discreet(error: AppError) -> AppError:
    """The error, or another one where its sentence could tell a path.

    What is wrong with a value that was given may be told to the one who gave it.
    """
    if isinstance(error, UsageError):
        return error
    return error if told(error.message) == error.message else AppError(UNTOLD)


class DiscreetEngine(SearchEngine):
    """A ``SearchEngine`` for strangers."""

    def search(
        self, query: Query, *, otherwise: Otherwise = USUAL, cancelled: Cancelled = never
    ) -> Iterator[SearchUpdate]:
        """As ``SearchEngine.search``; no note, reason or error tells a path."""
        try:
            for update in super().search(query, otherwise=otherwise, cancelled=cancelled):
                notes = tuple(map(told, update.notes))
                hits = tuple(map(_without_path, update.hits))
                model = str(UNTOLD) if names_a_path(update.model) else update.model
                yield replace(update, notes=notes, hits=hits, model=model)
        except AppError as error:
            raise discreet(error) from error


def _without_path(hit: Hit) -> Hit:
    return replace(hit, unscored=told(hit.unscored))
