"""``search``: one query, both stages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from qwen3vl_app.cli.common import (
    failures_said,
    one_line,
    opened,
    say_json,
    settings_from,
    shared_options,
)
from qwen3vl_app.cli.found import say_found
from qwen3vl_app.cli.language import said
from qwen3vl_app.cli.listing import listed, listing_answer, say_listing
from qwen3vl_app.cli.query import (
    QUERY_NAMES,
    files_at,
    query_options,
    read_question,
    written_question,
)
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.search.answers import answer
from qwen3vl_app.search.resolve import resolve
from qwen3vl_app.types import ItemFilter, Query, SearchUpdate, WordsMode

if TYPE_CHECKING:
    from qwen3vl_app.services import Services
    from qwen3vl_app.types.question import Question


@click.command()
@click.argument("text", required=False, default="")
@query_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def search(
    context: click.Context,
    /,
    *,
    text: str,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the options of the query and the shared ones
) -> None:
    """Search the library by TEXT, pictures, clips or a mixture of them.

    With --also, several queries are asked at once, and every hit says which of them found it.
    A TEXT that begins with a minus stands behind two: search --words on -- "-draft report".
    Filters alone list what passes them, and nothing at all everything, the newest first; that
    needs no model.
    """
    settings = settings_from(context, given)
    with failures_said(), opened(settings, writable=False) as services:
        question, base = _question(context, services, text, given)
        known = files_at(base, services.library.runs.files.find)
        asked = resolve(question, services.reader, known, services.models.embedder_budget)
        if isinstance(asked, ItemFilter):
            found = listed(services.library, asked, question.top)
        else:
            update, found = _last(services, asked), None
    if found is not None:
        say_json(listing_answer(question, *found)) if as_json else say_listing(*found)
    elif as_json:
        say_json(answer(question, update))
    else:
        say_found(update, question.top)


def _question(
    context: click.Context, services: Services, text: str, given: dict[str, Any]
) -> tuple[Question, Path]:
    """What is asked, and where the relative paths in it begin.

    Raises:
        UsageError: Both a file and options ask something, or a value is out of its range.
    """
    source = given["question"]
    if source is None:
        return read_question(text, given, reranker=services.models.has_reranker), Path.cwd()
    for name in ("text", *QUERY_NAMES):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = name.replace("_", "-")
            raise UsageError(Message.of("question.both", name=source.name, option=option))
    base = Path.cwd() if source.name == "<stdin>" else Path(source.name).absolute().parent
    return written_question(source), base


def _last(services: Services, query: Query) -> SearchUpdate:
    if query.words is not WordsMode.ONLY:
        services.models.start()
    updates = list(services.engine.search(query))
    for note in updates[-1].notes:
        click.echo(one_line(said(note)), err=True)
    return updates[-1]
