"""Files of a question become what models see, by what they are, not by their name.

Of a document that is its beginning: the first page of a PDF, the first passage of a text.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Self

from qwen3vl_app.errors import UnreadableMediaError, UsageError
from qwen3vl_app.media.file_types import HEAD_BYTES, FileType, identify
from qwen3vl_app.media.scan import NOT_REGULAR
from qwen3vl_app.messages import Message
from qwen3vl_app.types import ModelInput, Picture
from qwen3vl_app.types.crops import Crop

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.media.reader import Reader

MOST_FILES = 8
"""In one query: each costs the models hundreds of tokens."""


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A picture, clip or document that a question names."""

    key: str
    """As it stands in the question: on the page ``{random}/{name}``, else a path."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> Self:
        """The file at ``path``, in a folder of its own."""
        return cls(PurePosixPath(*path.parts[-2:]).as_posix(), path)


def read_question_files(
    reader: Reader,
    files: Sequence[QuestionFile],
    crops: Mapping[str, Crop],
    budget: Callable[[], Budget] | None = None,
) -> ModelInput:
    """What a query sees of its files, each kind in the order given.

    Pictures are cut where a region was chosen.

    Args:
        reader: Decodes them.
        files: At most ``MOST_FILES``.
        crops: By key of the file.
        budget: Of the model that is asked; wanted for clips and pages only, which are not kept
            whole.

    Raises:
        UsageError: Too many files.
        UnreadableMediaError: A file that cannot be decoded.
    """
    if len(files) > MOST_FILES:
        raise UsageError(Message.of("query.many_files", most=MOST_FILES, found=len(files)))
    seen = ModelInput()
    for file in files:
        kind = kind_of_query(file.path)
        if kind is FileType.PICTURE:
            picture = reader.picture(file.path)
            crop = crops.get(file.key)
            whole = Picture(crop.apply(picture) if crop else picture)
            seen = replace(seen, pictures=(*seen.pictures, whole))
        elif kind is FileType.VIDEO:
            clip = reader.clip(file.path, budget=budget() if budget else None)
            seen = replace(seen, clips=(*seen.clips, clip))
        else:
            first = reader.beginning(file.path, budget=budget() if budget else None)
            seen = ModelInput(
                texts=(*seen.texts, *first.texts),
                pictures=(*seen.pictures, *first.pictures),
                clips=(*seen.clips, *first.clips),
            )
    return seen


def kind_of_query(path: Path) -> FileType:
    """What the first bytes say the file is; it is not decoded.

    Raises:
        UsageError: It is no longer there.
        UnreadableMediaError: It is nothing the program can read.
    """
    try:
        with open_regular(path) as file:
            found = identify(file.read(HEAD_BYTES), path)
    except FileNotFoundError:
        raise gone(path.name) from None
    except OSError:
        found = NOT_REGULAR
    if not isinstance(found, FileType):
        raise UnreadableMediaError(path, found)
    return found


def gone(name: str) -> UsageError:
    """The failure of a query whose file is not kept any more."""
    return UsageError(Message.of("query.gone", name=name))


def open_regular(path: Path) -> BinaryIO:
    """A regular file, opened to be read; never waits, as opening a pipe would.

    Raises:
        OSError: There is none, or it is a link, a folder, a pipe or a device.
    """
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_NOCTTY", "O_BINARY"):
        flags |= getattr(os, name, 0)  # Windows has the last one only, and no pipes among files
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is not a regular file.")
    return os.fdopen(descriptor, "rb")
