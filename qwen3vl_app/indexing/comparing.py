"""Compares originals that thumbnails cannot tell apart, while nothing else is to be done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from qwen3vl_app.errors import AppError, UnreadableMediaError
from qwen3vl_app.media.originals import Originals
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemId, Original, Space

log = logging.getLogger(__name__)


class Comparer:
    """Used by one thread, that of the indexer.

    Args:
        library: Open for writing.
        reader: Decodes the originals.
    """

    def __init__(self, library: Library, reader: Reader) -> None:
        self._library = library
        self._reader = reader
        self._originals = Originals()
        self._met = _newest(library)

    def follow(self, space: Space, halted: Callable[[], bool]) -> None:
        """Compare what was indexed since the last time with what is close to it.

        Raises:
            LibraryError: The disk refuses.
        """
        newest = _newest(self._library)
        while newest > self._met and not halted():
            self._library.meet_pictures(space, self._met)
            if self._library.comparisons.is_waiting:  # two that are told apart meet others
                self._library.comparisons.settle(self._agree, halted)
            else:
                self._met = newest

    def settle(self, halted: Callable[[], bool]) -> None:
        """Compare what searches have met meanwhile; returns at once where that is nothing.

        Where the disk refuses, the next search meets it again.
        """
        try:
            self._library.comparisons.settle(self._agree, halted)
        except AppError as error:
            log.warning("pictures were not compared: %s", error)
        except Exception:  # a bug, which must not end the thread that indexes
            log.exception("pictures were not compared")

    def _agree(self, one: Sequence[Original], other: Sequence[Original]) -> bool | None:
        """None where one of them cannot be read now, or is not what was indexed."""
        try:
            with self._originals.opened(one) as first, self._originals.opened(other) as second:
                agree = self._reader.same_in_detail(first.path, second.path)
                first.check_unchanged()
                second.check_unchanged()
        except UnreadableMediaError:
            return None
        return agree


def _newest(library: Library) -> ItemId:
    return next((item.id for item in library.list_items(limit=1)), ItemId(0))
