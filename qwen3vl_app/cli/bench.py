"""``bench``: how fast is it, on the sample collection and on a large library."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from qwen3vl_app.cli.common import failures_said, one_line, say_json, settings_from, shared_options
from qwen3vl_app.cli.given import FinitePart, GivenPath
from qwen3vl_app.cli.simulation import SIMULATION_NAMES, say_simulation, simulation_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen3vl_app.bench.busy import BusyReport
    from qwen3vl_app.bench.library import LibraryReport
    from qwen3vl_app.bench.maps import MapReport
    from qwen3vl_app.bench.measures import Measure
    from qwen3vl_app.bench.memory import MemoryReport
    from qwen3vl_app.bench.scale import ScaleReport
    from qwen3vl_app.bench.soak import SoakReport
    from qwen3vl_app.bench.speeds import Speed

_COUNT = click.IntRange(1)
_PLACE = GivenPath(path_type=Path, exists=True, file_okay=False, writable=True)


@click.group(invoke_without_command=True)
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
    """Measure the models, and searches in a temporary library of the sample collection."""
    if context.invoked_subcommand is not None:
        return
    from qwen3vl_app.bench.samples import measure

    with failures_said():
        report = measure(settings_from(context, given), repeats=repeats, depth=depth)
    search = report.search
    if as_json:
        rates = {"items_per_second": report.items_per_second}
        models = [_row(measure) for measure in report.models]
        words = [_row(measure) for measure in report.words]
        more = {**rates, "models": models, "words": words, "reranked_over_first": search.ratio}
        say_json({**asdict(report), **more})
        return
    click.echo(f"{report.model} on {report.device}")
    _say_measures((*report.models, *report.words))
    click.echo(
        f"indexing: {report.files} files, {report.items} items in {report.index_seconds:.1f} s "
        f"({report.items_per_second:.1f} items/s)"
    )
    click.echo(
        f"search, median of {search.runs}: embed {search.embed} ms, index {search.recall} ms, "
        f"first rows {search.first_result} ms, reranked (depth {search.depth}) "
        f"{search.reranked} ms ({search.ratio:.1f} times the first rows)"
    )


@bench.command("library")
@click.option("--quick", is_flag=True, help="Small sizes: does it work, not how fast is it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--in",
    "folder",
    type=_PLACE,
    help="Where the temporary files go; 3 GB.  [default: the system's folder for them]",
)
def bench_library(*, quick: bool, as_json: bool, folder: Path | None) -> None:
    """Scan, index, open and search a large library of made-up files and vectors.

    Five minutes; loads no model and touches no library of yours.
    """
    from qwen3vl_app.bench.library import FULL, QUICK, measure_library

    with failures_said():
        report = measure_library(QUICK if quick else FULL, folder)
    _say_report(report, as_json=as_json)


@bench.command("models")
@click.option(
    "--shapes",
    type=click.Choice(["tiny", "0.5b", "2b", "8b"]),
    help="Random weights of this shape instead of a checkpoint.",
)
@click.option(
    "--against",
    metavar="reference=DIR",
    help="Measure against the reference's own code, of which DIR is a checkout.",
)
@click.option("--turns", default=3, show_default=True, type=click.IntRange(1))
@click.option("--count", default=12, show_default=True, type=click.IntRange(2, 200))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def bench_models(
    context: click.Context,
    /,
    *,
    shapes: str | None,
    against: str | None,
    turns: int,
    count: int,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Embed and rerank texts, pictures, pages and a clip, as fast as this computer can.

    Every speed stands beside that of the reference or, without --against, of one prompt at a
    time, with how far the answers are apart.
    """
    from qwen3vl_app.bench.pairs import measure_pair, pair_of

    checkout = _reference(against)
    with (
        failures_said(),
        pair_of(settings_from(context, given), shapes, on_disk=checkout is not None) as pair,
    ):
        report = measure_pair(
            pair, turns, count, checkout, lambda name: click.echo(name, err=True)
        )
    if as_json:
        rows = [
            asdict(one) | {"rate": one.rate, "times": one.times, "share": report.share(one)}
            for one in report.speeds
        ]
        say_json(asdict(report) | {"speeds": rows})
        return
    click.echo(f"embedder {report.embedder}\nreranker {report.reranker}")
    for one in report.speeds:
        click.echo(_speed_line(one, report.share(one)))
        if one.failed:
            click.echo(f"  {one_line(one.failed)}")
    click.echo(f"matrix product: {report.product / 1e9:,.0f} GFLOP/s")
    click.echo(f"most memory: {report.peak_bytes / 2**20:,.0f} MiB")
    for name, value in report.machine.items():
        click.echo(f"{name}: {value}")


def _reference(against: str | None) -> Path | None:
    """The checkout that ``--against`` names.

    Raises:
        click.BadParameter: It names something else.
    """
    if against is None:
        return None
    kind, _, folder = against.partition("=")
    if kind != "reference" or not folder:
        raise click.BadParameter(f"{against!r} is not reference=DIR.", param_hint="--against")
    return Path(folder).expanduser().resolve()


def _speed_line(one: Speed, share: float) -> str:
    line = f"{one.name:<50} {one.rate:>9.2f} /s  {share:>4.0%} of a matrix product"
    if one.beside is None:
        return line
    return f"{line}  {one.times:>5.2f} x {one.beside.name}  {one.beside.apart:.0e} apart"


@bench.command("memory")
@click.option("--files", default=5000, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--in", "folder", type=_PLACE, help="Where the temporary files go; 500 MB.")
def bench_memory(*, files: int, as_json: bool, folder: Path | None) -> None:
    """Index made-up files with the bundled models, and see what all processes hold in memory.

    Several minutes, on Linux only; touches no library of yours.
    """
    from qwen3vl_app.bench.memory import measure_memory

    with failures_said():
        report = measure_memory(files, folder)
    _say_report(report, as_json=as_json)


@bench.command("soak")
@click.option("--minutes", default=30.0, show_default=True, type=FinitePart(0.05))
@click.option("--sessions", default=5000, show_default=True, type=click.IntRange(1))
@click.option("--files", default=60, show_default=True, type=click.IntRange(1), help="To search.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--in", "folder", type=_PLACE, help="Where the temporary files go; 100 MB.")
def bench_soak(
    *, minutes: float, sessions: int, files: int, as_json: bool, folder: Path | None
) -> None:
    """Let browser tabs come and go, and see whether the server grows.

    Half an hour, on Linux only; touches no library of yours.
    """
    from qwen3vl_app.bench.soak import measure_soak

    with failures_said():
        report = measure_soak(minutes, sessions, files, folder)
    _say_report(report, as_json=as_json)
    if not as_json:
        _say_minutes(report)


@bench.command("busy")
@click.option(
    "--files", default=120, show_default=True, type=click.IntRange(40), help="To search."
)
@click.option(
    "--more", default=6000, show_default=True, type=click.IntRange(1), help="To index meanwhile."
)
@click.option("--rounds", default=8, show_default=True, type=click.IntRange(1))
@click.option(
    "--people", default=8, show_default=True, type=click.IntRange(2, 32), help="At once."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--in", "folder", type=_PLACE, help="Where the temporary files go; 600 MB.")
def bench_busy(
    *, files: int, more: int, rounds: int, people: int, as_json: bool, folder: Path | None
) -> None:
    """Search with the bundled models while files are indexed, and with several people at once.

    Three minutes; touches no library of yours.
    """
    from qwen3vl_app.bench.busy import measure_busy

    with failures_said():
        report = measure_busy(files, more, rounds, people, folder)
    _say_report(report, as_json=as_json)


@bench.command("map")
@click.option("--items", default=20_000, show_default=True, type=click.IntRange(20, 1_000_000))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--in", "folder", type=_PLACE, help="Where the temporary files go; 2 kB an item.")
def bench_map(*, items: int, as_json: bool, folder: Path | None) -> None:
    """Lay out the map of a large library of made-up vectors.

    One minute; loads no model and touches no library of yours.
    """
    from qwen3vl_app.bench.maps import measure_map

    with failures_said():
        report = measure_map(items, folder)
    _say_report(report, as_json=as_json)


@bench.command("scale")
@click.option("--ray", default="auto", show_default=True, metavar="auto|ADDRESS", help="Where.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(2, 1024))
@click.option("--gpus-per-worker", type=FinitePart(0, 64), help="What each takes of them.")
@click.option("--turns", default=5, show_default=True, type=click.IntRange(1))
@click.option("--simulate", is_flag=True, help="Without Ray: what no computer at hand can hold.")
@simulation_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def bench_scale(
    context: click.Context,
    /,
    *,
    workers: int,
    turns: int,
    simulate: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # where the models are, and the shared options
) -> None:
    """Embed pages by one worker on Ray and by several, with one thread each.

    Two minutes; touches no library of yours.

    With --simulate, a minute: recall by number format and probed lists on vectors with the
    spectrum of those of --library (or of the bundled samples), waiting by how many search, and
    what lost workers cost. With --plan as well: memory, disk, nodes, cost and time of embedding
    for ten thousand to a billion items. Every number is M (measured), S (simulated) or C
    (computed).
    """
    if not simulate:
        _only_with_simulate(context)
    with failures_said():
        settings = settings_from(context, given)
        if simulate:
            say_simulation(context, settings, given, as_json=as_json)
            return
        from qwen3vl_app.bench.scale import measure_scale

        report = measure_scale(settings, workers, turns)
    if not as_json:
        click.echo(report.model)
    _say_report(report, as_json=as_json)


def _only_with_simulate(context: click.Context) -> None:
    for name in SIMULATION_NAMES:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = f"--{name.replace('_', '-')}"
            raise click.BadOptionUsage(option, f"{option} goes with --simulate.", context)


def _say_minutes(report: SoakReport) -> None:
    """The figures of a plot, a row a minute."""
    click.echo("\nminute  sessions  memory MB  open  recall p50 ms  p95 ms  errors")
    for one in report.minutes:
        click.echo(
            f"{one.until:6.1f}  {one.sessions:8}  {one.resident:9.1f}  {one.descriptors:4}  "
            f"{one.recall_p50:13.0f}  {one.recall_p95:6.0f}  {one.errors:6}"
        )
    for error in report.errors:
        click.echo(f"error: {error}")


def _say_report(
    report: LibraryReport | MemoryReport | SoakReport | BusyReport | MapReport | ScaleReport,
    *,
    as_json: bool,
) -> None:
    if as_json:
        say_json({**asdict(report), "measures": [_row(measure) for measure in report.measures]})
        return
    for name, value in report.machine.items():
        click.echo(f"{name}: {value}")
    _say_measures(report.measures)


def _row(measure: Measure) -> dict[str, Any]:
    return {**asdict(measure), "met": measure.met}


def _say_measures(measures: Sequence[Measure]) -> None:
    width = max(len(measure.name) for measure in measures)
    for measure in measures:
        click.echo(_line(measure, width))


def _line(measure: Measure, width: int) -> str:
    value = f"{measure.name:<{width}}  {measure.value:>10,g} {measure.unit:<3}"
    if measure.goal is None:
        return value.rstrip()
    sign = "≥" if measure.at_least else "≤"
    return f"{value}  goal {sign} {measure.goal:g}: {'met' if measure.met else 'missed'}"
