"""Everything the program raises on purpose.

::

    AppError                  the message is one sentence for the person and may be shown as it is
      UsageError              a flag, a path or a value given by the person cannot be used
        EmptyQueryError       a search without text, picture or clip
      UnreadableMediaError    one file cannot be decoded; indexing records it and goes on
        TooSlowError          its decoder passed the deadline and was ended
        DecoderDiedError      its decoder took its process down
        MemoryLimitError      its decoder wanted more memory than a reader may take
        UnreachableMediaError its disk does not give it now, and may later
      ModelError              a model cannot be used
        ModelNotFoundError    no such checkpoint on this machine
        ModelLoadError        a checkpoint is damaged, of another kind, or too large
        UnloadedError         it is not in memory any more
      LibraryError            the library on disk cannot be used
        LibraryTooNewError    it was written by a newer version of the program
        LibraryBusyError      another process is writing to it
        LibraryReadOnlyError  a change was asked of a library that is open for reading
        LibraryLostError      its files were deleted or replaced while it was open
        LibraryDamagedError   its files do not say any more what was written to them

A message names what, the value found, the limit, and the way out. Anything that is not an
``AppError`` is a bug and stays a traceback.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from qwen3vl_app.messages import FREE, Message, Value

if TYPE_CHECKING:
    from pathlib import Path


class AppError(Exception):
    """Base of every expected failure.

    Args:
        args: What went wrong, a ``Message``; or its sentence.
        code: Of the message, where a sentence was given, which is shown as it is without one.
        values: What the sentence names, such as a path or a number.

    Attributes:
        message: What went wrong, to be said in the reader's language.
    """

    def __init__(self, *args: object, code: str = "", **values: Value) -> None:
        super().__init__(*args)
        first = args[0] if args else ""
        if code:
            self.message = Message(code, values)
        else:
            self.message = first if isinstance(first, Message) else Message.free(str(first))

    @property
    def code(self) -> str:
        """Of the message; empty for a sentence that has none."""
        return "" if self.message.code == FREE else self.message.code

    @property
    def values(self) -> Mapping[str, Value]:
        """What the message names; nothing for a sentence without a code."""
        return self.message.values if self.code else {}


class UsageError(AppError):
    """A flag, a path or a value given by the person cannot be used."""


class EmptyQueryError(UsageError):
    """A search was asked for without a text, a picture or a clip."""

    def __init__(self, but_for: str = "") -> None:
        found = f" but for {but_for}" if but_for else ""
        or_list = "" if but_for else "; a filter alone lists what passes it"
        super().__init__(
            f"The query is empty{found}: type some words or add a picture or a clip{or_list}.",
            code="query.only_unlike" if but_for else "query.empty",
        )


class UnreadableMediaError(AppError):
    """A file is present but cannot be decoded.

    Attributes:
        path: The file.
        reason: Why, without the file's name, as the outcome table shows it.
    """

    def __init__(self, path: Path, reason: Message) -> None:
        super().__init__(path, reason, code="file.unreadable", name=path.name, reason=reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path.name}: {self.reason}"


class TooSlowError(UnreadableMediaError):
    """A decoder passed its deadline and was ended."""


class DecoderDiedError(UnreadableMediaError):
    """A decoder took its process down."""


class MemoryLimitError(UnreadableMediaError):
    """A decoder wanted more memory than one process that reads files may take."""


class UnreachableMediaError(UnreadableMediaError):
    """A file is gone, may not be read, or its disk fails: the same file may be read later."""


class ModelError(AppError):
    """A model cannot be used."""


class ModelNotFoundError(ModelError):
    """No such checkpoint on this machine."""


class ModelLoadError(ModelError):
    """A checkpoint is damaged, of another kind, or does not fit the device."""


class UnloadedError(ModelError):
    """A model was let go since it was last asked for."""


class LibraryError(AppError):
    """The library on disk cannot be used."""


class LibraryTooNewError(LibraryError):
    """The library was written by a newer version of the program."""


class LibraryBusyError(LibraryError):
    """Another process is writing to the library."""


class LibraryReadOnlyError(LibraryError):
    """A change was asked of a library that is open for reading only."""


class LibraryLostError(LibraryError):
    """The files of an open library were deleted, moved or replaced by others."""


class LibraryDamagedError(LibraryError):
    """The files of the library do not say any more what was written to them."""
