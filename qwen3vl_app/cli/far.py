"""The options of commands whose models may be elsewhere, on Ray."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from qwen3vl_app.cli.given import FinitePart
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    from qwen3vl_app.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--ray",
        metavar="auto|ADDRESS",
        help="Have workers on Ray read and judge: auto for the cluster of this computer, or else "
        "one that is started for it; local for the latter.",
    ),
    click.option(
        "--workers",
        metavar="N",
        type=click.IntRange(1, 1024),
        help="With --ray: how many, each with the models in its memory.  [default: 2]",
    ),
    click.option(
        "--gpus-per-worker",
        metavar="F",
        type=FinitePart(0, 64),
        help="With --ray: what each takes of the GPUs, such as 0.5.  [default: 0]",
    ),
)


def ray_options(command: Command) -> Command:
    """``--ray`` and what goes with it; fields of ``Settings``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def checked(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """The settings, once these options make sense together.

    Raises:
        UsageError: Workers are asked for without Ray, or Ray is not installed.
    """
    if settings.ray:
        from qwen3vl_app.scale.ray_workers import check_installed

        check_installed()
    elif given.get("workers") is not None or given.get("gpus_per_worker") is not None:
        raise UsageError(Message.of("ray.alone"))
    return settings
