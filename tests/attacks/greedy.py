"""Decoders that take memory, in a module that itself takes next to none of their process."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def grab(path: Path) -> int:
    """Takes as many bytes as the file says."""
    return sum(bytearray(int(path.read_text()))[:10])


def grab_in_c(path: Path) -> float:
    """The same, by a library that asks the system itself."""
    return float(np.ones(int(path.read_text()) // 8).sum())
