"""File names as the page sends them back: any bytes can be one, and not all bytes are text."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes


def key_of(path: Path) -> str:
    """A path as text that brings it back, whatever bytes it has."""
    return quote_from_bytes(os.fsencode(path), safe="/")


def path_of(key: str) -> Path:
    """Undoes ``key_of``."""
    return Path(os.fsdecode(unquote_to_bytes(key)))
