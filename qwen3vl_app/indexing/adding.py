"""Which paths may be added, and what becomes of those that were removed before."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from qwen3vl_app.errors import UsageError
from qwen3vl_app.media.scan import scan
from qwen3vl_app.messages import Message
from qwen3vl_app.store.encoding import display
from qwen3vl_app.store.library import Library


def belongs_to_library(path: Path, library: Library) -> bool:
    """Whether this is a file of the library's own, such as a thumbnail; uploads are not."""
    return path.is_relative_to(library.directory) and not path.is_relative_to(library.uploads)


def checked(library: Library, paths: Sequence[Path]) -> list[Path]:
    """The paths, absolute. Folders are not walked yet.

    Raises:
        UsageError: A path is not there or belongs to the library.
    """
    absolute = [Path(os.path.abspath(path)) for path in paths]
    scan(absolute)  # raises for a path that is not there; the walk itself comes later
    for path in absolute:
        if belongs_to_library(path, library):
            raise UsageError(Message.of("path.own", path=display(path)))
    return absolute


def bring_back(library: Library, paths: Sequence[Path]) -> None:
    """Take paths out of the trash: what was removed and is named now is wanted again.

    Raises:
        UsageError: A path lies in a folder that was removed; then nothing is brought back.
    """
    trash = library.trash
    removed = trash.kept_out()
    for path in paths:
        if above := next((one for one in path.parents if os.fspath(one) in removed), None):
            raise UsageError(Message.of("path.removed", path=display(path), folder=display(above)))
    trash.restore(trash.of(paths))
