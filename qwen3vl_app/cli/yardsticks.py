"""``evaluate --mteb``: what the field's benchmarks say of this program, through mteb."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from statistics import fmean
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import one_line, say_json
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.errors import AppError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.settings import ASKED_OFFLINE, Settings
from qwen3vl_app.store.belongings import BENCHMARKS

if TYPE_CHECKING:
    from qwen3vl_app.evaluation.mteb.adapters import Means

Row = Mapping[str, Any]

DEPTH = 100
"""Candidates that the published numbers of the rerankers are of."""

_EVERY = 10.0
"""Seconds between two lines of progress."""


def measure_tasks(settings: Settings, names: Sequence[str], given: Mapping[str, Any]) -> bool:
    """Measure tasks one after the other, and say every one as soon as it is known.

    What is finished stays in the library's folder, so the same command goes on where one ended.

    Returns:
        Whether all of them could be measured.

    Raises:
        UsageError: mteb is not installed, does not know one of the tasks, or none is named.
        AppError: Ctrl+C was pressed.
    """
    if not names:
        raise UsageError(Message.of("mteb.no_task"))
    _check(fetch=given["fetch"])
    os.environ.setdefault("MTEB_CACHE", str(settings.library / BENCHMARKS))
    from qwen3vl_app.evaluation.mteb.adapters import Part
    from qwen3vl_app.evaluation.mteb.running import measured
    from qwen3vl_app.evaluation.mteb.tasks import allow_network, tasks_of
    from qwen3vl_app.evaluation.pool import Stage

    allow_network(allowed=given["fetch"])
    tasks = tasks_of(names)
    stages = [*Stage] if given["stage"] == "both" else [Stage(given["stage"])]
    rows: list[Row] = []
    whole = True
    try:
        with _means(settings, given["depth"] or DEPTH) as means:
            for task in tasks:
                try:
                    found = measured(task, means, Part(given["part"]), stages)
                except AppError as error:
                    whole = False
                    click.echo(one_line(said(error.message)), err=True)
                    continue
                rows += found
                if not given["as_json"]:
                    _say(found)
    except KeyboardInterrupt as error:
        raise AppError(Message.of("mteb.stopped")) from error
    _say_end(rows, as_json=given["as_json"])
    return whole


def _check(*, fetch: bool) -> None:
    if find_spec("mteb") is None:
        raise UsageError(Message.of("mteb.not_installed"))
    if fetch and ASKED_OFFLINE:
        raise UsageError(Message.of("mteb.offline"))


@contextmanager
def _means(settings: Settings, depth: int) -> Iterator[Means]:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.evaluation.mteb.adapters import Means
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.services import build_models

    models = build_models(settings)
    reader = Reader(Budget(), settings.limits, workers=settings.readers)
    try:
        models.start()
        yield Means(
            models=models,
            reader=reader,
            folder=settings.library / BENCHMARKS,
            depth=depth,
            told=_Progress(),
        )
    finally:
        models.close()
        reader.close()


class _Progress:
    """A line now and then, with the time that is left at the pace so far."""

    def __init__(self) -> None:
        self._what = ("", "")
        self._begun = self._said = 0.0
        self._from = 0

    def __call__(self, task: str, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if (task, what) != self._what or done < self._from:
            self._what, self._begun, self._said, self._from = (task, what), now, now, done
        if done < of and now - self._said < _EVERY:
            return
        self._said = now
        code = "mteb.indexed" if what == "index" else "mteb.asked"
        pace = (now - self._begun) / max(1, done - self._from)
        values = {"task": task, "done": f"{done:,}", "of": f"{of:,}"}
        line = said(Message.of(code, **values))
        if done < of:
            left = Message.of("mteb.left", minutes=max(1, round(pace * (of - done) / 60)))
            line = f"{line}, {said(left)}"
        click.echo(one_line(line), err=True)


def _say(rows: Sequence[Row]) -> None:
    for row in rows:
        what = row["stage"] or row["part"]
        click.echo(one_line(f"{what:<14}{row['measure']:<14}{row['score']:.4f}  {row['task']}"))
        if lost := len(row["left_out"]):
            click.echo(said(counted("mteb.left_out", lost, task=row["task"])), err=True)


def _say_end(rows: Sequence[Row], *, as_json: bool) -> None:
    """Means over several tasks, and what is published of the models."""
    from qwen3vl_app.evaluation.published import PUBLISHED_MEANS

    if as_json:
        say_json({"tasks": [*rows], "published": [asdict(one) for one in PUBLISHED_MEANS]})
        return
    whats = dict.fromkeys(row["stage"] or row["part"] for row in rows)
    for what in whats:
        scores = [row["score"] for row in rows if (row["stage"] or row["part"]) == what]
        if len(scores) > 1:
            mean = said(Message.of("mteb.mean", n=len(scores)))
            click.echo(f"{what:<28}{fmean(scores):.4f}  {mean}")
    if rows:
        click.echo(said(Message.of("mteb.published")))
    for one in PUBLISHED_MEANS if rows else ():
        click.echo(f"  {one.benchmark:<20}{one.model:<14}{one.points:>5.1f}  {one.source}")
