"""Do two pictures agree to the eye? Remembered, because every search asks again."""

from __future__ import annotations

import io
from dataclasses import dataclass
from threading import Lock

from cachetools import FIFOCache, LRUCache
from PIL import Image

from qwen3vl_app.index.agreeing import Agreement, Shown, agree
from qwen3vl_app.store.comparing import Comparisons
from qwen3vl_app.store.thumbnails import Thumbnails
from qwen3vl_app.types import ContentHash

_SHOWN = 128
"""Thumbnails kept decoded: 230 KB each."""

_ANSWERS = 200_000
"""Pairs remembered: names never mean another picture, so answers stay true."""

_LARGEST = 2048
"""Pixels to a side; no thumbnail that was written here has more."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture as it can be compared."""

    content: ContentHash
    """Of its file."""

    thumbnail: str
    """Its name."""


class AlikePictures:
    """Compares pictures by their thumbnails, and asks further where that is not enough.

    Thread-safe.
    """

    def __init__(self, thumbnails: Thumbnails, comparisons: Comparisons) -> None:
        self._thumbnails = thumbnails
        self._comparisons = comparisons
        self._lock = Lock()
        self._shown: LRUCache[str, Shown | None] = LRUCache(_SHOWN)
        self._answers: FIFOCache[tuple[str, str], Agreement] = FIFOCache(_ANSWERS)

    def agree(self, one: Seen, other: Seen) -> bool:
        """Whether they show the same picture, see ``agreeing``; some milliseconds the first time.

        Where their originals were compared, these say it, and 0.1 ms is enough. Until then what
        thumbnails cannot tell apart counts as the same, and is noted. A thumbnail that is missing
        or damaged says nothing against it.
        """
        if one.content == other.content:
            return True
        names = min(one.thumbnail, other.thumbnail), max(one.thumbnail, other.thumbnail)
        with self._lock:
            said = self._answers.get(names)
        if said in (None, Agreement.UNLESS_IN_DETAIL):
            known = self._comparisons.known(one.content, other.content)
            if known is not None:
                return known
        said = said or self._compared(names)
        if said is Agreement.UNLESS_IN_DETAIL:
            self._comparisons.want(one.content, other.content)
        return said is not Agreement.NO

    def _compared(self, pair: tuple[str, str]) -> Agreement:
        first, second = self._load(pair[0]), self._load(pair[1])
        if first is None or second is None:
            return Agreement.YES
        answer = agree(first, second)
        with self._lock:
            self._answers[pair] = answer
        return answer

    def _load(self, name: str) -> Shown | None:
        with self._lock:
            if name in self._shown:
                return self._shown[name]
        shown = self._read(name)
        with self._lock:
            self._shown[name] = shown
        return shown

    def _read(self, name: str) -> Shown | None:
        file = self._thumbnails.path(name)
        if file is None:
            return None
        try:
            with Image.open(io.BytesIO(file.read_bytes()), formats=("JPEG", "WEBP")) as picture:
                return Shown.of(picture) if max(picture.size) <= _LARGEST else None
        except (OSError, ValueError, SyntaxError):  # what Pillow raises of a damaged file
            return None
