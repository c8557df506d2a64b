"""``pins``: questions whose answer must not change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

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
from qwen3vl_app.cli.query import written_question
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.types import ItemId
from qwen3vl_app.types.question import Question
from qwen3vl_app.ui.pin_rows import checked_row, pin_row

if TYPE_CHECKING:
    from qwen3vl_app.evaluation.pinning import Checked
    from qwen3vl_app.services import Services

FIRST = 5
"""Hits that a pin looks at, unless it says otherwise."""


@click.command()
@click.option("--add", "text", metavar="TEXT", help="Pin a question in words.")
@click.option(
    "--question",
    type=click.File("rb"),
    metavar="FILE",
    help="Pin what FILE asks, as search --json prints it, with its settings.",
)
@click.option("--item", type=Whole(), metavar="ITEM", help="What must be among the first hits.")
@click.option("--must-not", is_flag=True, help="It must not be there.")
@click.option(
    "-k",
    "first",
    type=click.IntRange(1, 300),
    default=FIRST,
    show_default=True,
    help="How many of the first hits count.",
)
@click.option("--remove", type=Whole(), metavar="PIN", help="Take a pin away.")
@click.option("--check", is_flag=True, help="Ask all of them; exit with 1 where one is broken.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def pins(
    context: click.Context,
    /,
    *,
    text: str | None,
    question: BinaryIO | None,
    item: int | None,
    must_not: bool,
    first: int,
    remove: int | None,
    check: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """List pinned questions, pin one, or check all after a change of model, index or setting.

    A broken pin says what moved: its rank before and now, what stands above it since, and whether
    model, index, items or settings are otherwise.
    """
    broken = 0
    with failures_said():
        adds = text is not None or question is not None
        if adds + (remove is not None) + check > 1 or (text and question) or adds != bool(item):
            raise UsageError(Message.of("pins.one_way"))
        writes = adds or remove is not None or check
        with opened(settings_from(context, given), writable=writes) as services:
            if check:
                broken = _check(services, as_json=as_json)
            elif remove is not None:
                _remove(services, remove)
            elif adds and item is not None:
                asked = Question(text=text or "") if question is None else _written(question)
                _add(services, asked, ItemId(item), must=not must_not, first=first)
            else:
                _list(services, as_json=as_json)
    if broken:
        raise SystemExit(1)


def _written(source: BinaryIO) -> Question:
    """What a file asks; files that it names are found from its folder on."""
    from dataclasses import replace

    question = written_question(source)
    base = Path.cwd() if source.name == "<stdin>" else Path(source.name).absolute().parent
    known = tuple(str(base / key) if (base / key).exists() else key for key in question.files)
    return replace(question, files=known)


def _add(services: Services, asked: Question, item: ItemId, *, must: bool, first: int) -> None:
    number = services.library.pins.add(asked, item, must=must, first=first)
    if number is None:
        raise UsageError(Message.of("item.unknown", item=item))
    click.echo(said(Message.of("cli.pinned", pin=number)))


def _remove(services: Services, pin: int) -> None:
    if not services.library.pins.remove(pin):
        raise UsageError(Message.of("pins.none", pin=pin))
    click.echo(said(Message.of("cli.unpinned", pin=pin)))


def _check(services: Services, *, as_json: bool) -> int:
    """Ask all pins and keep how they stand; how many are broken."""
    from qwen3vl_app.evaluation.asking import Parts
    from qwen3vl_app.evaluation.pinning import check as checked

    services.models.start()
    parts = Parts(services.library, services.engine, services.reader, services.models)
    found = []
    for pin in services.library.pins.all():
        one = checked(parts, pin)
        if one.state is not None:
            services.library.pins.note(pin.id, one.state)
        found.append(one)
    if as_json:
        say_json({"pins": [checked_row(services, one) for one in found]})
    else:
        for one in found:
            for sentence in sentences(services, one):
                click.echo(one_line(sentence))
        if not found:
            click.echo(said(Message.of("cli.no_pins")), err=True)
    return sum(not one.holds for one in found)


def sentences(services: Services, one: Checked) -> list[str]:
    """The same in words, a line each."""
    lines = [said(_standing(services, one))]
    if one.moved is not None:
        before = _rank(one.moved.before)
        known = services.library.items(one.moved.above)
        names = ", ".join(item.path.name for item in known.values())
        lines.append("  " + said(Message.of("cli.pin_before", rank=before)))
        if names:
            lines.append("  " + said(Message.of("cli.pin_above", names=names)))
        if one.moved.changed:
            moved = Message.of("cli.changed", names=", ".join(one.moved.changed))
            lines.append("  " + said(moved))
    return lines


def _standing(services: Services, one: Checked) -> Message:
    pin = one.pin
    item = None if pin.item is None else services.library.item(pin.item)
    values: dict[str, str | int] = {
        "pin": pin.id,
        "question": pin.question.text or ", ".join(pin.question.keys),
        "name": "–" if item is None else item.path.name,
        "k": pin.first,
    }
    if one.state is None:
        return Message.of("cli.pin_unasked", reason=one.why, **values)
    rank = _rank(one.state.rank)
    if one.holds:
        return Message.of("cli.pin_holds", rank=rank, **values)
    if pin.must:
        return Message.of("cli.pin_missing", rank=rank, **values)
    return Message.of("cli.pin_there", rank=rank, **values)


def _rank(rank: int | None) -> str:
    return "–" if rank is None else str(rank)


def _list(services: Services, *, as_json: bool) -> None:
    found = services.library.pins.all()
    if as_json:
        say_json({"pins": [pin_row(services, one) for one in found]})
        return
    for one in found:
        row = pin_row(services, one)
        name = "–" if row["item"] is None else row["item"]["path"]
        must, must_not = (
            Message.of("cli.pin_must", k=one.first),
            Message.of("cli.pin_must_not", k=one.first),
        )
        wanted = said(must if one.must else must_not)
        asked = one.question.text or ", ".join(one.question.keys)
        click.echo(one_line(f"{one.id}  {asked}  {name}  {wanted}"))
    if not found:
        click.echo(said(Message.of("cli.no_pins")), err=True)
