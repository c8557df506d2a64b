"""One place where what a decoder raises becomes a sentence about the file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qwen3vl_app.errors import UnreadableMediaError


@contextmanager
def decoding(path: Path, subject: str) -> Iterator[None]:
    """Wrap calls into a decoder, and nothing else: damage makes decoders raise anything.

    Args:
        path: The file.
        subject: What is being decoded, as a sentence begins: ``The picture``, ``Page 3``.

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


def _reason(subject: str, said: str, error: Exception) -> str:
    if "truncated" in said.lower() or isinstance(error, EOFError):
        return f"{subject} breaks off before its end; copy the file again from its source."
    return f"{subject} cannot be decoded; the file is damaged ({said})."
