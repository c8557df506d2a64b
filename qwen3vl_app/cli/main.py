"""The group of commands and the options that stand before them."""

from __future__ import annotations

import errno
import os
import sys
from io import TextIOWrapper
from typing import Any

import click

from qwen3vl_app import __version__
from qwen3vl_app.cli.bench import bench
from qwen3vl_app.cli.collections import collections
from qwen3vl_app.cli.common import shared_options
from qwen3vl_app.cli.duplicates import duplicates
from qwen3vl_app.cli.evaluate import evaluate
from qwen3vl_app.cli.evidence import evidence
from qwen3vl_app.cli.export import export
from qwen3vl_app.cli.files import folders, forget, ignore, retry
from qwen3vl_app.cli.health import doctor
from qwen3vl_app.cli.history import history
from qwen3vl_app.cli.inspect import inspect
from qwen3vl_app.cli.items import items
from qwen3vl_app.cli.jsonl import embed, rerank
from qwen3vl_app.cli.judgements import judgements
from qwen3vl_app.cli.language import said
from qwen3vl_app.cli.library import index, status
from qwen3vl_app.cli.map import item_map
from qwen3vl_app.cli.models import models
from qwen3vl_app.cli.pins import pins
from qwen3vl_app.cli.removed import removed
from qwen3vl_app.cli.restore import restore
from qwen3vl_app.cli.search import search
from qwen3vl_app.cli.seen import seen
from qwen3vl_app.cli.serve import serve
from qwen3vl_app.cli.sets import sets
from qwen3vl_app.cli.show import show
from qwen3vl_app.cli.storage import storage
from qwen3vl_app.cli.tags import tag, tags
from qwen3vl_app.messages import Message

_UNWRITTEN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class Program(click.Group):
    """The group, which says in a sentence what is wrong with where its answer goes."""

    def main(self, *args: Any, **given: Any) -> Any:  # noqa: ANN401  # as click's
        """Run a command; names that the encoding of a pipe lacks are written as escapes."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().main(*args, **given)
        except OSError as error:
            # files have names, streams have none; a reader that has gone is click's own business
            if error.filename is not None or error.errno not in _UNWRITTEN:
                raise
            why = Message.of("cli.unwritten", said=os.strerror(error.errno))
            click.echo(said(Message.of("cli.error", said=why)), err=True)
            raise SystemExit(1) from error


@click.group(
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="qwen3vl_app")
@shared_options
@click.pass_context
def main(context: click.Context, /, **given: Any) -> None:  # noqa: ANN401  # click passes the options
    """Search pictures, pages, notes and clips on this computer; see recall and rerank.

    Without a command, serves the page. Exit status: 0 ok, 1 failed, 2 usage.
    """
    context.obj = {name: value for name, value in given.items() if value is not None}
    if context.invoked_subcommand is None:
        # a context of its own, not context.invoke(): only parsing reads QWEN3VL_AUTH
        with serve.make_context("serve", [], parent=context) as serving:
            serve.invoke(serving)


for _command in (
    serve,
    index,
    search,
    history,
    export,
    seen,
    evidence,
    inspect,
    judgements,
    sets,
    evaluate,
    pins,
    items,
    show,
    status,
    retry,
    forget,
    removed,
    folders,
    ignore,
    models,
    embed,
    rerank,
    models,
    doctor,
    restore,
    bench,
    storage,
    duplicates,
    item_map,
    tag,
    tags,
    collections,
):
    main.add_command(_command)
