"""Reads words in pictures in the background, while nothing else is to be done."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace

from qwen3vl_app.errors import AppError
from qwen3vl_app.indexing.picture_classes import in_order
from qwen3vl_app.indexing.picture_reading import PictureReading
from qwen3vl_app.indexing.words_progress import Pace, WordsProgress, WordsState
from qwen3vl_app.media import ocr
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import UnreadPicture
from qwen3vl_app.types import ItemId, PictureClass

log = logging.getLogger(__name__)

REST = 1.0
"""Seconds between looks whether there is something to read, or nothing is indexed any more."""

OVER = frozenset({WordsState.OFF, WordsState.ABSENT, WordsState.IDLE, WordsState.FAILED})
"""States in which nothing more is read until something else happens."""


class PictureWords:
    """What is to be read follows from the library, so that ending the program loses one picture.

    Thread-safe; every method but ``wait`` and ``close`` returns at once. Makes no thread before
    ``start``, and none where it is not wanted or not installed.

    Args:
        library: Open for writing, once it is started.
        reader: Reads the pictures.
        is_wanted: Whether it is to be done at all.
        is_busy: Whether something is being indexed, which comes first.
        heard: Called after every change of the progress.
    """

    def __init__(
        self,
        library: Library,
        reader: Reader,
        *,
        is_wanted: bool,
        is_busy: Callable[[], bool],
        heard: Callable[[], None],
    ) -> None:
        self._texts = library.picture_texts
        self._reading = PictureReading(library, reader)
        self._is_wanted = is_wanted
        self._is_busy = is_busy
        self._heard = heard
        self._thread = threading.Thread(target=self._work, name="words", daemon=True)
        # Guards the next four. May be held while is_busy is asked, so never the other way round.
        self._changed = threading.Condition()
        self._paused = False
        self._closing = False
        self._failed = False
        self._progress = WordsProgress()
        # Of the thread alone.
        self._queue: deque[tuple[UnreadPicture, PictureClass]] = deque()
        self._absent: set[ItemId] = set()
        self._stamp: int | None = None
        self._pace = Pace()

    def start(self) -> None:
        """Begin, or go on where an earlier program ended. Calling it again does nothing."""
        with self._changed:
            if not self._is_wanted or self._closing or self._thread.ident is not None:
                return
            is_installed = ocr.is_installed()
            state = WordsState.WAITING if is_installed else WordsState.ABSENT
            self._progress = WordsProgress(state=state)
            if is_installed:
                self._thread.start()

    def pause(self) -> None:
        """Stop after the picture in work, until ``resume``."""
        self._order(paused=True)

    def resume(self) -> None:
        """Go on after a pause, or try again after a failure."""
        self._order(paused=False)

    def progress(self) -> WordsProgress:
        """What is being done; takes no lock, as the indexer asks while it holds its own."""
        return self._progress

    def wait(self, timeout: float | None = None) -> WordsProgress:
        """Wait, at most ``timeout`` seconds, until all is read or nothing more will be."""
        with self._changed:
            self._changed.wait_for(self._is_over, timeout)
            return self._progress

    def _is_over(self) -> bool:
        if self._progress.state is WordsState.IDLE:
            return self._texts.stamp == self._stamp  # else something came in that it has not seen
        return self._progress.state in OVER

    def look(self) -> None:
        """Look at once for what is to be read: something else has ended."""
        with self._changed:
            if self._progress.state is WordsState.IDLE:
                self._progress = replace(self._progress, state=WordsState.WAITING)
            self._changed.notify_all()

    def close(self) -> None:
        """Stop at once; the picture in work is read again by the next program."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._reading.interrupt()
            self._thread.join()

    def _order(self, *, paused: bool) -> None:
        if self._thread.ident is not None:
            with self._changed:
                self._paused, self._failed = paused, False
            self._say(WordsState.PAUSED if paused else WordsState.WAITING)

    # ------------------------------------------------------------ on its own thread

    def _work(self) -> None:
        while self._may_read():
            try:
                self._step()
            except AppError as error:
                self._fail(error.message)
            except Exception as error:  # a bug, which must not end the thread unsaid
                log.exception("no more words are read in pictures")
                self._fail(Message.of("ocr.bug", said=repr(error)))

    def _may_read(self) -> bool:
        """Wait until something may be read; False when the program closes."""
        while not self._closing:
            state = self._hindrance()
            if state is None:
                return True
            if state is not self._progress.state:
                self._say(state)
            self._wait_unlike(state)
        return False

    def _wait_unlike(self, state: WordsState | None) -> None:
        """Wait, at most ``REST`` seconds, until what hinders is not this any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._hindrance() is not state, REST)

    def _hindrance(self) -> WordsState | None:
        if self._failed:
            return WordsState.FAILED
        if self._paused:
            return WordsState.PAUSED
        return WordsState.WAITING if self._is_busy() else None

    def _step(self) -> None:
        """Read one picture; or rest, where there is none."""
        if (stamp := self._texts.stamp) != self._stamp:
            self._list()
            self._stamp = stamp
        if self._queue:
            self._say(WordsState.READING)
            self._read(*self._queue.popleft())
            return
        if self._progress.state is not WordsState.IDLE:
            self._say(WordsState.IDLE)
        self._wait_unlike(None)

    def _list(self) -> None:
        """See what is to be read."""
        unread = [one for one in self._texts.unread(ocr.VERSION) if one.item not in self._absent]
        self._queue = deque(in_order(unread))
        done = self._texts.count_read(ocr.VERSION)
        with self._changed:
            self._progress = replace(self._progress, done=done, total=done + len(self._queue))

    def _read(self, picture: UnreadPicture, of: PictureClass) -> None:
        begun = time.monotonic()
        found = self._reading.read(picture.item, of)
        if self._closing:
            return  # what was read may be that the reader was ended
        if found is None:
            self._absent.add(picture.item)
            self._say(WordsState.READING, total=-1)
            return
        self._texts.put(picture.item, ocr.VERSION, found)
        self._pace.note(of, time.monotonic() - begun)
        self._say(WordsState.READING, done=1)

    def _fail(self, message: Message) -> None:
        self._stamp = None  # the picture in work is to be read as well
        if not self._closing:
            self._failed = True
            self._say(WordsState.FAILED, message=message)

    def _say(
        self, state: WordsState, *, done: int = 0, total: int = 0, message: Message = NOTHING
    ) -> None:
        left = None
        if state is WordsState.READING:  # of a long queue, counting takes less than a percent
            left = self._pace.seconds_left(Counter(of for _, of in self._queue))
        with self._changed:
            before = self._progress
            if self._paused and state is WordsState.READING:
                state, left = WordsState.PAUSED, None
            self._progress = WordsProgress(
                rev=before.rev + 1,
                state=state,
                done=before.done + done,
                total=before.total + total,
                seconds_left=left,
                message=message or (before.message if state is before.state else NOTHING),
            )
            self._changed.notify_all()
        self._heard()
