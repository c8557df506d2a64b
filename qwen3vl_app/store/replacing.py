"""Puts another file in the place of ``library.db``, and deletes none.

What was there is moved aside under a name with the date, together with what SQLite keeps beside
it: a ``-wal`` that belongs to one file and lies beside another is read as that one's latest
changes, and spoils it.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from qwen3vl_app.store.belongings import DATABASE, INDEX

if TYPE_CHECKING:
    from pathlib import Path

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside its file, and takes for a part of it."""

PART = f"{DATABASE}.part"
"""A file that is being made and will be put in place; left over only by a crash."""


def aside_name(directory: Path, why: str) -> str:
    """A name for what is moved aside, such as ``library.db.damaged-20260131-235959``."""
    day = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    name, number = f"{DATABASE}.{why}-{day}", 1
    while any((directory / f"{name}{suffix}").exists() for suffix in ("", *BESIDE)):
        number += 1
        name = f"{DATABASE}.{why}-{day}-{number}"
    return name


def move_aside_beside(directory: Path, name: str) -> bool:
    """Move what SQLite keeps beside the file to ``name`` with the same endings; if any was."""
    moved = False
    for suffix in BESIDE:
        with suppress(FileNotFoundError):
            os.rename(directory / f"{DATABASE}{suffix}", directory / f"{name}{suffix}")
            moved = True
    return moved


def put_in_place(directory: Path, new: Path, why: str) -> str:
    """Make ``new``, a file in this folder, the library; the name of what was moved aside, if any.

    A crash leaves the old file or the new one, whole. The vector index is deleted: it is made
    anew from the file.
    """
    file = directory / DATABASE
    synced(new)
    name = aside_name(directory, why)
    move_aside_beside(directory, name)
    kept = file.exists()
    if kept:
        try:
            os.link(file, directory / name)
        except OSError:  # a disk without second names
            os.rename(file, directory / name)
    os.replace(new, file)
    sync_folder(directory)
    shutil.rmtree(directory / INDEX, ignore_errors=True)
    return name if kept else ""


def synced(file: Path) -> None:
    """Wait until a file has reached the disk."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder have reached the disk, where a system can be asked that."""
    with suppress(OSError):  # Windows opens no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
