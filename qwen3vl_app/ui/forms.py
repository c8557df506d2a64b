"""Forms with files: a few parts, each a file, from the first line to the last.

gradio's parser takes 1,000 files and 1,000 fields, keeps fields in memory, and leaves what it has
written of a form that breaks off. So the same parser reads along here, ahead of it.
"""

from __future__ import annotations

from collections.abc import Callable

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from qwen3vl_app.ui.uploading import CutOffError

MOST_PARTS = 16
"""Files in one upload; a query takes 8."""

LONGEST_BOUNDARY = 70
"""Characters between the parts (RFC 2046, section 5.1.1)."""

FIELD = b"files"
"""What each part must be named; gradio writes others to the disk and forgets them."""


class FormReader:
    """Follows a form as it arrives. Used by one request.

    Args:
        content_type: The header of that name.
    """

    def __init__(self, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        self.parts = 0
        self._header = b""
        self._disposition = b""
        self._ended = False
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= LONGEST_BOUNDARY:
            raise _unusable("it has no boundary, or a long one")
        self._parser = MultipartParser(boundary, self._callbacks())  # type: ignore[arg-type]

    def _callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_to_name,
            "on_header_value": self._add_to_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._check_part,
            "on_end": self._end,
        }

    def read(self, piece: bytes, *, last: bool) -> None:
        """Follow the next piece.

        Raises:
            CutOffError: The form is none, has too many parts, or one that is no file of a query.
        """
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise _unusable(str(error)) from error
        if last and not self._ended:
            raise _unusable("it breaks off before its end")

    def _begin(self) -> None:
        self.parts += 1
        self._disposition = b""
        if self.parts > MOST_PARTS:
            raise CutOffError(
                f"The upload has more than {MOST_PARTS} files, which is the limit; send them in "
                "several.",
                status=413,
                code="upload.parts",
                most=MOST_PARTS,
            )

    def _add_to_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition += data[start:end]

    def _end_header(self) -> None:
        self._header = b""

    def _check_part(self) -> None:
        _, options = parse_options_header(self._disposition)
        if options.get(b"name") != FIELD or b"filename" not in options:
            raise _unusable(f"part {self.parts} is not a file named {FIELD.decode()}")

    def _end(self) -> None:
        self._ended = True


def _unusable(why: str) -> CutOffError:
    return CutOffError(
        f"The upload is not a form with files ({why[:200]}); send multipart/form-data.",
        status=400,
        code="upload.form",
    )
