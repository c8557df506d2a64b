"""Pictures and clips of a query as a browser sends them: a form, written as it arrives."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from fastapi.concurrency import run_in_threadpool
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from qwen3vl_app.messages import Message
from qwen3vl_app.ui.uploading import CutOffError

MOST_PARTS = 16
"""Files in one upload; a query takes 8."""

LONGEST_BOUNDARY = 70
"""Characters between the parts (RFC 2046, section 5.1.1)."""

FIELD = b"files"
"""The name of every part, as the page sends them."""


@dataclass(slots=True)
class Arrived:
    """A file that has arrived, and what it is called."""

    path: Path
    name: str
    file: BinaryIO


@dataclass(slots=True)
class Arriving:
    """Takes the files of one upload. What is in ``files`` after a failure must be deleted."""

    new_part: Callable[[], Path]
    files: list[Arrived] = field(default_factory=list)
    _header: tuple[bytes, bytes] = (b"", b"")
    _disposition: bytes = b""
    _todo: list[bytes] = field(default_factory=list)
    _done: bool = False

    async def take(self, content_type: str, chunks: AsyncIterable[bytes]) -> None:
        """Write every file of the form where ``new_part`` says; memory is bounded by a chunk.

        Raises:
            CutOffError: It is no such form, has too many parts, or breaks off.
            OSError: A file cannot be written.
        """
        with ExitStack() as stack:
            stack.callback(self._close)
            parser = self._parser(content_type)
            async for chunk in chunks:
                await run_in_threadpool(self._feed, parser, chunk)
            for one in self.files:
                await run_in_threadpool(one.file.flush)  # a full disk is noticed here at last
        if not self._done or not self.files:
            raise _unusable("it breaks off before its end")

    def discard(self) -> None:
        """Delete what has arrived."""
        for one in self.files:
            with suppress(OSError):
                one.path.unlink(missing_ok=True)
        self.files.clear()

    def _parser(self, content_type: str) -> MultipartParser:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= LONGEST_BOUNDARY:
            raise _unusable("it has no boundary, or a long one")
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_field,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header,
                "on_headers_finished": self._open,
                "on_part_data": self._write,
                "on_end": self._end,
            },
        )

    def _feed(self, parser: MultipartParser, chunk: bytes) -> None:
        try:
            parser.write(chunk)
        except FormParserError as error:
            raise _unusable(str(error)) from error

    def _begin(self) -> None:
        self._disposition = b""
        self._header = (b"", b"")

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        name, value = self._header
        self._header = (name + data[start:end], value)

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        name, value = self._header
        self._header = (name, value + data[start:end])

    def _on_header(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = value
        self._header = (b"", b"")

    def _open(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"filename")
        if name is None or options.get(b"name") != FIELD:
            raise _unusable(f"part {len(self.files) + 1} is not a file named {FIELD.decode()}")
        if len(self.files) == MOST_PARTS:
            raise CutOffError(Message.of("upload.parts", most=MOST_PARTS), status=413)
        path = self.new_part()
        self.files.append(Arrived(path, name.decode("utf-8", "replace"), path.open("wb")))

    def _write(self, data: bytes, start: int, end: int) -> None:
        self.files[-1].file.write(data[start:end])

    def _end(self) -> None:
        self._done = True

    def _close(self) -> None:
        for one in self.files:
            with suppress(OSError):
                one.file.close()


def _unusable(why: str) -> CutOffError:
    return CutOffError(Message.of("upload.form", said=why[:200]), status=400)
