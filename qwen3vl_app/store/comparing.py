"""Comparing the originals of pictures that thumbnails cannot tell apart, outside of any search.

A search only looks up what is known. Unknown pairs are queued, and the
indexer calls ``settle`` when it has finished its files.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TypeAlias

from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.tables import comparisons, files
from qwen3vl_app.types import ContentHash, Original

Pair: TypeAlias = tuple[ContentHash, ContentHash]

Compare: TypeAlias = Callable[[Sequence[Original], Sequence[Original]], bool | None]
"""Whether two pictures agree in detail, each given by its files; None where that cannot be told,
as on a drive that is not connected. Takes up to some seconds."""

_MOST_WANTED = 10_000
"""Pairs in the queue; beyond it the oldest are dropped, and queued again when next met."""


class Comparisons:
    """Results of comparing originals, and the queue of pairs to compare. Thread-safe."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()
        self._answers: dict[Pair, bool] = {}
        self._wanted: OrderedDict[Pair, None] = OrderedDict()
        self._untold: set[Pair] = set()

    def known(self, one: ContentHash, other: ContentHash) -> bool | None:
        """Whether two pictures agree in detail; None where that is not known. 0.1 ms at most."""
        pair = min(one, other), max(one, other)
        if pair in self._untold:
            return None
        known = self._answers.get(pair)
        if known is None:
            with self._connection.reading() as conn:
                known = comparisons.read_comparison(conn, *pair)
        if known is not None:
            self._answers[pair] = known
        return known

    def want(self, one: ContentHash, other: ContentHash) -> None:
        """Queue two pictures to be compared."""
        pair = min(one, other), max(one, other)
        with self._lock:
            if pair not in self._untold:
                self._wanted[pair] = None
            while len(self._wanted) > _MOST_WANTED:
                self._wanted.popitem(last=False)

    @property
    def is_waiting(self) -> bool:
        """Whether pairs are queued."""
        return bool(self._wanted)

    @property
    def version(self) -> int:
        """Changes whenever something new is known."""
        with self._connection.reading() as conn:
            return comparisons.newest_comparison(conn)

    def settle(self, compare: Compare, halted: Callable[[], bool]) -> None:
        """Compare the queued pairs until none is left or ``halted`` says so.

        A pair that cannot be compared is skipped until the next start.

        Raises:
            LibraryError: The disk refuses, or the library is open for reading only.
        """
        while not halted() and (pair := self._next()) is not None:
            with self._connection.reading() as conn:
                if comparisons.read_comparison(conn, *pair) is not None:
                    continue  # what was compared meanwhile says it
                one, other = (files.originals_of(conn, content) for content in pair)
            agree = compare(one, other)
            if agree is not None:
                with self._connection.writing() as conn:
                    comparisons.put_comparison(conn, *pair, agree=agree)
            else:
                self._untold.add(pair)

    def _next(self) -> Pair | None:
        with self._lock:
            return self._wanted.popitem(last=False)[0] if self._wanted else None
