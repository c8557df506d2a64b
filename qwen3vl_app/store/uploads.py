"""Copies of dropped files: each has the name it was dropped under, and equal bytes are kept once.

::

    uploads/Italy/boat.jpg  --.
    uploads/ship.jpg  ---------+-->  uploads/.content/8f/8f14e45f…  named by the hash of its bytes

These are names of one file (hard links), so folders, filters and exact words know every name and
the disk holds the bytes once. On a disk that has one name for each file, such as exFAT, and in
libraries of earlier versions, there is nothing below ``.content`` and every copy stands alone.

A name is made in one step that fails where it is taken already, never looked for first and then
used: what arrives at the same moment gets the next number, and no file is ever overwritten.
"""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from threading import Lock

from qwen3vl_app.errors import AppError
from qwen3vl_app.messages import Message
from qwen3vl_app.types import ContentHash

CONTENT = ".content"
"""Folder inside ``uploads``; it begins with a dot, so no scan enters it."""

ARRIVING = ".arriving-"
"""Begins the name of a file that is being received; no upload may be called so."""

MOST_NUMBERS = 10_000
"""Files of one name with different bytes; finding the next number takes half a second then."""

_TRIES = 100
"""Attempts to make a folder that is deleted while a file is put into it."""


class Uploads:
    """The folder of copies. Thread-safe: files may arrive while others are deleted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = Lock()
        self._placed: dict[Path, int] = {}
        self._number = 0
        self._deletions = 0

    def place(self, half: Path, relative: PurePosixPath, content_hash: ContentHash) -> Path:
        """See ``place_upload``; one at a time, which costs nothing on a disk that is busy."""
        with self._lock:
            placed = place_upload(half, self.folder, relative, content_hash)
            self._note(placed)
        return placed

    def put_back(self, kept: Path, relative: PurePosixPath) -> Path:
        """Give a file of the trash a name here again, and return the place of that.

        Its former name, or one with a number where another file has that. Equal bytes that are
        kept under their hash find each other as before.
        """
        with self._lock:
            half = kept
            if kept.stat().st_dev != self.folder.stat().st_dev:  # somebody moved one of the two
                half = Path(shutil.copy2(kept, self.folder / f"{ARRIVING}{kept.name[:8]}.part"))
            folder = _folder(self.folder, relative.parent)
            target, _ = _named(half, half, folder / relative.name)
            for done in (half, kept):
                done.unlink(missing_ok=True)
            self._note(target)
        return target

    @contextmanager
    def deletion(self) -> Iterator[Deletion]:
        """Begin before it is decided what to delete: what arrives from then on stays."""
        with self._lock:
            self._deletions += 1
            began = self._number
        try:
            yield Deletion(self, began)
        finally:
            with self._lock:
                self._deletions -= 1
                if not self._deletions:
                    self._placed.clear()

    def delete(self, paths: Sequence[Path], began: int) -> None:
        """See ``Deletion``."""
        with self._lock:
            delete_uploads(self.folder, self._stale(paths, began))

    def move(self, moves: Mapping[Path, Path], began: int) -> None:
        """See ``Deletion``."""
        with self._lock:
            for path in self._stale([*moves], began):
                with suppress(FileNotFoundError, NotADirectoryError):  # somebody was faster
                    moves[path].parent.mkdir(exist_ok=True)
                    shutil.move(path, moves[path])
                _tidy(path.parent, self.folder)

    def drop_nameless(self) -> None:
        """Delete contents that no name has any more, also none in the trash."""
        with self._lock:
            _drop_nameless(self.folder)

    def _note(self, placed: Path) -> None:
        """Remember what arrives while something is deleted. Caller must hold the lock."""
        self._number += 1
        if self._deletions:
            self._placed[placed] = self._number

    def _stale(self, paths: Sequence[Path], began: int) -> list[Path]:
        return [path for path in paths if self._placed.get(path, 0) <= began]


class Deletion:
    """Deletes copies, but for those that arrived again since it began."""

    def __init__(self, uploads: Uploads, began: int) -> None:
        self._uploads = uploads
        self._began = began

    def delete(self, paths: Sequence[Path]) -> None:
        """As ``delete_uploads``."""
        self._uploads.delete(paths, self._began)

    def move(self, moves: Mapping[Path, Path]) -> None:
        """Move copies out of the folder instead; what is not there is passed over."""
        self._uploads.move(moves, self._began)


def place_upload(
    half: Path, uploads: Path, relative: PurePosixPath, content_hash: ContentHash
) -> Path:
    """Give a completely received file its name, and return the place of that.

    A file with the same bytes already there is left as it is; one with other bytes is never
    overwritten: the new one gets a number, as in ``report (2).pdf``. So does a folder whose name
    a file has.

    Args:
        half: The file, on the same disk; gone afterwards.
        uploads: The folder of the library.
        relative: The name it was dropped under, with its folders.
        content_hash: Of its bytes.

    Raises:
        AppError: The names on this disk may not be so long, or there are too many of this one.
    """
    try:
        target = _placed(half, uploads, relative, content_hash)
    except OSError as error:
        if error.errno not in (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ):
            raise
        raise AppError(
            Message.of("upload.name", name=relative.name, said=str(error.strerror))
        ) from error
    half.unlink(missing_ok=True)
    return target


def delete_uploads(uploads: Path, paths: Sequence[Path]) -> None:
    """Delete those of these files that are copies in ``uploads``, and folders left empty."""
    own = [path for path in paths if path.is_relative_to(uploads)]
    for path in own:
        with suppress(IsADirectoryError, NotADirectoryError):  # it has become something else
            path.unlink(missing_ok=True)
        _tidy(path.parent, uploads)
    if own:
        _drop_nameless(uploads)


def _placed(half: Path, uploads: Path, relative: PurePosixPath, content_hash: ContentHash) -> Path:
    content = uploads / CONTENT / content_hash[:2] / content_hash
    source = content if _same(half, content) else half
    for _ in range(_TRIES):
        folder = _folder(uploads, relative.parent)
        try:
            target, is_new = _named(source, half, folder / relative.name)
        except FileNotFoundError:  # the folder, or the content, was deleted in this moment
            source = half
            continue
        if is_new and source is half:
            _remember(target, content)
        return target
    raise AppError(Message.of("upload.folder", name=relative.name))


def _folder(uploads: Path, relative: PurePosixPath) -> Path:
    """A folder of this name, or with a number where a file has the name."""
    folder = uploads
    for piece in relative.parts:
        folder = next(one for one in _numbered(folder / piece) if _made(one))
    return folder


def _made(folder: Path) -> bool:
    try:
        folder.mkdir(exist_ok=True, parents=True)
    except (FileExistsError, NotADirectoryError):  # a file has this name
        return False
    return True


def _named(source: Path, half: Path, wanted: Path) -> tuple[Path, bool]:
    """The first name like ``wanted`` whose file has these bytes, and whether it had none yet."""
    for target in _numbered(wanted):
        if _linked(source, half, target):
            return target, True
        if _same(half, target):
            return target, False
    raise AppError(Message.of("upload.numbers", name=wanted.name, most=MOST_NUMBERS))


def _same(half: Path, other: Path) -> bool:
    """Whether this is a file with the same bytes; False if it cannot be read."""
    with suppress(OSError):
        return other.is_file() and filecmp.cmp(half, other, shallow=False)
    return False


def _numbered(wanted: Path) -> Iterator[Path]:
    """``report.pdf``, ``report (2).pdf``, and so on."""
    yield wanted
    for number in range(2, MOST_NUMBERS + 1):
        yield wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")


def _linked(source: Path, half: Path, target: Path) -> bool:
    """Whether the file has this name now; False where something else has it."""
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    except FileNotFoundError:
        raise
    except OSError as error:  # no second names on this disk, or too many of this file
        if error.errno in (errno.ENAMETOOLONG, errno.ENOTDIR):
            raise
        return _moved(half, target)
    return True


def _moved(half: Path, target: Path) -> bool:
    """The same in two steps: a name is taken with nothing in it, and then replaced."""
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    half.replace(target)
    return True


def _remember(target: Path, content: Path) -> None:
    """Let further files with the same bytes find them."""
    with suppress(OSError):  # no second names on this disk
        content.parent.mkdir(parents=True, exist_ok=True)
        content.unlink(missing_ok=True)  # somebody edited it under one of its names
        os.link(target, content)


def _drop_nameless(uploads: Path) -> None:
    """Delete contents that have no name left; half a second for 100,000."""
    for content in (uploads / CONTENT).glob("*/*"):
        with suppress(FileNotFoundError):  # another thread does the same
            if content.stat().st_nlink == 1:
                content.unlink()
                _tidy(content.parent, uploads)


def _tidy(folder: Path, uploads: Path) -> None:
    """Delete a folder and its parents below ``uploads``, up to the first that is not empty."""
    with suppress(OSError):  # the first that is not empty
        while folder != uploads:
            folder.rmdir()
            folder = folder.parent
