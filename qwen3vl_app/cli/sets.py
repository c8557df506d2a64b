"""``sets``: test sets of the library, brought from files and written to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from qwen3vl_app.cli.given import GivenPath
from qwen3vl_app.cli.language import counted, said
from qwen3vl_app.cli.progress import run_to_the_end, say_summary, summary
from qwen3vl_app.cli.training import page_pictures, training_options, write_examples
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    from qwen3vl_app.services import Services
    from qwen3vl_app.types.test_set import TestSet

_OUT = GivenPath(path_type=Path)


@click.command()
@click.argument("name", required=False)
@click.option(
    "--import",
    "source",
    type=GivenPath(path_type=Path, exists=True),
    metavar="PATH",
    help="Make the set of a folder of BEIR, a CSV table, or (with --qrels) topics of TREC, and "
    "index its files.",
)
@click.option(
    "--qrels",
    type=GivenPath(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="With --import: the grades of TREC's topics.",
)
@click.option(
    "--split",
    default="test",
    show_default=True,
    metavar="NAME",
    help="With --import: which qrels of a folder of BEIR.",
)
@click.option(
    "--collection",
    metavar="NAME",
    help="With --import: the collection that is searched.  [default: named like the set]",
)
@click.option(
    "--no-index",
    is_flag=True,
    help="With --import: index nothing, for the library has the files; without --collection all "
    "of it is searched.",
)
@click.option(
    "--no-ocr",
    "ocr",
    flag_value=False,
    default=None,
    help="With --import: do not read words in pictures.",
)
@click.option("--export", "target", type=_OUT, metavar="DIR", help="Write the set into a folder.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["beir", "trec", "csv"]),
    default="beir",
    show_default=True,
    help="With --export: as what.",
)
@training_options
@click.option("--remove", is_flag=True, help="Remove the set and its history; files stay.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def sets(
    context: click.Context,
    /,
    *,
    name: str | None,
    source: Path | None,
    target: Path | None,
    training: Path | None,
    remove: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # options of import and export, and the shared ones
) -> None:
    """List the test sets, or bring, write or remove the one called NAME.

    A set is a collection with questions and grades; evaluate says what it thinks of both stages.
    """
    ways = [way for way in (source, target, training, remove or None) if way is not None]
    with failures_said():
        if len(ways) > 1 or (ways and name is None):
            raise UsageError(Message.of("sets.one_way"))
        writable = source is not None or remove
        with opened(settings_from(context, _shared(given)), writable=writable) as services:
            if source is not None and name is not None:
                _bring(services, name, source, given, as_json=as_json)
                return
            found = services.library.test_sets.all() if name is None else [named(services, name)]
            if target is not None:
                _export(found[0], target, given["form"])
            elif training is not None:
                _training(services, found[0], training, given["trainer"])
            elif remove:
                services.library.test_sets.remove(found[0].name)
                click.echo(one_line(said(Message.of("cli.set_removed", name=found[0].name))))
            else:
                _list(found, as_json=as_json)


def named(services: Services, name: str) -> TestSet:
    """The set of this name.

    Raises:
        UsageError: There is none.
    """
    found = services.library.test_sets.find(name)
    if found is None:
        raise UsageError(Message.of("sets.none", name=name))
    return found


def _shared(given: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key != "collection"}


def _bring(
    services: Services, name: str, source: Path, given: dict[str, Any], *, as_json: bool
) -> None:
    from qwen3vl_app.evaluation.importing import files_of, read_set
    from qwen3vl_app.evaluation.resolving import resolved

    found = read_set(
        source,
        name,
        qrels=given["qrels"],
        split=given["split"],
        # without a collection of its own, a set that indexes nothing is about all there is
        collection=given["collection"] or ("" if given["no_index"] else None),
    )
    library, progress = services.library, None
    if not given["no_index"] and (paths := files_of(found, library.uploads)):
        services.indexer.add(paths, collection=found.collection)
        progress = run_to_the_end(services)
    library.test_sets.keep(found)
    standing = library.standing(found.collection or None)
    missing = resolved(found, standing, library.uploads).missing
    if as_json:
        run = {} if progress is None else {"run": summary(progress)}
        say_json(row(found) | run | {"missing": missing})
        return
    if progress is not None:
        say_summary(services, progress)
    _say(found, missing)


def first_of(names: Sequence[str]) -> str:
    """The first few of many names."""
    return ", ".join(names[:5])


def _say(found: TestSet, missing: Sequence[str]) -> None:
    done = Message.of(
        "cli.set_kept",
        name=found.name,
        questions=counted("cli.set_questions", len(found.questions)),
        documents=counted("cli.set_documents", len(found.named)),
        grades=counted("cli.set_grades", len(found.grades)),
    )
    click.echo(one_line(said(done)))
    if missing:
        lacking = counted("cli.lacking", len(missing), names=first_of(missing))
        click.echo(one_line(said(lacking)), err=True)


def _export(found: TestSet, target: Path, form: str) -> None:
    from qwen3vl_app.evaluation.importing import Form, put_files, written_set

    files = written_set(found, Form(form))
    put_files(target, files)
    for name in files:
        click.echo(one_line(target / name))


def _training(services: Services, found: TestSet, file: Path, trainer: str) -> None:
    from qwen3vl_app.evaluation.training_data import of_set

    pages = page_pictures(services, file)
    write_examples(of_set(services.library, found, pages), file, trainer)


def _list(found: list[TestSet], *, as_json: bool) -> None:
    rows = [row(one) for one in found]
    if as_json:
        say_json({"sets": rows})
        return
    for one in rows:
        click.echo(one_line(in_columns(one)))
    if not rows:
        click.echo(said(Message.of("cli.no_sets")), err=True)


def row(found: TestSet) -> dict[str, object]:
    """What is listed of a set."""
    return {
        "set": found.name,
        "collection": found.collection,
        "questions": len(found.questions),
        "documents": len(found.named),
        "grades": len(found.grades),
        "fingerprint": found.fingerprint,
        "made": found.made,
    }
