"""``history``: what was asked on the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from qwen3vl_app.cli.common import (
    failures_said,
    in_columns,
    one_line,
    opened,
    say_json,
    settings_from,
    shared_options,
)
from qwen3vl_app.cli.given import Whole
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types.run import KeptRun, RunId

if TYPE_CHECKING:
    from qwen3vl_app.store.search_runs import SearchRuns

Done: TypeAlias = tuple[dict[str, int], Message]
"""What was changed, for programs and for people."""

Change: TypeAlias = Callable[["SearchRuns"], Done]


@click.command()
@click.option("-k", "limit", default=20, show_default=True, help="Searches, the newest first.")
@click.option("--saved", is_flag=True, help="Only those that are saved.")
@click.option(
    "--pin", type=Whole(), metavar="ID", help="Save this search: it stays until removed."
)
@click.option("--name", metavar="TEXT", help="What to call the search that is saved.")
@click.option("--unpin", type=Whole(), metavar="ID", help="Save it no longer.")
@click.option("--remove", type=Whole(), metavar="ID", help="Delete this search, saved or not.")
@click.option("--clear", is_flag=True, help="Delete all that are not saved.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def history(
    context: click.Context,
    /,
    *,
    limit: int,
    saved: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # what is to be changed, and the shared options
) -> None:
    """List the searches that were made on the page, save, delete or clear them.

    With --json, each has its question, which search --question asks again, and both rankings.
    """
    with failures_said():
        change = _change(given)
        with opened(settings_from(context, given), writable=change is not None) as services:
            if change is not None:
                done, sentence = change(services.library.runs)
                if as_json:
                    say_json(done)
                else:
                    click.echo(said(sentence))
                return
            pinned = True if saved else None
            runs = services.library.runs.newest(max(1, limit), pinned=pinned)
    if as_json:
        say_json({"runs": [_row(one) for one in runs]})
        return
    for one in runs:
        click.echo(one_line(in_columns(short_row(one))))
    if not runs:
        click.echo(said(Message.of("cli.no_saved" if saved else "cli.no_history")), err=True)


def _change(given: dict[str, Any]) -> Change | None:
    """What the options ask for beside listing; None where that is all.

    Raises:
        UsageError: They ask for several things, or for a name without something to save.
    """
    pin, unpin, remove, name, clear = (
        given.pop(option) for option in ("pin", "unpin", "remove", "name", "clear")
    )
    if sum(one is not None for one in (pin, unpin, remove)) + clear > 1:
        raise UsageError(Message.of("history.one_change"))
    if name is not None and pin is None:
        raise UsageError(Message.of("history.name_alone"))
    if clear:
        return _cleared
    for run, code, work in (
        (pin, "saved", lambda runs, run: runs.pin(run, on=True, name=name)),
        (unpin, "unsaved", lambda runs, run: runs.pin(run, on=False)),
        (remove, "removed", lambda runs, run: runs.forget(run)),
    ):
        if run is not None:
            return partial(_changed, RunId(run), code, work)
    return None


def _cleared(runs: SearchRuns) -> Done:
    deleted = len(runs.clear())
    return {"deleted": deleted}, Message.of("cli.history_cleared", n=deleted)


def _changed(
    run: RunId, code: str, work: Callable[[SearchRuns, RunId], bool], runs: SearchRuns
) -> Done:
    if not work(runs, run):
        raise UsageError(Message.of("history.none", run=str(run)))
    return {code: run}, Message.of(f"cli.history_{code}", run=str(run))


def _row(one: KeptRun) -> dict[str, object]:
    return {
        "run": one.id,
        "asked": one.asked,
        "pinned": one.pinned,
        "name": one.name,
        "question": one.run.question.written(),
        **one.run.answer(),
    }


def short_row(one: KeptRun) -> dict[str, object]:
    """A search on one line: its number, when, its name, what it asked, how much it found."""
    question = one.run.question
    words = [question.text, *(further.text for further in question.also)]
    return {
        "run": one.id,
        "asked": one.asked,
        "pinned": "saved" if one.pinned else "",
        "name": one.name,
        "question": " + ".join(filter(None, (*words, *question.files))) or "items",
        "hits": said(counted("cli.hits", len(one.run.hits))),
    }
