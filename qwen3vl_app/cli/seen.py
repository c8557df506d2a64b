"""``seen``: what both models got of a hit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import (
    failures_said,
    in_words,
    one_line,
    opened,
    say_json,
    settings_from,
)
from qwen3vl_app.cli.language import said
from qwen3vl_app.cli.run_hits import hit_of, hit_options, say_other_models, written

if TYPE_CHECKING:
    from qwen3vl_app.inspection.seen import Seen, Shown
    from qwen3vl_app.types.seen import SeenPrompt


@click.command()
@hit_options(out="Write the pictures and frames, as the models see them, into this folder.")
def seen(
    context: click.Context,
    /,
    *,
    run: int,
    item: int,
    out: Path | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Show what both models get of ITEM, for the search RUN that history lists.

    The prompts as the templates of the checkpoints make them, with their tokens, what was cut of
    them, and pictures and frames at the size at which they are seen.
    """
    from qwen3vl_app.inspection.inspector import Inspector

    with failures_said(), opened(settings_from(context, given), writable=False) as services:
        query, found = hit_of(services, run, item)
        inspector = Inspector(services.engine, services.models, services.library)
        stages = _rows(inspector.seen(query, found), out)
        say_other_models(services, run)
    if as_json:
        say_json({"run": run, "item": item, "stages": stages})
        return
    for row in stages:
        for name, value in row.items():
            if value not in ("", [], 0, None):
                click.echo(one_line(f"{name}: {in_words(value)}"))
        click.echo()


def _rows(found: Seen, out: Path | None) -> list[dict[str, object]]:
    """One for each prompt of each stage."""
    stages = (("recall", found.recall), ("rerank", found.rerank))
    return [
        {"stage": name, "model": stage.model, "of": shown.of.value}
        | _row(shown, out, f"{name}-{at}-{shown.of}")
        for name, stage in stages
        if stage is not None
        for at, shown in enumerate(stage.prompts)
    ]


def _row(shown: Shown, out: Path | None, name: str) -> dict[str, object]:
    prompt = shown.prompt
    if prompt is None:
        return {"refused": said(shown.refused)}
    return {
        "instruction": prompt.instruction,
        "fingerprint": prompt.fingerprint,
        "tokens": len(prompt.ids),
        "limit": prompt.limit,
        "shared": prompt.shared,
        "cut_tokens": prompt.cut_tokens,
        "pictures": [
            {"given": one.given, "shown": one.image.size, "tokens": one.tokens}
            for one in prompt.pictures
        ],
        "clips": [
            {
                "given": one.given,
                "shown": one.frames[0].size,
                "tokens": one.tokens,
                "seconds": one.seconds,
                "stamps": one.stamps,
            }
            for one in prompt.clips
        ],
        "prompt": prompt.text,
        "cut": prompt.cut,
        "files": [] if out is None else _write(prompt, out, name),
    }


def _write(prompt: SeenPrompt, out: Path, name: str) -> list[str]:
    files = [
        written(one.image, out, f"{name}-picture-{at:02}")
        for at, one in enumerate(prompt.pictures)
    ]
    for at, clip in enumerate(prompt.clips):
        files += [
            written(frame, out, f"{name}-clip-{at:02}-frame-{number:03}")
            for number, frame in enumerate(clip.frames)
        ]
    return files
