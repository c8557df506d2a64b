"""How much memory a checkpoint takes, and how much there is. No torch."""

from __future__ import annotations

from pathlib import Path

import orjson
import psutil

SPARE = 1.15
"""Memory beyond the weights that a pass needs at least, as a factor; measured on short inputs."""


def needed_memory(stored: int, *, width: int, running: int) -> int:
    """Bytes that weights need in memory, with what a short input takes beside them.

    Args:
        stored: Bytes of the files of weights.
        width: Bytes per number in them.
        running: Bytes per number of the device; narrower weights are widened to that.
    """
    return int(stored * (2 if width < running else 1) * SPARE)


def weights_of(folder: Path) -> int:
    """Bytes of the files of weights of a checkpoint."""
    return sum(file.stat().st_size for file in folder.glob("*.safetensors"))


def stored_width(folder: Path) -> int:
    """Bytes per stored number, by what ``config.json`` says; 4 where it says nothing."""
    config = orjson.loads((folder / "config.json").read_bytes())
    name = config.get("dtype") or config.get("torch_dtype") or "float32"
    return 2 if str(name).endswith("16") else 4


def total_memory() -> int:
    """Bytes of memory of this machine."""
    return int(psutil.virtual_memory().total)


def free_memory() -> int:
    """Bytes that a program may take now before the system has to put others out of memory."""
    return int(psutil.virtual_memory().available)
