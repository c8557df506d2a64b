"""One place where what a decoder raises becomes a reason about the file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.messages import Message

THE_PICTURE = Message.of("subject.picture")
THE_PDF = Message.of("subject.pdf")
THE_VIDEO = Message.of("subject.video")
THE_DOCUMENT = Message.of("subject.document")
THE_ANIMATION = Message.of("subject.animation")


def the_page(number: int) -> Message:
    """A page as the subject of ``decoding``, numbered from 1."""
    return Message.of("subject.page", number=str(number))


@contextmanager
def decoding(path: Path, subject: Message) -> Iterator[None]:
    """Wrap calls into a decoder, and nothing else: damage makes decoders raise anything.

    Args:
        path: The file.
        subject: What is being decoded, of the codes ``subject.…``.

    Raises:
        UnreadableMediaError: The decoder raised something.
        MemoryError: Memory ran out, however the decoder says so.
    """
    try:
        yield
    except (UnreadableMediaError, MemoryError):
        raise
    except Exception as error:
        said = str(getattr(error, "strerror", None) or error or type(error).__name__)
        said = textwrap.shorten(said[:_READ], 120, placeholder=" …").rstrip(".")
        if any(words in said.lower() for words in _OUT_OF_MEMORY):
            raise MemoryError(said) from error
        raise UnreadableMediaError(path, _reason(subject, said, error)) from error


_READ = 1000
"""Characters of an error that are looked at; some hold half the file."""

_OUT_OF_MEMORY = (
    "out of memory",
    "memory allocation",
    "cannot allocate",
    "bad_alloc",
    "bad alloc",
)
"""How libraries written in C and C++ say that memory ran out."""


def _reason(subject: Message, said: str, error: Exception) -> Message:
    if "truncated" in said.lower() or isinstance(error, EOFError):
        return Message.of("reason.truncated", subject=subject)
    return Message.of("reason.damaged", subject=subject, said=said)
