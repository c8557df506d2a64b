"""Browser tabs come and go by the thousand; what gradio remembers of each is bounded here.

Gradio keeps, for every tab that ever asked for something, a copy of the page's configuration, the
last values of its components, a queue of messages until they are read, and the names of its
events: 54 kB each, ten thousand times, and more where nobody reads. None of it is needed once a
tab has read the end of its search.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

SESSIONS = 256
"""Tabs remembered at once; as many searches can hardly wait at the same time (``QUEUED``)."""

STATES = 128
"""Tabs whose component values gradio keeps; it makes them anew, at a millisecond, where needed."""

UNREAD = 512
"""Messages that wait to be read, of all tabs together: about 25 MB of results. A tab reads at
once; of those that do not, one that has asked again and again is dropped, or else the oldest."""

MANY_UNREAD = 32
"""Messages of one tab: several searches, of which it has read nothing."""

LISTENS_AGAIN = 5.0
"""Seconds in which a tab that has read everything may open one stream more: what it asked last was
answered on the stream before, and it opens another on hearing that it was asked."""

QUEUED = 64
"""Events that may wait for their turn."""

QUEUE_POLL = 0.02
"""Seconds between two looks at gradio's event queue. Its default of 1 ms keeps 8 % of a core busy
while nothing happens; 20 ms take 1 % and add no delay that can be felt."""


class Sessions:
    """What is remembered of browser tabs, the least recently active dropped first.

    For the event loop's thread only, as the parts of gradio are that it looks into.

    Args:
        blocks: Gradio's page, whose queue is open.
        forgotten: Called with the name of a tab that was dropped while it may be searching.
    """

    def __init__(self, blocks: Any, forgotten: Callable[[str], None]) -> None:  # noqa: ANN401
        self._blocks = blocks
        self._forgotten = forgotten
        self._known: OrderedDict[str, None] = OrderedDict()
        self._readers: Counter[str] = Counter()
        self._read_all: OrderedDict[str, float] = OrderedDict()
        """When a tab had read everything, on the monotonic clock; as many as are known at most."""

    async def joined(self, session: str) -> None:
        """A tab is about to ask for something; make room for it."""
        self._known[session] = None
        self._known.move_to_end(session)
        while len(self._known) > SESSIONS:
            oldest = next(iter(self._known))
            silent = (one for one in self._known if not self._readers[one] and one != session)
            await self._drop(next(silent, oldest))
        while (unread := self._unread()).total() > UNREAD:
            await self._drop(self._deaf(unread))
        self._known[session] = None  # it may have been the one

    @contextmanager
    def reading(self, session: str) -> Iterator[None]:
        """A tab listens until the block is left."""
        self._readers[session] += 1
        try:
            yield
        finally:
            self._readers[session] -= 1
            if not self._readers[session]:
                del self._readers[session]
            if not self._readers[session] and not self._is_waiting(session):
                if session in self._blocks._queue.pending_messages_per_session:  # noqa: SLF001
                    self._note_read(session)  # else its stream was cut off
                self._forget(session)

    def has_read_all(self, session: str) -> bool:
        """Whether nothing waits for a tab because it has just read it all."""
        if session in self._blocks._queue.pending_messages_per_session:  # noqa: SLF001
            return False
        return time.monotonic() - self._read_all.get(session, -LISTENS_AGAIN) < LISTENS_AGAIN

    def _note_read(self, session: str) -> None:
        self._read_all[session] = time.monotonic()
        self._read_all.move_to_end(session)
        while len(self._read_all) > SESSIONS:
            self._read_all.popitem(last=False)

    def _is_waiting(self, session: str) -> bool:
        """Whether it still waits for messages: it asked again as its stream ended."""
        queue = self._blocks._queue  # noqa: SLF001  # nothing of it is public
        waiting = queue.pending_event_ids_session.get(session, ())
        events = (queue.event_ids_to_events.get(one) for one in waiting)
        return any(event is not None and event.alive for event in events)

    def _unread(self) -> Counter[str]:
        messages = self._blocks._queue.pending_messages_per_session  # noqa: SLF001
        return Counter({name: queue.qsize() for name, queue in messages.items()})

    def _deaf(self, unread: Counter[str]) -> str:
        """The tab that is the least likely to read what waits for it."""
        ((most, number),) = unread.most_common(1)
        # a tab that has just asked has some as well, before it listens: never that one
        oldest = (one for one in self._known if unread[one] and not self._readers[one])
        return most if number > MANY_UNREAD else next(oldest, most)

    async def _drop(self, session: str) -> None:
        """Cancel what the tab asked for, and forget all of it."""
        self._forgotten(session)
        await self._blocks._queue.clean_events(session_hash=session)  # noqa: SLF001
        self._forget(session)
        holder = self._blocks.state_holder
        holder.session_data.pop(session, None)
        holder.time_last_used.pop(session, None)

    def _forget(self, session: str) -> None:
        self._known.pop(session, None)
        queue = self._blocks._queue  # noqa: SLF001
        queue.pending_messages_per_session.pop(session, None)
        queue.pending_event_ids_session.pop(session, None)
        self._blocks.pending_diff_streams.pop(session, None)
        self._blocks.pending_streams.pop(session, None)


def bound(blocks: Any) -> None:  # noqa: ANN401  # gradio has no types
    """Open gradio's queue with bounds on what it keeps; before the page is mounted."""
    blocks.state_session_capacity = STATES
    blocks.queue(default_concurrency_limit=4, max_size=QUEUED)
    queue = blocks._queue  # noqa: SLF001  # no public settings
    queue.sleep_when_free = QUEUE_POLL
    # of the last 10,000 events, made with pandas after each of them, for a page that is off
    queue.ANALYTICS_MAX_EVENTS = 1
    queue.compute_analytics_summary = lambda _records: {}
