"""Pictures as the models saw them, by keys that nobody can guess, for as long as memory lasts.

They are of items and of queries alike, and a query is its person's: so no number leads to one.
"""

from __future__ import annotations

import hashlib
import io
import secrets
from threading import Lock
from typing import TYPE_CHECKING

from cachetools import LRUCache

if TYPE_CHECKING:
    from PIL.Image import Image

KEPT_BYTES = 96 * 2**20
"""Of PNG: twice a clip of 64 frames at the reference's full budget."""


class SeenPictures:
    """Thread-safe."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._secret = secrets.token_bytes(32)
        self._lock = Lock()
        self._kept: LRUCache[str, bytes] = LRUCache(kept_bytes, getsizeof=len)
        self._room = kept_bytes

    def keep(self, image: Image) -> str:
        """The key of a picture; the same for equal pixels."""
        digest = hashlib.blake2b(image.tobytes(), key=self._secret, digest_size=16)
        digest.update(repr(image.size).encode())
        key = digest.hexdigest()
        with self._lock:
            known = self._kept.get(key) is not None
        if not known:
            png = io.BytesIO()
            image.save(png, "PNG", compress_level=1)  # it is looked at once or twice
            if len(png.getvalue()) <= self._room:  # the cache itself would raise
                with self._lock:
                    self._kept[key] = png.getvalue()
        return key

    def find(self, key: str) -> bytes | None:
        """The PNG of a key; None once it has gone."""
        with self._lock:
            return self._kept.get(key)
