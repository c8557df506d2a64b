"""How fast this computer multiplies, measured once, and whether a model is usable at that.

A number of this computer, not of a model: so it is known before a model of gigabytes is loaded.
"""

from __future__ import annotations

import logging
import os
import platform
import time
from importlib.metadata import version
from pathlib import Path

import orjson
import platformdirs

from qwen3vl_app.settings import APP_NAME

log = logging.getLogger(__name__)

USABLE_SECONDS = 5.0
"""For one page or photograph, at most: a thousand of them then take an hour and a half."""

TOKENS = 1280
"""Of a page, at 1024 x 1280 pixels."""

WORK = 1.6
"""Multiplications for a token, for each parameter: the vision tower sees four patches for a token,
and has a fifth of the parameters of the 2B model."""

ROWS, INNER, OUTER = 512, 2048, 6144
"""Of the product that is timed: half a page through one layer of the 2B model."""

TURNS = 8


def measure() -> float:
    """Multiply-adds a second in float32, as one layer needs them. Imports torch; half a second."""
    import torch  # noqa: PLC0415  takes seconds

    rows = torch.ones(ROWS, INNER, dtype=torch.float32)
    weights = torch.ones(OUTER, INNER, dtype=torch.float32)
    seconds = []
    for _ in range(TURNS):
        begun = time.perf_counter()
        torch.nn.functional.linear(rows, weights)
        seconds.append(time.perf_counter() - begun)
    return ROWS * INNER * OUTER / min(seconds)  # what else the computer does only takes time


def known_speed() -> float | None:
    """What was measured on this computer; None where nothing was."""
    try:
        kept = orjson.loads(_file().read_bytes())
        return float(kept[_computer()])
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def keep_speed(speed: float) -> None:
    """Remember it for the next start; a disk that refuses is only logged."""
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        _file().write_bytes(orjson.dumps({_computer(): speed}))
    except OSError as error:
        log.info("The speed of this computer is not kept: %s", error)


def seconds_per_page(folder: Path, speed: float) -> float:
    """What one page takes the checkpoint in a folder, estimated from its size."""
    return parameters(folder) * WORK * TOKENS / speed


def is_usable(folder: Path) -> bool | None:
    """Whether the checkpoint in a folder is fast enough on this CPU; None where nobody knows."""
    speed = known_speed()
    return None if speed is None else seconds_per_page(folder, speed) <= USABLE_SECONDS


def parameters(folder: Path) -> float:
    """Of a checkpoint, by the size of its files."""
    stored = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    return stored / stored_bytes(folder)


def stored_bytes(folder: Path) -> int:
    """Bytes per stored number, by what ``config.json`` says; 4 where it says nothing."""
    config = orjson.loads((folder / "config.json").read_bytes())
    name = config.get("dtype") or config.get("torch_dtype") or "float32"
    return 2 if str(name).endswith("16") else 4


def _file() -> Path:
    return Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False)) / "speed.json"


def _computer() -> str:
    """What the number depends on: it is measured again where one of these is another."""
    return f"{platform.machine()} {platform.processor()} {os.cpu_count()} torch {version('torch')}"
