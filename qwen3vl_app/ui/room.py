"""Room on the disk for what is arriving: promised by the byte, looked at again while it comes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from qwen3vl_app.errors import AppError, LibraryError
from qwen3vl_app.messages import Message

HEADROOM = 2**28
"""Bytes that stay free on the disk; SQLite needs room to commit what is being indexed."""


class Room:
    """The free bytes of one disk, each promised once. Thread-safe.

    What others write to the disk counts as well, because free bytes are asked for again with
    every piece.

    Args:
        folder: On the disk.
        headroom: Bytes that are never promised.
        free: How many bytes the disk of a folder has left.
    """

    def __init__(
        self,
        folder: Path,
        *,
        headroom: int | None = None,
        free: Callable[[Path], int] | None = None,
    ) -> None:
        self._folder = folder
        self._headroom = HEADROOM if headroom is None else headroom
        self._free = free or _free_bytes
        self._lock = Lock()
        self._promised = 0

    def reserve(self, announced: int) -> Reservation:
        """Room for one file, of which so many bytes are announced.

        Raises:
            AppError: The disk has too little, with what others were promised.
            LibraryError: It cannot be reached.
        """
        with self._lock:
            self._check(announced)
            self._promised += announced
        return Reservation(self, announced)

    def turn_over(self, promised: int, size: int) -> None:
        """Of what was promised, or beyond it, ``size`` bytes are about to be written.

        Raises:
            AppError: The disk has too little by now.
        """
        with self._lock:
            self._check(size - promised)
            self._promised -= promised

    def give_back(self, promised: int) -> None:
        """Give back bytes that will not arrive after all."""
        with self._lock:
            self._promised -= promised

    def _check(self, more: int) -> None:
        free = self._free(self._folder)
        if self._promised + more + self._headroom > free:
            raise AppError(
                Message.of(
                    "disk.small",
                    more=max(more, 0),
                    free=free,
                    kept=self._headroom,
                    promised=self._promised,
                )
            )


class Reservation:
    """What one arriving file may still write. Used by one request; leave it to give back."""

    def __init__(self, room: Room, announced: int) -> None:
        self._room = room
        self._left = announced

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._room.give_back(self._left)
        self._left = 0

    def take(self, size: int) -> None:
        """So many bytes have come and are about to be written.

        Raises:
            AppError: The disk has too little by now.
        """
        promised = min(size, self._left)
        self._room.turn_over(promised, size)
        self._left -= promised


def _free_bytes(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError as error:  # made anew, it would stand in the way of the drive that was there
        raise LibraryError(
            Message.of("folder.unreached", path=str(folder), said=str(error.strerror))
        ) from error
