"""Searches as the page runs them: the newest of a browser tab wins, Stop works between slices."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING

from cachetools import FIFOCache

from qwen3vl_app.errors import AppError
from qwen3vl_app.types import ItemFilter, Query, SearchStage, SearchUpdate
from qwen3vl_app.types.run import RunId
from qwen3vl_app.ui.failures import UNEXPECTED
from qwen3vl_app.ui.message_rows import message_row
from qwen3vl_app.ui.serialize import Json
from qwen3vl_app.ui.serialize_hits import board_value

SESSIONS = 256
"""Browser tabs remembered; the least recently active goes first, at the cost of its stale rows."""

YIELD_SECONDS = 0.25
"""Between two updates of one search: a board of 100 rows takes about 150 ms to redraw."""

YIELD_ROWS = 100
"""Beyond them, the pauses are longer in proportion."""

if TYPE_CHECKING:
    from qwen3vl_app.search.engine import SearchEngine

log = logging.getLogger(__name__)


@dataclass
class NewestSearch:
    """Which search of each browser tab is the newest. Thread-safe.

    Kept here instead of in ``gr.State``, which opens a connection per tab: the sixth would hang.
    """

    sessions: int = SESSIONS
    _numbers: Iterator[int] = field(default_factory=lambda: count(int(time.time() * 1000)))
    _newest: FIFOCache[str, int] = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        # Not an LRUCache: a search keeps asking whether it is superseded, which is no activity.
        self._newest = FIFOCache(self.sessions)

    def begin(self, session: str) -> int:
        """Number a search; larger than every number before, also across restarts."""
        with self._lock:
            number = next(self._numbers)
            self._newest[session] = number
            return number

    def superseded(self, session: str, number: int) -> bool:
        """Whether a newer search of the session began, or Stop was pressed."""
        with self._lock:
            return self._newest.get(session) != number

    def stop(self, session: str) -> None:
        """Let the session's search end after the slice in flight."""
        with self._lock:
            self._newest.pop(session, None)


class Searches:
    """Turns queries into the values of the board."""

    def __init__(self, engine: SearchEngine, newest: NewestSearch | None = None) -> None:
        self._engine = engine
        self._newest = newest or NewestSearch()

    def stop(self, session: str) -> None:
        """End the session's running search; its board shows how far it came."""
        self._newest.stop(session)

    def run(
        self,
        session: str,
        asked: Json,
        build: Callable[[], Query | ItemFilter],
        keep: Callable[[SearchUpdate], RunId | None] = lambda _: None,
    ) -> Iterator[Json]:
        """Yield the board's values: begun, recall, rerank slices, and the end.

        Each repeats what was ``asked``: the ``question`` as it was sent, and the cards of the
        ``items`` that it names.

        Where there is a filter alone, the end is ``listing``: the page then asks ``/api/items``
        for what passes, page by page.

        ``build`` makes the query and may take long (a clip is decoded, a model is loading), so
        the page is told of the search first. An expected failure is a value like the others.
        ``keep`` is given the last update of a search that came to its end; the last value names
        the ``run`` that it was kept as.
        """
        seq = self._newest.begin(session)
        yield {"seq": seq, "stage": "begun", **asked}
        try:
            question = build()
            if isinstance(question, ItemFilter):
                yield {"seq": seq, "stage": "listing", **asked}
            else:
                yield from self._updates(session, seq, asked, question, keep)
        except AppError as error:
            yield {"seq": seq, "stage": "error", **asked, "message": message_row(error.message)}
        except Exception:
            log.exception("A search failed")
            bug = message_row(UNEXPECTED)
            yield {"seq": seq, "stage": "error", **asked, "message": bug}

    def _updates(
        self,
        session: str,
        seq: int,
        asked: Json,
        query: Query,
        keep: Callable[[SearchUpdate], RunId | None],
    ) -> Iterator[Json]:
        sent = 0.0
        updates = self._engine.search(
            query, cancelled=lambda: self._newest.superseded(session, seq)
        )
        for update in updates:
            now = time.monotonic()
            pause = YIELD_SECONDS * max(1.0, len(update.hits) / YIELD_ROWS)
            if update.stage is SearchStage.RERANK and now - sent < pause:
                continue
            sent = now
            value = {**board_value(update, query, seq=seq), **asked}
            if update.stage is SearchStage.DONE:
                value["run"] = keep(update)  # first: who sees the end finds it in the history
            yield value
