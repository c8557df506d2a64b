"""``doctor`` and ``bench``: is all well, and how fast is it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from qwen3vl_app.cli.common import failures_said, say_json, settings_from, shared_options


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def doctor(
    context: click.Context,
    /,
    *,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Versions, device and why, models found, and a check of the library.

    Exit status 1 if the library has something wrong.
    """
    from qwen3vl_app.doctor import diagnose

    with failures_said():
        found = diagnose(settings_from(context, given))
    if as_json:
        say_json(asdict(found))
    else:
        for heading in ("versions", "models", "library"):
            click.echo(f"{heading}:")
            for name, value in getattr(found, heading).items():
                click.echo(f"  {name}: {value}")
        click.echo(f"device: {found.device}")
        if found.advice:
            click.echo(found.advice)
        for finding in found.findings:
            click.echo(f"wrong: {finding}")
        if not found.findings:
            click.echo("All is well." if found.library else "No library yet; index some files.")
    if found.findings:
        raise SystemExit(1)


@click.command()
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1), help="Turns.")
@click.option("--depth", default=20, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def bench(
    context: click.Context,
    /,
    *,
    repeats: int,
    depth: int,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Index the sample collection into a temporary library and measure searches in it."""
    from qwen3vl_app.bench.samples import measure

    with failures_said():
        report = measure(settings_from(context, given), repeats=repeats, depth=depth)
    search = report.search
    if as_json:
        rates = {"items_per_second": report.items_per_second}
        say_json({**asdict(report), **rates, "reranked_over_first": search.ratio})
        return
    click.echo(f"{report.model} on {report.device}; loaded in {report.load_seconds:.1f} s")
    click.echo(
        f"indexing: {report.files} files, {report.items} items in {report.index_seconds:.1f} s "
        f"({report.items_per_second:.1f} items/s)"
    )
    click.echo(
        f"search, median of {search.runs}: embed {search.embed} ms, index {search.recall} ms, "
        f"first rows {search.first_result} ms, reranked (depth {search.depth}) "
        f"{search.reranked} ms ({search.ratio:.1f} times the first rows)"
    )
