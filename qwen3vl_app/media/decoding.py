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
        UnreadableMediaError: The decoder raised something, or memory ran out.
    """
    try:
        yield
    except UnreadableMediaError:
        raise
    except MemoryError as error:
        reason = f"{subject} takes more memory to decode than there is; make a smaller copy."
        raise UnreadableMediaError(path, reason) from error
    except Exception as error:
        raise UnreadableMediaError(path, _reason(subject, error)) from error


def _reason(subject: str, error: Exception) -> str:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    said = textwrap.shorten(said, 120, placeholder=" …").rstrip(".")
    if "truncated" in said.lower() or isinstance(error, EOFError):
        return f"{subject} breaks off before its end; copy the file again from its source."
    return f"{subject} cannot be decoded; the file is damaged ({said})."
