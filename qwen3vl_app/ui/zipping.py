"""Originals as one ZIP archive, written while it is sent: nothing of it is kept."""

from __future__ import annotations

import zipfile
from collections.abc import Generator, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.originals import OpenOriginal, Originals
from qwen3vl_app.types import Original, calendar_time
from qwen3vl_app.ui.serialize import name_of

Pieces: TypeAlias = Generator[bytes, None, None]
"""What is sent; closed, it lets go of the file that is open."""

PIECE = 2**18
"""Bytes that are read at once."""

MISSING = "missing.txt"
"""In the archive: which originals could not be read, and why."""

_FIRST, _LAST = datetime(1980, 1, 1), datetime(2107, 12, 31)  # noqa: DTZ001  # ZIP has local times
"""What a ZIP archive can tell of a file's time."""


class _Sink:
    """Takes what ``zipfile`` writes; it cannot be gone back in, so sizes follow the files."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._held.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Everything is in memory until it is drained."""

    def drain(self) -> bytes:
        held, self._held = b"".join(self._held), []
        return held


def zipped(originals: Originals, files: Iterable[list[Original]]) -> Pieces:
    """The archive of these files, piece by piece; each is given by where its bytes may be.

    They are stored, not packed: pictures, clips and PDF files are packed already. What is gone or
    was changed is left out and named in ``missing.txt``.
    """
    sink = _Sink()
    taken = {MISSING}
    missing: list[str] = []
    with zipfile.ZipFile(sink, "w") as archive:  # type: ignore[call-overload]  # a writer, no more
        for candidates in files:
            try:
                original = originals.open(candidates)
            except UnreadableMediaError as error:
                missing.append(str(error.message))
                continue
            with original.file:
                yield from _put(archive, sink, original, _unused(original.path, taken))
        if missing:
            archive.writestr(MISSING, "\n".join(missing) + "\n")
    yield sink.drain()


def _put(
    archive: zipfile.ZipFile, sink: _Sink, original: OpenOriginal, name: str
) -> Iterator[bytes]:
    changed = calendar_time(original.status.st_mtime_ns).replace(tzinfo=None)
    info = zipfile.ZipInfo(name, min(max(changed, _FIRST), _LAST).timetuple()[:6])
    info.external_attr = 0o644 << 16
    left = original.status.st_size
    with archive.open(info, "w", force_zip64=left >= zipfile.ZIP64_LIMIT) as put:
        # no further than it was when it was checked: what is appended meanwhile is not meant
        while left > 0 and (piece := original.file.read(min(PIECE, left))):
            left -= len(piece)
            put.write(piece)
            yield sink.drain()


def _unused(path: Path, taken: set[str]) -> str:
    """The name of a file, with a number where another has it; never a path out of the archive.

    Names are compared without regard to case, as disks of Windows and macOS do.
    """
    plain = "".join("_" if one in '\\/:*?"<>|' or ord(one) < 32 else one for one in name_of(path))
    stem, suffix = Path(plain).stem, Path(plain).suffix
    name, number = plain, 1
    while name.lower() in taken:
        number += 1
        name = f"{stem} ({number}){suffix}"
    taken.add(name.lower())
    return name
