"""How fast this computer multiplies, and whether a model is usable at that. No torch.

A number of this computer, not of a model: so it is known before a model of gigabytes is loaded.
"""

from __future__ import annotations

import logging
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import orjson
import platformdirs

from qwen3vl_app.budget import load_budget
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


LARGE = 2e8
"""Parameters above which a model is worth half precision; smaller ones are quick, and exact."""

PAYS = 1.5
"""As fast as float32, bfloat16 has to be at least. Processors have hardware for it, and are two to
six times as fast, or have none, and are several times slower: nothing lies in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Multiply-adds a second of this computer."""

    single: float
    """In float32."""

    half: float
    """In bfloat16."""

    @property
    def half_pays(self) -> bool:
        """Whether large models are to run in bfloat16."""
        return self.half >= PAYS * self.single


def known_speed() -> Speed | None:
    """What was measured on this computer; None where nothing was."""
    try:
        single, half = map(float, orjson.loads(_file().read_bytes())[_computer()])
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
    return Speed(single=single, half=half)


def is_large(folder: Path) -> bool:
    """Whether a checkpoint is large, and stored in 16 bits, so that it loses little in these."""
    return stored_width(folder) == 2 and parameters(folder) > LARGE


def keep_speed(speed: Speed) -> None:
    """Remember it for the next start; a disk that refuses is only logged."""
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        _file().write_bytes(orjson.dumps({_computer(): [speed.single, speed.half]}))
    except OSError as error:
        log.info("The speed of this computer is not kept: %s", error)


def seconds_per_page(folder: Path, speed: Speed) -> float:
    """What one page takes the checkpoint in a folder on a CPU, estimated from its size.

    A checkpoint that looks at fewer tokens of a page, by its ``budget.json``, takes less.
    """
    tokens = min(TOKENS, load_budget(folder).max_picture_tokens)
    halved = is_large(folder)
    return seconds_of(parameters(folder), speed, halved=halved, tokens=tokens)


def seconds_of(
    parameters: float, speed: Speed, *, halved: bool = True, tokens: int = TOKENS
) -> float:
    """The same for a checkpoint that is not here, by the number of its parameters.

    ``halved``, it runs in bfloat16 where that pays.
    """
    rate = speed.half if speed.half_pays and halved else speed.single
    return parameters * WORK * tokens / rate


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
