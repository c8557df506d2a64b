"""Scores kept from earlier searches: looking further judges only what is new."""

from __future__ import annotations

import hashlib
from threading import Lock

from cachetools import LRUCache
from PIL.Image import Image

from qwen3vl_app.types import ContentHash, Item, ModelInput, Score

KEPT_SCORES = 20_000
"""A hundred searches at the greatest depth, about 6 MB."""

QueryKey = bytes
"""Names what is asked of a document: a query as the reranker sees it, with its instruction."""

_Key = tuple[QueryKey, ContentHash, int]


def query_key(asked: ModelInput, instruction: str) -> QueryKey:
    """The same for queries of equal content, whatever objects hold it; some 7 ms a megapixel."""
    digest = hashlib.blake2b(digest_size=16)

    def note(*parts: object) -> None:
        digest.update(repr(parts).encode("utf-8", "surrogatepass"))

    def show(picture: Image) -> None:
        note(picture.mode, picture.size)
        digest.update(picture.tobytes())

    note(instruction, asked.texts, len(asked.pictures))
    for picture in asked.pictures:
        show(picture)
    for clip in asked.clips:
        note(clip.seconds, clip.from_file)
        for frame in clip.frames:
            show(frame)
    return digest.digest()


class ScoreCache:
    """The scores of one reranker, the least recently used dropped first. Thread-safe.

    An item is known by the bytes of its file and its place in it, so a file that changes is
    judged anew and one that is moved is not.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._scores: LRUCache[_Key, Score] = LRUCache(KEPT_SCORES)

    def known(self, question: QueryKey, item: Item) -> Score | None:
        """The score given before."""
        key = (question, item.content_hash, item.ordinal)
        with self._lock:
            return self._scores.get(key)

    def keep(self, question: QueryKey, item: Item, score: Score) -> None:
        """Remember a score; reasons why there is none are not kept, they may pass."""
        with self._lock:
            self._scores[question, item.content_hash, item.ordinal] = score

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._scores.clear()
