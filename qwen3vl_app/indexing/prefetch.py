"""Fills batches ahead of the model: opens and reads pending files while it is at work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from math import ceil
from typing import Any

from qwen3vl_app.budget import Budget
from qwen3vl_app.indexing.batches import Batch, Ending, Unread
from qwen3vl_app.indexing.decoding import Opened, Reading, open_file, read_parts
from qwen3vl_app.indexing.jobs import Job, weight
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.store.protocols import StoreWriter
from qwen3vl_app.store.rows import FileEnd, FileId, KnownFile
from qwen3vl_app.types import ContentHash, FileStamp, Outcome, Outline, Part, Space

MAX_ENDINGS = 64
"""Files without work for the model that are kept in one step: a few milliseconds."""

MIN_READ = 4
"""Parts asked for in one call at least: opening a PDF or a video anew costs more than a page."""

POLL = 0.2
"""Seconds until a wait notices that the program is closing."""


class Prefetch:
    """The pending files as a sequence of batches.

    All of it belongs to the indexer's thread, but for the calls of the reader, which run on
    threads of their own. Close it after use.

    Args:
        writer: Where pending files come from.
        reader: Opens and reads them.
        space: In which contents are to be embedded.
        budget: Of the model of that space.
        batch_items: Weight of a full batch.
        threads: Calls of the reader at the same time.
        stale: Also embed again what has vectors only in other spaces.
        halted: Says that no more batches are wanted.
        reads: Whether parts are read here, for ``take``; else batches go out by ``take_unread``.
    """

    def __init__(
        self,
        writer: StoreWriter,
        reader: Reader,
        space: Space,
        *,
        budget: Budget,
        batch_items: int,
        threads: int,
        stale: bool,
        halted: Callable[[], bool],
        reads: bool = True,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._space = space
        self._budget = budget
        self._batch_items = batch_items
        self._threads = threads
        self._halted = halted
        self._reads = reads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reading")
        self._queue: deque[KnownFile] = deque()
        self._stale: deque[KnownFile] = deque()
        self._stale_after: FileId | None = FileId(0) if stale else None
        self._in_work: set[FileId] = set()
        self._opening: deque[Future[Opened]] = deque()
        self._jobs: dict[ContentHash, Job] = {}
        self._current: Job | None = None
        self._asked: list[tuple[Job, tuple[Part, ...]]] = []
        self._readings: list[Future[Reading]] = []
        """Of ``_asked``, where they are read here."""

        self._weight = 0
        """Of ``_asked``; summed up as they come, because it is asked for at every turn."""

        self._endings: list[Ending] = []
        self._opened = 0
        self._opened_parts = 0

    def close(self) -> None:
        """Drop what is not in a batch. Returns at once; calls under way end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    # ------------------------------------------------------------ making batches

    @property
    def is_full(self) -> bool:
        """Whether the next batch takes no more."""
        return self._weight >= self._batch_items or len(self._endings) >= MAX_ENDINGS

    def fill(self, until: Future[Any] | None = None) -> None:
        """Go on with the next batch until it is full, nothing is left, or ``until`` is done."""
        while not self.is_full and not self._halted():
            self._open_ahead()
            if self._current is not None and self._current.todo:
                self._ask(self._current)
            elif not self._opening or not self._next_opened(until):
                return

    def take(self) -> Batch | None:
        """The next batch, full unless nothing else is left; None at the end or when halted."""
        self.fill()
        unread = self._taken()
        readings, self._readings = self._readings, []
        if not self._wait_for(readings) or unread.is_empty:
            return None
        return unread.read([reading.result() for reading in readings])

    def take_unread(self) -> Unread | None:
        """What ``fill`` has put together, before it is read; None if nothing, or when halted."""
        unread = self._taken()
        return None if self._halted() or unread.is_empty else unread

    def settle(self, jobs: Iterable[Job], endings: Iterable[Ending]) -> None:
        """Forget jobs that are over and files that have ended, after their batch was kept."""
        for job in jobs:
            if job.is_over:
                self._jobs.pop(job.content_hash, None)
                self._in_work -= {job.file.id, *(file.id for file, _ in job.followers)}
        self._in_work -= {ending.end.file for ending in endings}

    def look_again(self) -> None:
        """More files wait: take those whose turn is sooner before those that were looked up."""
        self._queue.clear()

    def parts_left(self, files: int) -> float:
        """An estimate: parts that wait in open files, and in ``files`` that are not done."""
        known = sum(len(job.todo) + job.in_flight for job in self._jobs.values())
        unopened = max(0, files - len(self._in_work) + len(self._opening))
        return known + unopened * self._opened_parts / max(1, self._opened)

    def _taken(self) -> Unread:
        asked, self._asked, self._weight = self._asked, [], 0
        endings, self._endings = self._endings, []
        return Unread(asked=tuple(asked), endings=tuple(endings))

    # ------------------------------------------------------------ files

    def _open_ahead(self) -> None:
        while len(self._opening) < self._batch_items and (file := self._next_file()):
            self._in_work.add(file.id)
            self._opening.append(
                self._pool.submit(open_file, self._reader, file, self._is_embedded)
            )

    def _is_embedded(self, content: ContentHash) -> bool:
        return self._writer.is_embedded(content, self._space)

    def _next_file(self) -> KnownFile | None:
        if not self._queue:
            # Files in work are pending too, and come first: ask for more than those.
            found = self._writer.pending_files(len(self._in_work) + 100)
            self._queue.extend(file for file in found if file.id not in self._in_work)
        if self._queue:
            return self._queue.popleft()
        if not self._stale and self._stale_after is not None:
            stale = self._writer.stale_files(self._space, after=self._stale_after, limit=100)
            self._stale_after = stale[-1].id if stale else None
            self._stale.extend(file for file in stale if file.id not in self._in_work)
        return self._stale.popleft() if self._stale else None

    def _next_opened(self, until: Future[Any] | None) -> bool:
        """Take in the file opened next; False if ``until`` came first."""
        first = self._opening[0]
        others = [] if until is None else [until]
        while not first.done():
            wait([first, *others], timeout=POLL, return_when=FIRST_COMPLETED)
            if not first.done() and (self._halted() or any(o.done() for o in others)):
                return False
        self._opening.popleft()
        self._take_in(first.result())
        return True

    def _take_in(self, opened: Opened) -> None:
        self._opened += 1
        file, stamp, outline = opened.file, opened.stamp, opened.outline
        if stamp is not None and opened.content_hash is not None:
            self._endings.append(_known(file, stamp, opened.content_hash))
        elif stamp is None or outline is None:
            end = FileEnd(
                file=file.id,
                stamp=stamp,
                content_hash=None,
                reason=opened.reason,
                given_up_by=self._reader.version if opened.given_up else "",
            )
            self._endings.append(Ending(end=end))
        elif (job := self._jobs.get(outline.content_hash)) is not None:
            job.followers.append((file, stamp))
        elif self._is_embedded(outline.content_hash):
            self._endings.append(_known(file, stamp, outline.content_hash))
        else:
            self._begin(file, stamp, outline)

    def _begin(self, file: KnownFile, stamp: FileStamp, outline: Outline) -> None:
        done = self._writer.embedded_parts(outline.content_hash, self._space)
        todo = deque(part for part in outline.parts if part not in done)
        self._opened_parts += len(todo)
        job = Job(
            file=file,
            stamp=stamp,
            content_hash=outline.content_hash,
            parts=outline.parts,
            todo=todo,
            reader=self._reader.version,
            damage=outline.damage,
            findings=outline.findings,
        )
        if todo:
            self._jobs[job.content_hash] = self._current = job
        else:
            self._endings.extend(Ending(end=end) for end in job.ends())

    # ------------------------------------------------------------ parts

    def _ask(self, job: Job) -> None:
        room = self._batch_items - self._weight
        parts = job.next_parts(room)
        size = max(MIN_READ, ceil(len(parts) / self._threads))
        for begin in range(0, len(parts), size):
            piece = tuple(parts[begin : begin + size])
            if self._reads:
                reading = self._pool.submit(
                    read_parts,
                    self._reader,
                    job.stamp,
                    piece,
                    job.content_hash,
                    budget=self._budget,
                    findings=job.findings,
                )
                self._readings.append(reading)
            self._asked.append((job, piece))
            self._weight += weight(piece)

    def _wait_for(self, futures: Sequence[Future[Reading]]) -> bool:
        """Wait for all of them; False when halted before."""
        left = set(futures)
        while left and not self._halted():
            left = wait(left, timeout=POLL).not_done
        return not left


def _known(file: KnownFile, stamp: FileStamp, content_hash: ContentHash) -> Ending:
    touched = file.content_hash == content_hash
    return Ending(
        end=FileEnd(file=file.id, stamp=stamp, content_hash=content_hash),
        word=Outcome.UNCHANGED if touched else None,
    )
