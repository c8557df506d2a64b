"""Options and answers of ``bench scale --simulate``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

import click

from qwen3vl_app.cli.common import say_json
from qwen3vl_app.cli.given import FinitePart

if TYPE_CHECKING:
    from qwen3vl_app.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])

_ABOVE_ZERO = FinitePart(0, min_open=True)

_OPTIONS = (
    click.option("--plan", is_flag=True, help="What follows from rates and prices alone."),
    click.option("--large", is_flag=True, help="A million made-up vectors as well; minutes."),
    click.option(
        "--dimensions", type=click.IntRange(32, 8192), help="Of made-up vectors, extrapolated."
    ),
    click.option("--seed", default=0, show_default=True, type=click.IntRange(0)),
    click.option("--recall-ms", type=_ABOVE_ZERO, help="Your searches: until the recall."),
    click.option("--rerank-ms", type=_ABOVE_ZERO, help="Your searches: from there to the end."),
    click.option(
        "--pictures", type=_ABOVE_ZERO, help="A second, by the 2B on one GPU.  [default: 106]"
    ),
    click.option("--gpu-hour", type=_ABOVE_ZERO, help="In dollars.  [default: 3]"),
    click.option("--node-hour", type=_ABOVE_ZERO, help="In dollars.  [default: 2]"),
    click.option("--node-gb", type=_ABOVE_ZERO, help="Memory of a node.  [default: 256]"),
    click.option("--disk-month", type=_ABOVE_ZERO, help="Dollars a GB.  [default: 0.08]"),
    click.option("--days", type=_ABOVE_ZERO, help="In which all is embedded.  [default: 7]"),
)


SIMULATION_NAMES = (
    "plan",
    "large",
    "dimensions",
    "seed",
    "recall_ms",
    "rerank_ms",
    "pictures",
    "gpu_hour",
    "node_hour",
    "node_gb",
    "disk_month",
    "days",
)
"""Of these options."""


def simulation_options(command: Command) -> Command:
    """What ``--simulate`` takes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def say_simulation(
    context: click.Context, settings: Settings, given: dict[str, Any], *, as_json: bool
) -> None:
    """Simulate, or only plan, and say it as tables of Markdown or as JSON."""
    from qwen3vl_app.bench.simulate.plan import Terms, plan
    from qwen3vl_app.bench.simulate.report import measure_simulation, searches_of

    terms = Terms(
        **{
            field.name: given[field.name]
            for field in fields(Terms)
            if given.get(field.name) is not None
        }
    )
    if given["plan"]:
        planned = plan(terms)
        if as_json:
            say_json(asdict(planned))
        else:
            click.echo("\n".join(planned.lines()))
        return
    named = given.get("library") or (context.obj or {}).get("library")
    report = measure_simulation(
        settings,
        None if named is None else settings.library,
        large=given["large"],
        dimension=given["dimensions"],
        seed=given["seed"],
        terms=terms,
        searches=searches_of(given["recall_ms"], given["rerank_ms"]),
    )
    if as_json:
        say_json(asdict(report))
        return
    for name, value in report.machine.items():
        click.echo(f"{name}: {value}")
    click.echo("\n".join(("", *report.lines())))
