"""One file from a hub: into ``NAME.part``, on from where it broke off, checked, then named."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import httpx

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.getting.listing import RemoteFile
from qwen3vl_app.models.getting.patience import PassingError
from qwen3vl_app.models.getting.web import Web

PIECE = 2**20
"""Bytes that are read at a time to be checked."""


class _WrongError(Exception):
    """What came, or is being offered, is not the file of the list."""


class Transfer:
    """Brings one file into a folder. For one thread, once.

    Args:
        web: The hub.
        model: Whose file it is, for what is said.
        file: What to get.
        folder: Where to; no link.
        tag: ``ETag`` of the part that is there, if one is known.
        note_tag: Gets that of what comes, before its first byte is written.
        tell: Gets the bytes that are there, after each piece.
    """

    def __init__(
        self,
        web: Web,
        model: str,
        file: RemoteFile,
        folder: Path,
        *,
        tag: str,
        note_tag: Callable[[str], None],
        tell: Callable[[int], None],
    ) -> None:
        self._web, self._model, self._file = web, model, file
        self._part = folder / f"{file.name}.part"
        self._target = folder / file.name
        self._tag, self._note_tag, self._tell = tag, note_tag, tell
        self._furthest = 0

    def run(self) -> None:
        """The file is there under its name, with the length and the checksum of the list.

        Raises:
            DownloadError: It was wrong twice, the hub failed for too long, or the disk did.
            DownloadStoppedError: That was asked for; the part stays.
        """
        for _ in range(2):
            try:
                self._furthest = 0
                self._web.trying.persist(self._fetch)
                self._check()
            except _WrongError:
                self._part.unlink()
                self._tell(0)
                continue
            self._part.replace(self._target)
            return
        raise DownloadError(
            Message.of(
                "get.wrong",
                name=self._file.name,
                model=self._model,
                source=self._web.hub.source.display,
                other=self._web.hub.source.other.value,
            )
        )

    def _fetch(self) -> None:
        with self._opened() as part:
            there = part.seek(0, os.SEEK_END)
            # what nothing is known of could be of another file by now
            if there > self._file.size or not (self._tag or self._file.content):
                there = _emptied(part)
            self._furthest = max(self._furthest, there)
            if there < self._file.size or not there:
                self._receive(part, there)
            part.flush()
            os.fsync(part.fileno())

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        """The part, which is made if need be, and is no link to somewhere else."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        if self._part.is_symlink():
            raise DownloadError(Message.of("get.link", path=str(self._part)))
        with os.fdopen(os.open(self._part, flags, 0o644), "r+b") as part:
            yield part

    def _receive(self, part: BinaryIO, there: int) -> None:
        headers = {"Range": f"bytes={there}-"} if there else {}
        if there and self._tag:
            headers["If-Range"] = self._tag
        with self._web.open(self._file.url, self._model, headers) as response:
            there = self._starts_at(response, part, there)
            self._tag = _strong_tag(response)
            self._note_tag(self._tag)
            try:
                # as they come: pieces of a set size would be lost when the connection breaks
                for piece in response.iter_raw():
                    there += part.write(piece)
                    self._tell(min(there, self._file.size))
                    if there > self._file.size:
                        raise _WrongError
                    self._web.trying.check()
            except httpx.TransportError as error:
                raise self._broken(response, there, str(error)) from error
            if there < self._file.size:
                raise self._broken(response, there, f"{there:,} / {self._file.size:,}")

    def _starts_at(self, response: httpx.Response, part: BinaryIO, there: int) -> int:
        """Where in the file the body begins; the part is cut to that.

        Raises:
            _WrongError: It is the body of another file.
        """
        packed = response.headers.get("content-encoding", "identity") != "identity"
        if response.status_code == 416 or packed:
            raise _WrongError
        if response.status_code == 206:
            if response.headers.get("content-range") == self._range(there):
                return there
            raise _WrongError
        length = response.headers.get("content-length", "")
        if length.isdigit() and int(length) != self._file.size:
            raise _WrongError
        return _emptied(part)

    def _range(self, there: int) -> str:
        return f"bytes {there}-{self._file.size - 1}/{self._file.size}"

    def _broken(self, response: httpx.Response, there: int, said: str) -> PassingError:
        gained, self._furthest = there - self._furthest, max(there, self._furthest)
        host = response.url.host
        return PassingError(Message.of("get.broken", host=host, said=said), gained=gained)

    def _check(self) -> None:
        """Raise ``_WrongError`` unless the part is the file. Reads it: seconds for gigabytes."""
        size = self._part.stat().st_size
        if size != self._file.size:
            raise _WrongError
        for known, digest in (
            (self._file.sha256, hashlib.sha256()),
            (self._file.blob, hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)),
        ):
            if known:
                with self._part.open("rb") as part:
                    while piece := part.read(PIECE):
                        digest.update(piece)
                        self._web.trying.check()
                if digest.hexdigest() != known:
                    raise _WrongError
                return


def _emptied(part: BinaryIO) -> int:
    part.seek(0)
    part.truncate()
    return 0


def _strong_tag(response: httpx.Response) -> str:
    """A weak one says that two contents mean the same, not that their bytes are the same."""
    tag = str(response.headers.get("etag", ""))
    return tag if tag.startswith('"') else ""
