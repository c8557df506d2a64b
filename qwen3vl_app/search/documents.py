"""Candidates as the reranker needs them: read again from their files, kept while memory lasts."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock

from cachetools import LRUCache

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.originals import Originals
from qwen3vl_app.media.placed import Placed
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.protocols import Store
from qwen3vl_app.types import ContentHash, Item, Kind, ModelInput, Part

CACHE_BYTES = 256 * 2**20
"""About 50 pictures at the reference's full budget, thousands at the demo model's."""

LOOK_AHEAD = 8
"""Documents in decoding while the reranker works; more would only fill memory."""

_Key = tuple[ContentHash, int, Budget]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """An item with its content, or with the reason why there is none."""

    item: Item
    content: ModelInput | None
    reason: Message = NOTHING


MOST_BESIDE = 2000
"""Characters of what was read from a picture that go with it: a passage has as many."""


def beside(item: Item, *, wanted: bool) -> str:
    """The text that goes with a picture: what was read from it, if that is wanted."""
    return item.picture_text[:MOST_BESIDE] if wanted else ""


def with_text(content: ModelInput, text: str) -> ModelInput:
    """The content with a text beside what it shows; as it is where there is none."""
    return replace(content, texts=(*content.texts, text)) if text else content


class Documents:
    """Reads documents ahead of the reranker. Thread-safe.

    Passages come from the library; everything else is decoded again from the file, because
    storing decoded pictures would multiply the size of a library. Decoded content is kept up
    to ``CACHE_BYTES``, least recently used first out.
    """

    def __init__(self, library: Store, reader: Reader) -> None:
        self._library = library
        self._reader = reader
        self._originals = Originals()
        self._lock = Lock()
        self._cache: LRUCache[_Key, ModelInput] = LRUCache(CACHE_BYTES, getsizeof=_bytes_of)
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="documents")

    def stream(self, items: Sequence[Item], budget: Budget) -> Generator[Document, None, None]:
        """Documents in the order of ``items``, decoded up to ``LOOK_AHEAD`` in advance.

        Closing the iterator drops what has not been begun.
        """
        waiting: deque[Future[Document]] = deque()
        try:
            for item in items:
                waiting.append(self._threads.submit(self.to_judge, item, budget))
                if len(waiting) >= LOOK_AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def to_judge(self, item: Item, budget: Budget) -> Document:
        """One document as ``stream`` gives it."""
        return self.read(item, budget)

    def read(self, item: Item, budget: Budget) -> Document:
        """One document; a file that has gone or is damaged gives a reason instead of content."""
        if item.kind is Kind.PASSAGE:
            return Document(item=item, content=ModelInput(texts=(item.text,)))
        key = (item.content_hash, item.ordinal, budget)
        with self._lock:
            kept = self._cache.get(key)
            if kept is not None:
                return Document(item=item, content=kept)
        try:
            content = self._decode(item, budget)
        except UnreadableMediaError as error:
            return Document(item=item, content=None, reason=error.reason)
        self._keep(key, content)
        return Document(item=item, content=content)

    def close(self) -> None:
        """End the reading threads; waits for the readings in work."""
        self._threads.shutdown(cancel_futures=True)

    def _decode(self, item: Item, budget: Budget) -> ModelInput:
        return self._placed(item, budget).decoded(self._reader, self._originals)

    def _placed(self, item: Item, budget: Budget) -> Placed:
        return Placed(
            known=tuple(self._library.originals(item.content_hash)),
            part=Part(ordinal=item.ordinal, kind=item.kind, place=item.place),
            budget=budget,
        )

    def _keep(self, key: _Key, content: ModelInput) -> None:
        if _bytes_of(content) > CACHE_BYTES:  # the cache itself would raise
            return
        with self._lock:
            if key not in self._cache:
                self._cache[key] = content


class FarDocuments(Documents):
    """Documents for workers elsewhere, which decode beside their models what they judge."""

    def to_judge(self, item: Item, budget: Budget) -> Document:
        """A passage as it is; of all else, where it is to be read."""
        if item.kind is Kind.PASSAGE:
            return self.read(item, budget)
        return Document(item=item, content=self._placed(item, budget))


def _bytes_of(content: ModelInput) -> int:
    frames = (frame.size for clip in content.clips for frame in clip.frames)
    sizes = (*(picture.size for picture in content.pictures), *frames)
    return sum(3 * width * height for width, height in sizes)
