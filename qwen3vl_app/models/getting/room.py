"""Whether what is to be got has room on the disk."""

from __future__ import annotations

import shutil

from qwen3vl_app.settings import models_folder

SPARE = 256 * 2**20
"""Bytes that stay free: the library on the same disk goes on being written to."""


def free_bytes() -> int:
    """Free on the disk of the folder of models, also where that is not there yet."""
    place = models_folder()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def has_room(missing: int) -> bool:
    """Whether so many more bytes fit."""
    return missing + SPARE <= free_bytes()
