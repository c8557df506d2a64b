"""File names as the page sends them back: any bytes can be one, and not all bytes are text."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from qwen3vl_app.types.paths import encodable, unusable_path, usable_path


def key_of(path: Path) -> str:
    """A path as text that brings it back, whatever bytes it has."""
    return quote_from_bytes(os.fsencode(path), safe="/")


def path_of(key: str) -> Path:
    """Undoes ``key_of``.

    Raises:
        UsageError: No file can be called so.
    """
    path = usable_path(os.fsdecode(unquote_to_bytes(encodable(key))))
    if ".." in path.parts:  # no key was made of such a path, and it would mean another folder
        raise unusable_path(key)
    return path
