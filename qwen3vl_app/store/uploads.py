"""Copies of dropped files: each has the name it was dropped under, and equal bytes are kept once.

::

    uploads/Italy/boat.jpg  --.
    uploads/ship.jpg  ---------+-->  uploads/.content/8f/8f14e45f…  named by the hash of its bytes

These are names of one file (hard links), so folders, filters and exact words know every name and
the disk holds the bytes once. On a disk that has one name for each file, such as exFAT, and in
libraries of earlier versions, there is nothing below ``.content`` and every copy stands alone.
"""

from __future__ import annotations

import filecmp
import os
from contextlib import suppress
from pathlib import Path, PurePosixPath

from qwen3vl_app.types import ContentHash

CONTENT = ".content"
"""Folder inside ``uploads``; it begins with a dot, so no scan enters it."""


def place_upload(
    half: Path, uploads: Path, relative: PurePosixPath, content_hash: ContentHash
) -> Path:
    """Give a completely received file its name, and return the place of that.

    A file with the same bytes already there is left as it is; one with other bytes is never
    overwritten: the new one gets a number, as in ``report (2).pdf``.

    Args:
        half: The file, on the same disk; gone afterwards.
        uploads: The folder of the library.
        relative: The name it was dropped under, with its folders.
        content_hash: Of its bytes.
    """
    wanted = uploads / relative
    target, number = wanted, 1
    while target.exists():
        if target.is_file() and filecmp.cmp(half, target, shallow=False):
            half.unlink()
            return target
        number += 1
        target = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
    target.parent.mkdir(parents=True, exist_ok=True)
    _name(half, target, uploads / CONTENT / content_hash[:2] / content_hash)
    return target


def delete_uploads(uploads: Path, paths: list[Path]) -> None:
    """Delete those of these files that are copies in ``uploads``, and folders left empty."""
    own = [path for path in paths if path.is_relative_to(uploads)]
    for path in own:
        path.unlink(missing_ok=True)
        _tidy(path.parent, uploads)
    if own:
        _drop_nameless(uploads)


def _name(half: Path, target: Path, content: Path) -> None:
    """One more name for a content that is there, or the first for a new one."""
    if content.is_file() and filecmp.cmp(half, content, shallow=False):
        with suppress(OSError):  # no second names on this disk, or too many of this file
            os.link(content, target)
            half.unlink()
            return
    half.rename(target)
    with suppress(OSError):
        content.parent.mkdir(parents=True, exist_ok=True)
        content.unlink(missing_ok=True)
        os.link(target, content)


def _drop_nameless(uploads: Path) -> None:
    """Delete contents that have no name left; half a second for 100,000."""
    for content in (uploads / CONTENT).glob("*/*"):
        with suppress(FileNotFoundError):  # another thread does the same
            if content.stat().st_nlink == 1:
                content.unlink()
                _tidy(content.parent, uploads)


def _tidy(folder: Path, uploads: Path) -> None:
    """Delete a folder and those above it, up to ``uploads``, as far as they are empty."""
    with suppress(OSError):  # the first that is not empty
        while folder != uploads:
            folder.rmdir()
            folder = folder.parent
