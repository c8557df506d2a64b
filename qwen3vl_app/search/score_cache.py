"""Scores kept from earlier searches: looking further judges only what is new."""

from __future__ import annotations

import hashlib
from threading import Lock

from cachetools import LRUCache

from qwen3vl_app.types import ContentHash, Item, ModelInput, Score

KEPT_SCORES = 20_000
"""A hundred searches at the greatest depth, about 6 MB."""

QueryKey = bytes
"""Names what is asked of a document and whom: a query as a reranker sees it, its instruction."""

_Key = tuple[QueryKey, ContentHash, int, int]


def query_key(asked: ModelInput, instruction: str, reranker: str = "") -> QueryKey:
    """The same for queries of equal content to one reranker, whatever objects hold it."""
    pictures = [picture.key for picture in asked.pictures]
    clips = [clip.key for clip in asked.clips]
    parts = repr((reranker, instruction, asked.texts, pictures, clips)).encode(
        "utf-8", "surrogatepass"
    )
    return hashlib.blake2b(parts, digest_size=16).digest()


class ScoreCache:
    """The scores that rerankers gave, the least recently used dropped first. Thread-safe.

    An item is known by the bytes of its file, its place in it and the text beside it, so a file
    that changes is judged anew and one that is moved is not.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._scores: LRUCache[_Key, Score] = LRUCache(KEPT_SCORES)

    def known(self, question: QueryKey, item: Item, beside: str = "") -> Score | None:
        """The score given before, with the same text ``beside`` the item."""
        with self._lock:
            return self._scores.get(_key(question, item, beside))

    def keep(self, question: QueryKey, item: Item, score: Score, beside: str = "") -> None:
        """Remember a score; reasons why there is none are not kept, they may pass."""
        with self._lock:
            self._scores[_key(question, item, beside)] = score

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._scores.clear()


def _key(question: QueryKey, item: Item, beside: str) -> _Key:
    return question, item.content_hash, item.ordinal, hash(beside)
