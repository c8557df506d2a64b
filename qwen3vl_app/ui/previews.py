"""Pictures and PDF pages at reading size, made once and kept in one bounded folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import TYPE_CHECKING

from qwen3vl_app.types import Item, Part
from qwen3vl_app.ui.failures import GoneError
from qwen3vl_app.ui.present import name_of

if TYPE_CHECKING:
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.store.library import Library

CACHE_BYTES = 256 * 2**20
"""About a thousand pages; a second look at any of them costs nothing."""

SWEEP_EVERY = 50
"""Additions between two looks at the folder's size."""


class PreviewCache:
    """WebP previews named by content hash, part and size. Thread-safe.

    Nothing is lost when the folder is deleted; the oldest files go first once it holds more
    than ``limit`` bytes.
    """

    def __init__(
        self, library: Library, reader: Reader, folder: Path, *, limit: int = CACHE_BYTES
    ) -> None:
        self._library = library
        self._reader = reader
        self._folder = folder
        self._limit = limit
        self._lock = Lock()
        self._added = 0

    def get(self, item: Item, *, longest: int) -> Path:
        """The preview's file, at most ``longest`` pixels on the longer side.

        Raises:
            GoneError: The item's file is no longer on disk.
            UnreadableMediaError: It cannot be decoded any more.
        """
        target = self._folder / f"{item.content_hash}-{item.ordinal}-{longest}.webp"
        if target.is_file() and not target.is_symlink():
            with suppress(OSError):  # the age only decides what is swept first
                target.touch()
            return target
        part = Part(ordinal=item.ordinal, kind=item.kind, place=item.place)
        webp = self._reader.preview(file_of(self._library, item), part, longest=longest)
        self._write(target, webp)
        return target

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


def file_of(library: Library, item: Item) -> Path:
    """A file on disk that has the item's bytes.

    Raises:
        GoneError: None of the files that had them is there any more.
    """
    paths = dict.fromkeys([item.path, *library.paths_of(item.content_hash)])
    present = next((path for path in paths if path.is_file()), None)
    if present is None:
        raise GoneError(
            f"{name_of(item.path)} is no longer there; the library still knows what it looked "
            "like.",
            code="file.gone",
            name=name_of(item.path),
        )
    return present
