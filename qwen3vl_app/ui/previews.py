"""Pictures and PDF pages at reading size, made once and kept in one bounded folder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.originals import CHANGED, GONE, OpenOriginal, Originals
from qwen3vl_app.messages import Message
from qwen3vl_app.types import Item, Part
from qwen3vl_app.ui.failures import GoneError
from qwen3vl_app.ui.lanes import Lane, while_there
from qwen3vl_app.ui.serialize import name_of

if TYPE_CHECKING:
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.store.library import Library

CACHE_BYTES = 256 * 2**20
"""About a thousand pages; a second look at any of them costs nothing."""

SWEEP_EVERY = 50
"""Additions between two looks at the folder's size."""

MOST_WAITING = 32
"""Previews in the queue; one may take a minute, and nobody waits for more than that."""

_Key: TypeAlias = tuple[str, int, int]


class PreviewCache:
    """WebP previews named by content hash, part and size. Thread-safe.

    Nothing is lost when the folder is deleted; the oldest files go first once it holds more
    than ``limit`` bytes.
    """

    def __init__(
        self,
        library: Library,
        reader: Reader,
        folder: Path,
        *,
        limit: int = CACHE_BYTES,
        originals: Originals | None = None,
    ) -> None:
        self._library = library
        self._reader = reader
        self._folder = folder
        self._limit = limit
        self._originals = originals or Originals()
        self._lock = Lock()
        self._added = 0

    def get(self, item: Item, *, longest: int) -> Path:
        """The preview's file, at most ``longest`` pixels on the longer side.

        Raises:
            GoneError: The item's file is no longer on disk, or no longer what was indexed.
            UnreadableMediaError: It cannot be decoded any more.
        """
        return self.kept(item, longest=longest) or self._make(item, longest)

    def kept(self, item: Item, *, longest: int) -> Path | None:
        """The same if it has been made before."""
        target = self._target(item, longest)
        if not target.is_file() or target.is_symlink():
            return None
        with suppress(OSError):  # the age only decides what is swept first
            target.touch()
        return target

    def _make(self, item: Item, longest: int) -> Path:
        target = self._target(item, longest)
        part = Part(ordinal=item.ordinal, kind=item.kind, place=item.place)
        with opened(self._library, self._originals, item) as original:
            webp = self._reader.preview(original.path, part, longest=longest)
            original.check_unchanged()
        self._write(target, webp)
        return target

    def _target(self, item: Item, longest: int) -> Path:
        return self._folder / f"{item.content_hash}-{item.ordinal}-{longest}.webp"

    def _write(self, target: Path, webp: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as half:
            half.write(webp)
        Path(half.name).replace(target)
        with self._lock:
            self._added += 1
            if self._added % SWEEP_EVERY == 0:
                self._sweep()

    def _sweep(self) -> None:
        files = [(path.stat(), path) for path in self._folder.glob("*.webp")]
        total = sum(stat.st_size for stat, _ in files)
        for stat, path in sorted(files, key=lambda entry: entry[0].st_mtime_ns):
            if total <= self._limit:
                return
            path.unlink(missing_ok=True)
            total -= stat.st_size


@dataclass(eq=False)
class _Making:
    """A preview that is being made, and how many wait for it."""

    waiting: int = 0
    begun: bool = False


class PreviewQueue:
    """Makes previews for requests, a few at a time. Used on the event loop only.

    The same preview asked for again while it is being made is made once. One that nobody waits
    for any more is not begun.

    Args:
        cache: Where they are kept.
        threads: How many are made at once.
        waiting: How many more may wait for that.
    """

    def __init__(self, cache: PreviewCache, threads: int, waiting: int = MOST_WAITING) -> None:
        self._cache = cache
        self._lane = Lane(threads, waiting)
        self._making: dict[_Key, tuple[_Making, asyncio.Task[Path]]] = {}

    async def get(self, request: Request, item: Item, longest: int) -> Path:
        """As ``PreviewCache.get``.

        Raises:
            TooBusyError: Too many are waiting already.
        """
        kept = await run_in_threadpool(self._cache.kept, item, longest=longest)
        if kept is not None:
            return kept
        return await while_there(request, self._made(item, longest))

    async def _made(self, item: Item, longest: int) -> Path:
        key = (item.content_hash, item.ordinal, longest)
        making, task = self._making.get(key) or self._start(key, item, longest)
        making.waiting += 1
        try:
            return await asyncio.shield(task)
        finally:
            making.waiting -= 1
            if not making.waiting and not making.begun:
                task.cancel()

    def _start(self, key: _Key, item: Item, longest: int) -> tuple[_Making, asyncio.Task[Path]]:
        making = _Making()

        def make() -> Path:
            making.begun = True
            return self._cache.get(item, longest=longest)

        def ended(task: asyncio.Task[Path]) -> None:
            if self._making.get(key) == (making, task):
                del self._making[key]
            if not task.cancelled():
                task.exception()  # marks it as retrieved: every waiter may have left

        task = asyncio.ensure_future(self._lane.run(make))
        task.add_done_callback(ended)
        self._making[key] = making, task
        return making, task


def open_original(library: Library, originals: Originals, item: Item) -> OpenOriginal:
    """A file that has the item's bytes, opened; the caller must close it.

    Raises:
        GoneError: None of the files that had them is there any more, or is what it was.
        UnreadableMediaError: It cannot be opened.
    """
    try:
        return originals.open(library.originals(item.content_hash))
    except UnreadableMediaError as error:
        if error.reason not in (GONE, CHANGED):
            raise
        raise _gone(name_of(item.path), changed=error.reason == CHANGED) from error


@contextmanager
def opened(library: Library, originals: Originals, item: Item) -> Iterator[OpenOriginal]:
    """As ``open_original``, for as long as it is needed."""
    original = open_original(library, originals, item)
    with original.file:
        yield original


def _gone(name: str, *, changed: bool) -> GoneError:
    if changed:
        return GoneError(Message.of("file.changed", name=name))
    return GoneError(Message.of("file.gone", name=name))
