"""The stamp of a file as the library keeps it and compares it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from qwen3vl_app.media.mounts import has_lasting_inodes
from qwen3vl_app.types import FileStamp


def stamp_of(path: Path, status: os.stat_result) -> FileStamp:
    """The stamp of a file, without its inode where that is another after the next mount.

    Else everything on a card or a stick would be read again whenever it is put in.
    """
    stamp = FileStamp.of(path, status)
    return stamp if has_lasting_inodes(status.st_dev) else replace(stamp, inode=None)
