"""``storage``: how the vectors are kept, what other ways would cost and find, old vectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import failures_said, opened, say_json, settings_from, shared_options
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    from qwen3vl_app.store.library import Library
    from qwen3vl_app.store.storage import StorageOption
    from qwen3vl_app.types import Space

_FORMATS = ("float32", "float16", "int8", "binary")


@click.command()
@click.option("--measure", is_flag=True, help="Measure every way on this library; a minute.")
@click.option("--format", "form", type=click.Choice(_FORMATS), help="Keep vectors like this.")
@click.option("--dimensions", type=click.IntRange(1), help="Keep the first N dimensions.")
@click.option("--exact", is_flag=True, help="Search exactly also above 50,000 items.")
@click.option("--to", metavar="ADDRESS", help="Move: local or milvus://HOST:PORT/NAME.")
@click.option("--drop", multiple=True, metavar="SPACE", help="Delete all vectors of a space.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def storage(
    context: click.Context,
    /,
    *,
    measure: bool,
    form: str | None,
    dimensions: int | None,
    exact: bool,
    to: str | None,
    drop: tuple[str, ...],
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """How the search index keeps vectors, and what the vectors of old models take.

    With --format, --dimensions or --exact, changes it; what is not named takes its default:
    float32, all dimensions, one-bit candidates above 50,000 items. The database keeps every
    vector in full, so nothing is embedded again and every change can be undone. Loads no model.

    With --to, vectors are searched on a Milvus server from then on, or here again. A move that was
    interrupted goes on when it is asked for again; to where they are, it mends what differs.
    """
    changes = form is not None or dimensions is not None or exact
    settings = settings_from(context, given)
    writes = bool(changes or drop or to or settings.vectors)
    with failures_said(), opened(settings, writable=writes) as services:
        library = services.library
        if to is not None:
            _move(library, to, quiet=as_json)
        freed = library.storage.drop_spaces(_fingerprints(library, drop)) if drop else 0
        if changes:
            _apply(library, form, dimensions, exact=exact)
        options = library.storage.measure(_newest(library)) if measure else []
        found = _found(library, options, freed, say=str if as_json else said)
    if as_json:
        say_json(found)
        return
    _say(found)


def _apply(library: Library, form: str | None, dimensions: int | None, *, exact: bool) -> None:
    from qwen3vl_app.index.formats import StorageSetting, VectorFormat

    chosen = VectorFormat(form or "float32")
    library.storage.apply(StorageSetting(dimension=dimensions, format=chosen, exact=exact))


def _move(library: Library, to: str, *, quiet: bool) -> None:
    def told(done: int, total: int) -> None:
        if not quiet:
            click.echo(said(Message.of("cli.moving", n=done, total=total)), err=True)

    for name in library.places.move(to, told):
        click.echo(said(Message.of("cli.stays_behind", name=name)), err=True)


def _found(
    library: Library, options: list[StorageOption], freed: int, *, say: Callable[[Message], str]
) -> dict[str, Any]:
    return {
        "search": say(library.storage.describe()),
        "place": str(library.places.now() or "local"),
        "setting": asdict(library.storage.setting()),
        "trash": asdict(library.trash.size()),
        "spaces": [
            {
                "space": old.space.fingerprint,
                "model": old.space.model,
                "vectors": old.vectors,
                "bytes": old.bytes,
            }
            for old in library.storage.old_spaces(())  # without a model, none is searched
        ],
        "options": [asdict(option) for option in options],
        "freed_bytes": freed,
    }


def _say(found: dict[str, Any]) -> None:
    click.echo(found["search"] or said(Message.of("cli.no_vectors")))
    for space in found["spaces"]:
        old = Message.of(
            "cli.space",
            space=space["space"],
            n=space["vectors"],
            model=space["model"],
            size=_mega(space["bytes"]),
        )
        click.echo(said(old))
    if found["trash"]["files"]:
        size, count = _mega(found["trash"]["bytes"]), found["trash"]["files"]
        click.echo(said(counted("cli.trash", count, size=size)))
    if found["freed_bytes"]:
        click.echo(said(Message.of("cli.freed", size=_mega(found["freed_bytes"]))))
    for option in found["options"]:
        click.echo(said(_option(option)))
    if found["options"]:
        click.echo(said(Message.of("cli.measured", n=found["options"][0]["measured"])))


def _option(option: dict[str, Any]) -> Message:
    return Message.of(
        "cli.option",
        mark="*" if option["current"] else " ",
        dimension=option["dimension"],
        format=f"{option['setting']['format']:<8}",
        recall=option["recall"],
        milliseconds=option["milliseconds"],
        memory=f"{_mega(option['memory_bytes']):>9}",
        disk=f"{_mega(option['disk_bytes']):>9}",
    )


def _mega(count: int) -> str:
    return f"{count / 1e6:,.1f}"


def _newest(library: Library) -> Space:
    spaces = [space for space, count in library.spaces() if count]
    if not spaces:
        raise UsageError(Message.of("storage.none"))
    return spaces[-1]


def _fingerprints(library: Library, names: tuple[str, ...]) -> list[str]:
    known = [space.fingerprint for space, _ in library.spaces()]
    for name in names:
        if name not in known:
            raise UsageError(Message.of("storage.space", name=name))
    return list(names)
