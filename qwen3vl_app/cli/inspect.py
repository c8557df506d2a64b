"""``inspect``: what a finished search of the page shows when asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
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
from qwen3vl_app.cli.given import Whole
from qwen3vl_app.cli.language import said
from qwen3vl_app.errors import UsageError
from qwen3vl_app.inspection.agreement import agreement
from qwen3vl_app.inspection.balance import Quartiles, balance
from qwen3vl_app.inspection.balances import Balances, balances
from qwen3vl_app.inspection.depth import depths
from qwen3vl_app.inspection.rescoring import Plan, Rescoring, Step, files_of
from qwen3vl_app.inspection.stability import Spread, spreads, ties
from qwen3vl_app.messages import Message
from qwen3vl_app.types.run import KeptRun, Run, RunId

if TYPE_CHECKING:
    from qwen3vl_app.services import Services
    from qwen3vl_app.types import Item, ItemId

    Items = dict[ItemId, Item]


@click.command()
@click.argument("what", type=click.Choice(["agreement", "depth", "stability", "balance"]))
@click.argument("runs", metavar="[RUN]...", type=Whole(), nargs=-1)
@click.option(
    "--last",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="With balance: the last N searches together.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def inspect(
    context: click.Context,
    /,
    *,
    what: str,
    runs: tuple[int, ...],
    last: int | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Look deeper into a search of the page: RUN as history lists it, or the last one.

    agreement: how far both stages order alike. depth: what every depth would have shown and cost.
    stability: which hits cannot be told apart, by judging all of them again, which takes as long
    as the search. balance: how kinds compete, in one search or in several together.
    """
    looks: dict[str, Callable[[Services, KeptRun], tuple[dict[str, Any], list[str]]]] = {
        "agreement": _agreement,
        "depth": _depth,
        "stability": _stability,
        "balance": _balance,
    }
    with failures_said(), opened(settings_from(context, given), writable=False) as services:
        if last is None and len(runs) < 2:
            row, lines = looks[what](services, _found(services, *runs))
        elif what == "balance":
            row, lines = _balances(services, _several(services, runs, last))
        else:
            raise UsageError(Message.of("inspect.several"))
    if as_json:
        say_json(row)
    else:
        click.echo("\n".join(map(one_line, lines)))


def _found(services: Services, run: int | None = None) -> KeptRun:
    runs = services.library.runs
    if run is None:
        newest = runs.newest(1)
        if not newest:
            raise UsageError(Message.of("cli.no_history"))
        return newest[0]
    found = runs.find(RunId(run))
    if found is None:
        raise UsageError(Message.of("history.none", run=str(run)))
    return found


def _several(services: Services, runs: Sequence[int], last: int | None) -> list[KeptRun]:
    if last is None:
        return [_found(services, run) for run in runs]
    if runs:
        raise UsageError(Message.of("inspect.last_alone"))
    newest = services.library.runs.newest(last)
    if not newest:
        raise UsageError(Message.of("cli.no_history"))
    return newest


def _agreement(_services: Services, kept: KeptRun) -> tuple[dict[str, Any], list[str]]:
    found = agreement(kept.run)
    if found.tau is None:
        raise UsageError(Message.of("inspect.not_reranked"))
    line = Message.of(
        "cli.agreement", tau=f"{found.tau:.2f}", n=found.hits, k=found.k, shown=found.overlap
    )
    return {"run": kept.id, **asdict(found)}, [said(line)]


def _depth(services: Services, kept: KeptRun) -> tuple[dict[str, Any], list[str]]:
    items = _items(services, kept.run)
    found = depths(kept.run, {number: item.kind for number, item in items.items()})
    if not found.depths:
        raise UsageError(Message.of("inspect.not_reranked"))
    lines = [said(Message.of("cli.depth_measured" if found.measured else "cli.depth_shared"))]
    before: tuple[ItemId, ...] | None = None
    for one in found.depths:
        if one.entered == before and one is not found.depths[-1]:
            continue  # nothing came in, so only the time differs
        before = one.entered
        code = "cli.depth_row" if one.entered else "cli.depth_all"
        names = ", ".join(_name(items, item) for item in one.entered)
        seconds = f"{one.milliseconds / 1000:.2f}"
        lines.append(said(Message.of(code, n=one.depth, seconds=seconds, names=names)))
    return {"run": kept.id, **asdict(found)}, lines


def _balance(services: Services, kept: KeptRun) -> tuple[dict[str, Any], list[str]]:
    items = _items(services, kept.run)
    found = balance(kept.run, {number: item.kind for number, item in items.items()})
    lines = []
    for one in found.kinds:
        kind = Message(f"cli.kind.{one.kind.value}")
        lines.append(said(Message.of("cli.balance", kind=kind, n=one.count, shown=one.shown)))
        lines += _scores(one.similarity, one.relevance)
    for hit in found.hits[: kept.run.question.top]:
        kind = Message(f"cli.kind.{hit.kind.value}")
        name = _name(items, hit.item)
        row = Message.of("cli.placed", rank=hit.rank, n=hit.within, kind=kind, name=name)
        lines.append(said(row))
    return {"run": kept.id, **asdict(found)}, lines


def _balances(services: Services, kept: Sequence[KeptRun]) -> tuple[dict[str, Any], list[str]]:
    runs = [one.run for one in kept]
    items = services.library.items([hit.item for run in runs for hit in run.hits])
    found = balances(runs, {number: item.kind for number, item in items.items()})
    lines = [said(Message.of("cli.balances", n=found.searches, judged=found.judged))]
    for one in found.kinds:
        line = Message.of(
            "cli.balances_kind",
            kind=Message(f"cli.kind.{one.kind.value}"),
            share=f"{100 * one.share:.0f}",
            shown=one.shown,
            n=one.candidates,
            most=one.most,
        )
        lines.append(said(line))
        lines += _scores(one.similarity, one.relevance)
    lines.append(said(_suggested(found)))
    return {"runs": [one.id for one in kept], **asdict(found)}, lines


def _suggested(found: Balances) -> Message:
    one = found.suggestion
    if one is None:
        return Message.of("cli.no_suggestion")
    return Message.of(
        "cli.suggestion",
        kind=one.kind.value,
        most=one.most,
        n=found.judged,
        after=one.after,
        before=one.before,
    )


def _scores(similarity: Quartiles | None, relevance: Quartiles | None) -> list[str]:
    both = (("similarity", similarity), ("relevance", relevance))
    return [
        said(Message.of("cli.quartiles", what=Message(f"cli.column.{code}"), all=_numbers(scores)))
        for code, scores in both
        if scores is not None
    ]


def _stability(services: Services, kept: KeptRun) -> tuple[dict[str, Any], list[str]]:
    services.models.start()
    services.models.wait()
    run = kept.run
    rescoring = Rescoring(services.library, services.engine, services.models, services.reader)
    plan = rescoring.plan(run)
    for cost in _costs(plan):
        click.echo(one_line(said(cost)), err=True)
    query = rescoring.query_of(run, files_of(services.library.runs))
    *_, last = rescoring.steps(run, query, plan.possible)
    order = spreads(run.judged, last.found.values())
    return _stability_row(kept, order, last), _stability_lines(services, run, order)


def _costs(plan: Plan) -> list[Message]:
    """What is about to be done, and what is not."""
    ways = len(plan.possible)
    seconds = f"{plan.seconds * ways:.0f}"
    costs = [Message.of("cli.stability_cost", n=plan.candidates, count=ways, seconds=seconds)]
    for one in plan.ways:
        if one.why_not:
            costs.append(one.why_not)
        elif one.memory_bytes:
            size = f"{one.memory_bytes / 1e9:.1f}"
            costs.append(Message.of("cli.stability_memory", dtype=one.dtype, n=size))
    return costs


def _stability_row(kept: KeptRun, order: Sequence[Spread], last: Step) -> dict[str, Any]:
    return {
        "run": kept.id,
        "hits": [{**asdict(one), "margin": one.margin} for one in order],
        "ties": ties(order),
        "ways": {
            way.value: {str(item): score.relevance for item, score in scores.items()}
            for way, scores in last.found.items()
        },
    }


def _stability_lines(services: Services, run: Run, order: Sequence[Spread]) -> list[str]:
    items = _items(services, run)
    lines = [
        said(
            Message.of(
                "cli.margin",
                rank=rank,
                relevance=f"{one.relevance:.4f}",
                margin=f"{one.margin:.4f}",
                name=_name(items, one.item),
            )
        )
        for rank, one in enumerate(order, start=1)
    ]
    groups = ties(order)
    for first, last in groups:
        lines.append(said(Message.of("cli.ties", first=first, last=last)))
    return lines if groups else [*lines, said(Message.of("cli.no_ties"))]


def _items(services: Services, run: Run) -> Items:
    return services.library.items([one.item for one in run.hits])


def _name(items: Items, number: ItemId) -> str:
    return items[number].path.name if number in items else f"#{number}"


def _numbers(scores: Quartiles) -> str:
    return " · ".join(f"{score:.3f}" for score in scores)
