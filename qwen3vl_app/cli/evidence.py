"""``evidence``: by which parts an item was found."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import (
    failures_said,
    in_columns,
    one_line,
    opened,
    say_json,
    settings_from,
)
from qwen3vl_app.cli.language import said
from qwen3vl_app.cli.run_hits import hit_of, hit_options, say_other_models, written
from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    from qwen3vl_app.inspection.evidence import Evidence, Fall
    from qwen3vl_app.inspection.inspector import Pieces

LEVELS = ("similarity", "relevance", "logit")

MOST_LISTED = 12
"""Parts that people are told of, those that cost most first."""


@click.command()
@hit_options(out="Write heat maps of a picture or page into this folder.")
def evidence(
    context: click.Context,
    /,
    *,
    run: int,
    item: int,
    out: Path | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Show by which parts ITEM was found by the search RUN that history lists.

    How much similarity and relevance fall without each cell of a picture or page, each frame of a
    clip, each sentence of a text. Takes some thirty passes of each model; Ctrl+C ends it.
    """
    from qwen3vl_app.inspection.inspector import Inspector

    with failures_said(), opened(settings_from(context, given), writable=False) as services:
        query, found = hit_of(services, run, item)
        inspector = Inspector(services.engine, services.models, services.library)
        cost = inspector.cost(query, found)
        say_other_models(services, run)
        click.echo(one_line(said(Message.of("cli.evidence_cost", n=cost.passes))), err=True)
        pieces = inspector.pieces(query, found)
        *_, last = inspector.evidence(query, found)
        files = [] if out is None else _maps(inspector.picture(query, found), last, out)
    falls = [_row(fall, pieces) for fall in last.falls]
    if as_json:
        whole = asdict(last.whole)
        say_json({"run": run, "item": item, "whole": whole, "parts": falls, "files": files})
        return
    _say(last, falls, files)


def _say(last: Evidence, falls: list[dict[str, Any]], files: list[str]) -> None:
    whole = said(Message.of("cli.evidence_whole"))
    click.echo(_line(whole, asdict(last.whole)))
    by = "similarity" if last.whole.logit is None else "logit"
    for row in sorted(falls, key=lambda one: -(one[by] or 0.0))[:MOST_LISTED]:
        click.echo(one_line(_line(_named(row), {name: row[name] for name in LEVELS})))
    for file in files:
        click.echo(one_line(file))


def _line(part: str, levels: dict[str, float | None]) -> str:
    """A part and its levels with three digits; what was not asked is not said."""
    told: dict[str, object] = {
        name: None
        if level is None
        else said(Message.of(f"cli.evidence_{name}", level=f"{level:.3f}"))
        for name, level in levels.items()
    }
    return in_columns({"part": part, **told})


def _named(row: dict[str, Any]) -> str:
    if "text" in row:
        return str(row["text"])[:60]
    if "seconds" in row:
        return "-".join(f"{one:.1f}" for one in row["seconds"]) + " s"
    edges = " ".join(f"{one:.3f}" for one in row["cell"])
    return said(Message.of("cli.evidence_cell", edges=edges))


def _row(fall: Fall, pieces: Pieces) -> dict[str, Any]:
    """Which part, and what is lost without it."""
    from qwen3vl_app.inspection.occlusion import Cell

    at, row = fall.region, asdict(fall.levels) | {"level": fall.level}
    if isinstance(at, Cell):
        return {"cell": [at.left, at.top, at.right, at.bottom]} | row
    if pieces.sentences:
        return {"text": "".join(pieces.sentences[at.first : at.end]).strip()} | row
    return {"seconds": sorted({pieces.frames[at.first], pieces.frames[at.end - 1]})} | row


def _maps(picture: Any, last: Evidence, out: Path) -> list[str]:  # noqa: ANN401  # of Pillow
    """Heat maps by both stages; none of what is no picture."""
    from qwen3vl_app.inspection.evidence import READINGS
    from qwen3vl_app.inspection.heat_map import heat_map

    if picture is None:
        return []
    return [
        written(heat_map(picture, last, read), out, f"evidence-{name}")
        for name, read in zip(("similarity", "relevance"), READINGS, strict=True)
        if read(last.whole) is not None
    ]
