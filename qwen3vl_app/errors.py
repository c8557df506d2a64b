"""Everything the program raises on purpose.

::

    AppError                  the message is one sentence for the person and may be shown as it is
      BenchError              a measurement of ``bench`` could not be taken
      UsageError              a flag, a path or a value given by the person cannot be used
        EmptyQueryError       a search without text, picture or clip
      UnreadableMediaError    one file cannot be decoded; indexing records it and goes on
        TooSlowError          its decoder passed the deadline and was ended
        DecoderDiedError      its decoder took its process down
        MemoryLimitError      its decoder wanted more memory than a reader may take
        UnreachableMediaError its disk does not give it now, and may later
      MapError                a map could not be laid out
        MapStoppedError       it was stopped before it was finished
      ModelError              a model cannot be used
        ModelNotFoundError    no such checkpoint on this machine
        ModelLoadError        a checkpoint is damaged, of another kind, or too large
        UnloadedError         it is not in memory any more
        DownloadError         it could not be got from its hub
          DownloadStoppedError  it was paused or cancelled on the way
      LibraryError            the library on disk cannot be used
        LibraryTooNewError    it was written by a newer version of the program
        LibraryBusyError      another process is writing to it
        LibraryReadOnlyError  a change was asked of a library that is open for reading
        LibraryLostError      its files were deleted or replaced while it was open
        LibraryDamagedError   its files do not say any more what was written to them
      VectorServerError       the server on which vectors are searched refused
        VectorServerDownError   nothing answers there
        VectorServerSlowError   it did not answer in time
        VectorServerBehindError too much waits to be sent there for a search to be right

A message names what, the value found, the limit, and the way out. Anything that is not an
``AppError`` is a bug and stays a traceback.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from qwen3vl_app.messages import Message, Value

if TYPE_CHECKING:
    from pathlib import Path


class AppError(Exception):
    """Base of every expected failure.

    ``str`` gives the English sentence.

    Attributes:
        message: What went wrong, to be said in the reader's language.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        """Of the message."""
        return self.message.code

    @property
    def values(self) -> Mapping[str, Value]:
        """What the message names, such as a path or a number."""
        return self.message.values


class UsageError(AppError):
    """A flag, a path or a value given by the person cannot be used."""


class EmptyQueryError(UsageError):
    """A search was asked for without a text, a picture or a clip."""

    def __init__(self, *, only_unlike: bool = False, wordless: bool = False) -> None:
        code = "only_unlike" if only_unlike else "wordless" if wordless else "empty"
        super().__init__(Message.of(f"query.{code}"))


class UnreadableMediaError(AppError):
    """A file is present but cannot be decoded.

    Attributes:
        path: The file.
        reason: Why, without the file's name, as the outcome table shows it.
    """

    def __init__(self, path: Path, reason: Message) -> None:
        super().__init__(Message.of("file.unreadable", name=path.name, reason=reason))
        self.args = (path, reason)  # by which it is made anew in another process
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return str(self.message)


class TooSlowError(UnreadableMediaError):
    """A decoder passed its deadline and was ended."""


class DecoderDiedError(UnreadableMediaError):
    """A decoder took its process down."""


class MemoryLimitError(UnreadableMediaError):
    """A decoder wanted more memory than one process that reads files may take."""


class UnreachableMediaError(UnreadableMediaError):
    """A file is gone, may not be read, or its disk fails: the same file may be read later."""


class MapError(AppError):
    """The items of a collection could not be laid out in two dimensions."""


class MapStoppedError(MapError):
    """A map was stopped before it was finished, by a person or because the program ends."""


class ModelError(AppError):
    """A model cannot be used."""


class ModelNotFoundError(ModelError):
    """No such checkpoint on this machine."""


class ModelLoadError(ModelError):
    """A checkpoint is damaged, of another kind, or does not fit the device."""


class UnloadedError(ModelError):
    """A model was let go since it was last asked for."""


class DownloadError(ModelError):
    """A model could not be got from its hub; what came is kept, unless it was wrong."""


class DownloadStoppedError(DownloadError):
    """Getting a model was paused or cancelled by the person, or the program ends."""


class BenchError(AppError):
    """A measurement could not be taken; for developers, so the sentence is English alone."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Message.free(sentence))


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


class VectorServerError(AppError):
    """The server on which a library's vectors are searched refused; the library is well."""


class VectorServerDownError(VectorServerError):
    """Nothing answers where the vectors are searched."""


class VectorServerSlowError(VectorServerError):
    """The server did not answer in time."""


class VectorServerBehindError(VectorServerError):
    """The server lacks more of what was committed than a search can make up for."""
