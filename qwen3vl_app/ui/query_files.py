"""Files given with a query become pictures and clips, by what they are, not by their name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qwen3vl_app.errors import UnreadableMediaError, UsageError
from qwen3vl_app.media.kinds import HEAD_BYTES, FileType, identify
from qwen3vl_app.types import Clip

if TYPE_CHECKING:
    from PIL.Image import Image

    from qwen3vl_app.media.reader import Reader

MOST_FILES = 8
"""Pictures and clips in one query: each costs the models hundreds of tokens."""


def read_query_files(
    reader: Reader, paths: Sequence[Path]
) -> tuple[tuple[Image, ...], tuple[Clip, ...]]:
    """Pictures and clips of a query, each in the order given.

    Raises:
        UsageError: Too many files, or one that is neither a picture nor a clip.
        UnreadableMediaError: A file that cannot be decoded.
    """
    if len(paths) > MOST_FILES:
        raise UsageError(f"A query takes at most {MOST_FILES} files; {len(paths)} were given.")
    pictures: list[Image] = []
    clips: list[Clip] = []
    for path in paths:
        kind = kind_of_query(path)
        if kind is FileType.PICTURE:
            pictures.append(reader.picture(path))
        elif kind is FileType.VIDEO:
            clips.append(reader.clip(path))
        else:
            raise UsageError(
                f"{path.name} is a document; a query takes words, pictures and clips."
            )
    return tuple(pictures), tuple(clips)


def kind_of_query(path: Path) -> FileType:
    """What the first bytes say the file is; it is not decoded.

    Raises:
        UnreadableMediaError: It is nothing the program can read.
    """
    with path.open("rb") as file:
        found = identify(file.read(HEAD_BYTES), path)
    if not isinstance(found, FileType):
        raise UnreadableMediaError(path, found)
    return found
