"""Sentences for strangers: nothing of the folders of this computer is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from qwen3vl_app.errors import AppError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.search.engine import Cancelled, SearchEngine, never
from qwen3vl_app.types import Hit, Query, SearchUpdate

UNTOLD = "This cannot be done at the moment; whoever runs the program can see why."

_LIKE_A_PATH = re.compile(r"\S[/\\]|[/\\]\S")


def told(text: str) -> str:
    """The sentence, or another one where something in it could be a path."""
    return UNTOLD if _LIKE_A_PATH.search(text) else text


def discreet(error: AppError) -> AppError:
    """The error, or another one where its sentence could tell a path.

    What is wrong with a value that was given may be told to the one who gave it.
    """
    if isinstance(error, UsageError):
        return error
    texts = [str(error), *map(str, error.values.values())]
    is_harmless = all(told(text) == text for text in texts)
    return error if is_harmless else AppError(Message.of("untold"))


class DiscreetEngine(SearchEngine):
    """A ``SearchEngine`` for strangers."""

    def search(self, query: Query, *, cancelled: Cancelled = never) -> Iterator[SearchUpdate]:
        """As ``SearchEngine.search``; no note, reason or error tells a path."""
        try:
            for update in super().search(query, cancelled=cancelled):
                notes = tuple(map(_told_note, update.notes))
                hits = tuple(map(_without_path, update.hits))
                yield replace(update, notes=notes, hits=hits, model=told(update.model))
        except AppError as error:
            raise discreet(error) from error


def _told_note(note: str | Message) -> str | Message:
    return note if told(str(note)) == str(note) else UNTOLD


def _without_path(hit: Hit) -> Hit:
    harmless = told(str(hit.unscored)) == str(hit.unscored)
    return hit if harmless else replace(hit, unscored=Message.of("untold"))
