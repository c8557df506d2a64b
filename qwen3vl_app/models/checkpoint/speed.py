"""How fast this computer multiplies, and whether a model is usable at that. No torch.

A number of this computer, not of a model: so it is known before a model of gigabytes is loaded.
"""

from __future__ import annotations

import logging
import os
import platform
from importlib.metadata import version
from pathlib import Path

import orjson
import platformdirs

from qwen3vl_app.models.checkpoint.footprint import stored_width, weights_of
from qwen3vl_app.settings import APP_NAME

log = logging.getLogger(__name__)

USABLE_SECONDS = 5.0
"""For one page or photograph, at most: a thousand of them then take an hour and a half."""

TOKENS = 1280
"""Of a page, at 1024 x 1280 pixels."""

WORK = 1.8
"""Multiply-adds for a token, for each parameter. Counted for a page in the 2B model, which has
2.1 G of them: 1.4 G in the layers of the language model, 1.3 G in those of the vision tower,
which sees four patches for a token, and 1.1 G in attention, most of it between the patches."""


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
    return weights_of(folder) / stored_width(folder)


def _file() -> Path:
    return Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False)) / "speed.json"


def _computer() -> str:
    """What the number depends on: it is measured again where one of these is another."""
    return f"{platform.machine()} {platform.processor()} {os.cpu_count()} torch {version('torch')}"
