"""``models``: which models this library is searched with."""

from __future__ import annotations

import click

from qwen3vl_app.cli.models_use import use


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def models() -> None:
    """The models of this library."""


models.add_command(use)
