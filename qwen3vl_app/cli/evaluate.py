"""``evaluate``: what a test set says of both stages, now and so far."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import (
    failures_said,
    one_line,
    opened,
    say_json,
    settings_from,
    shared_options,
)
from qwen3vl_app.cli.far import checked, ray_options
from qwen3vl_app.cli.given import GivenPath
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.cli.sets import first_of, named
from qwen3vl_app.errors import LibraryBusyError, UsageError
from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    from qwen3vl_app.evaluation.evaluating import Evaluation
    from qwen3vl_app.evaluation.measures import Least, Measure
    from qwen3vl_app.services import Services
    from qwen3vl_app.settings import Settings
    from qwen3vl_app.types.test_set import TestSet

Row = Mapping[str, Any]

QUESTIONS_PER_WORKER = 3
"""Asked at a time: of one the model judges, of another documents are sent, of a third read."""

_FILE = GivenPath(path_type=Path, dir_okay=False)
_GIVEN = GivenPath(path_type=Path, dir_okay=False, exists=True)


@click.command()
@click.argument("names", metavar="SET", nargs=-1)
@click.option(
    "--mteb",
    "through_mteb",
    is_flag=True,
    help="SET is one or several tasks or benchmarks of mteb, or folders in its format.",
)
@click.option(
    "--part",
    type=click.Choice(["search", "embedder", "reranker"]),
    default="search",
    show_default=True,
    help="With --mteb: the whole search is measured, or a model alone.",
)
@click.option(
    "--fetch",
    is_flag=True,
    help="With --mteb: let it get data sets from Hugging Face, up to many gigabytes.",
)
@click.option(
    "--stage",
    type=click.Choice(["recall", "rerank", "both"]),
    default="both",
    show_default=True,
    help="What is measured.",
)
@click.option(
    "--depth",
    type=click.IntRange(1, 300),
    help="Candidates of recall.  [default: 40; 100 with --mteb]",
)
@click.option(
    "--settings",
    "settings_file",
    type=_GIVEN,
    metavar="FILE",
    help='Ask under these settings: a JSON object such as {"instruction": "…"}.',
)
@click.option(
    "-k",
    "first",
    type=click.IntRange(1, 300),
    default=10,
    show_default=True,
    help="How many of the first hits count.",
)
@click.option(
    "--fail-under",
    "bounds",
    multiple=True,
    metavar="MEASURE=VALUE",
    help="Exit with 1 where the last stage is below, such as ndcg@10=0.8; several times.",
)
@click.option(
    "--runs", type=GivenPath(path_type=Path), metavar="DIR", help="Write a TREC run per stage."
)
@click.option(
    "--run",
    "given_run",
    type=_GIVEN,
    metavar="FILE",
    help="Measure this TREC run of another system instead; asks nothing.",
)
@click.option("--plot", type=_FILE, metavar="FILE", help="Draw the history of the set as SVG.")
@click.option("--measure", metavar="NAME", help="With --plot: of what.  [default: ndcg@K]")
@click.option("--history", is_flag=True, help="List what the set has said so far; asks nothing.")
@click.option("--questions", "each", is_flag=True, help="Every question as well as the means.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@ray_options
@shared_options
@click.pass_context
def evaluate(
    context: click.Context,
    /,
    *,
    names: Sequence[str],
    through_mteb: bool,
    bounds: Sequence[str],
    plot: Path | None,
    measure: str | None,
    history: bool,
    each: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # what is measured, and the shared options
) -> None:
    """Ask the questions of the test set SET and measure both stages by its grades.

    Every run is a row of the set's history, with what it was made with. With --mteb, tasks of mteb
    are asked instead, each in a library of its own; Ctrl+C ends it, the same command goes on.
    """
    from qwen3vl_app.evaluation.measures import Least, Measure

    failed: list[Message] = []
    if through_mteb:
        from qwen3vl_app.cli.yardsticks import measure_tasks

        with failures_said():
            settings = checked(settings_from(context, given), given)
            if settings.ray:
                raise UsageError(Message.of("ray.mteb"))
            if not measure_tasks(settings, names, given | {"as_json": as_json}):
                raise SystemExit(1)
        return
    if len(names) != 1:
        raise click.UsageError(said(Message.of("cli.one_set")))
    (name,) = names
    with failures_said():
        least = [Least.read(one) for one in bounds]
        drawn = Measure.read(measure or f"ndcg@{given['first']}")
        asks = given["given_run"] is None and not history
        settings = checked(settings_from(context, given), given)
        with _opened(settings, writable=asks) as services:
            found = named(services, name)
            if history:
                _history(services, found, drawn, as_json=as_json)
            else:
                answer = _answer(services, found, least, given, keep=asks)
                _say(answer, each=each, as_json=as_json)
                failed = _below(answer, least)
            if plot is not None:
                _plot(services, found, plot, drawn)
    if failed:
        for sentence in failed:
            click.echo(one_line(said(sentence)), err=True)
        raise SystemExit(1)


@contextmanager
def _opened(settings: Settings, *, writable: bool) -> Iterator[Services]:
    """The parts; where a page has the library, for reading only, which keeps no history."""
    with ExitStack() as stack:
        try:
            # reading says that there is none, where writing would make one
            keeps = writable and settings.library.exists()
            services = stack.enter_context(opened(settings, writable=keeps))
        except LibraryBusyError:
            click.echo(said(Message.of("cli.evaluation_unkept")), err=True)
            services = stack.enter_context(opened(settings, writable=False))
        yield services


def _answer(
    services: Services,
    found: TestSet,
    least: Sequence[Least],
    given: dict[str, Any],
    *,
    keep: bool,
) -> Row:
    from qwen3vl_app.evaluation.evaluating import measure_run
    from qwen3vl_app.evaluation.formats.trec import in_order, read_run
    from qwen3vl_app.evaluation.importing import text_of
    from qwen3vl_app.evaluation.measures import usual

    measures = [*dict.fromkeys([*usual(given["first"]), *(one.measure for one in least)])]
    if given["given_run"] is not None:
        file: Path = given["given_run"]
        ranked = in_order(read_run(text_of(file), file.name))
        return measure_run(found, ranked, measures).written()
    evaluation = _asked(services, found, measures, given)
    if given["runs"] is not None:
        _write_runs(evaluation, given["runs"])
    answer = evaluation.written()
    if keep and services.library.writable:
        services.library.test_sets.add_evaluation(found.name, answer)
    return answer


def _asked(
    services: Services, found: TestSet, measures: Sequence[Measure], given: dict[str, Any]
) -> Evaluation:
    from qwen3vl_app.evaluation.asking import Parts
    from qwen3vl_app.evaluation.evaluating import evaluate as evaluated
    from qwen3vl_app.evaluation.pool import Stage

    settings = _settings(given["settings_file"])
    if given["depth"] is not None:
        settings["depth"] = given["depth"]
    wanted = given["stage"]
    stages = [*Stage] if wanted == "both" else [Stage(wanted)]
    services.models.start()
    parts = Parts(services.library, services.engine, services.reader, services.models)

    def told(done: int, of: int) -> None:
        if done % 10 == 0 or done == of:
            click.echo(said(Message.of("cli.evaluated", done=done, of=of)), err=True)

    far = services.settings
    return evaluated(
        parts,
        found,
        stages=stages,
        measures=measures,
        settings=settings,
        told=told,
        at_once=QUESTIONS_PER_WORKER * far.workers if far.ray else 1,
    )


def _settings(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    from qwen3vl_app.evaluation.importing import text_of

    try:
        said_ = json.loads(text_of(file))
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError(Message.of("evaluate.settings", name=file.name)) from error
    if not isinstance(said_, dict):
        raise UsageError(Message.of("evaluate.settings", name=file.name))
    return said_


def _write_runs(evaluation: Evaluation, folder: Path) -> None:
    """The runs, over those of an earlier evaluation."""
    from qwen3vl_app.evaluation.formats.trec import write_run

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for stage, rows in evaluation.runs.items():
            text = write_run(rows)
            (folder / f"{stage}.run").write_bytes(text.encode("utf-8", "replace"))
    except OSError as error:
        why = Message.of("file.os", path=str(folder), said=str(error.strerror or error))
        raise UsageError(why) from error


def _say(answer: Row, *, each: bool, as_json: bool) -> None:
    if as_json:
        say_json(answer)
        return
    for stage, means in answer["stages"].items():
        for name, found in means.items():
            click.echo(f"{stage:<8}{name:<14}{_interval(found)}")
    for name, found in answer["differences"].items():
        gained = said(Message.of("cli.gained"))
        click.echo(f"{gained:<8}{name:<14}{_interval(found, signed=True)}{_chance(found)}")
    if each:
        for one in answer["questions"]:
            values = "  ".join(
                f"{stage} {name} {value:.3f}"
                for stage, measured in one["values"].items()
                for name, value in measured.items()
            )
            click.echo(one_line(f"{one['id']}  {one['text']}  {values}"))
    if missing := answer["missing"]:
        lacking = counted("cli.missing", len(missing), names=first_of(missing))
        click.echo(one_line(said(lacking)), err=True)


def _chance(found: Row) -> str:
    counts = f"  +{found['wins']} ={found['ties']} -{found['losses']}"
    return counts if found["p"] is None else f"  p={found['p']:.4f}{counts}"


def _interval(found: Row, *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    mean = format(found["mean"], f"{sign}.4f")
    if found["low"] is None:
        return mean
    low, high = (format(found[end], f"{sign}.4f") for end in ("low", "high"))
    return f"{mean} [{low}, {high}]"


def _below(answer: Row, least: Sequence[Least]) -> list[Message]:
    """What the last stage does not reach."""
    stage, means = [*answer["stages"].items()][-1]
    return [
        Message.of(
            "cli.below",
            stage=stage,
            measure=str(one.measure),
            found=f"{means[str(one.measure)]['mean']:.4f}",
            least=f"{one.value:g}",
        )
        for one in least
        if means[str(one.measure)]["mean"] < one.value
    ]


def _history(services: Services, found: TestSet, measure: Measure, *, as_json: bool) -> None:
    from qwen3vl_app.ui.pin_rows import history_rows

    rows = history_rows(services.library.test_sets.evaluations(found.name), str(measure))
    if as_json:
        say_json({"set": found.name, "measure": str(measure), "history": rows})
        return
    for one in rows:
        means = "  ".join(f"{stage} {value['mean']:.4f}" for stage, value in one["means"].items())
        moved = ", ".join(one["changed"])
        shown = said(Message.of("cli.changed", names=moved)) if moved else ""
        click.echo(one_line(f"{one['run']}  {one['ran']}  {means}  {shown}".rstrip()))
    if not rows:
        click.echo(said(Message.of("cli.no_evaluations")), err=True)


def _plot(services: Services, found: TestSet, file: Path, measure: Measure) -> None:
    from qwen3vl_app.evaluation.history_plot import plot

    rows = [(one.ran, one.answer) for one in services.library.test_sets.evaluations(found.name)]
    try:
        file.write_text(plot(rows, str(measure)), "utf-8")
    except OSError as error:
        why = Message.of("file.os", path=str(file), said=str(error.strerror or error))
        raise UsageError(why) from error
