"""``models``: which models there are, getting and removing them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import (
    failures_said,
    one_line,
    say_json,
    settings_from,
    shared_options,
)
from qwen3vl_app.cli.language import said
from qwen3vl_app.cli.models_use import refuse_chosen, use
from qwen3vl_app.errors import AppError
from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    from qwen3vl_app.models.checkpoint.resolve import Role
    from qwen3vl_app.models.getting.known import KnownModel

_ROLE = click.option(
    "--role",
    type=click.Choice(["embedder", "reranker", "both"]),
    default="both",
    show_default=True,
    help="Of 2b and 8b, which are two models each.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


@click.group()
def models() -> None:
    """Which models there are; get, use and remove them."""


models.add_command(use)


@models.command("list")
@_JSON
@shared_options
@click.pass_context
def list_command(
    context: click.Context,
    /,
    *,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """The bundled models, the published ones, and those that lie on this computer.

    Asks no network, and loads nothing.
    """
    from qwen3vl_app.models.checkpoint.footprint import free_memory, total_memory
    from qwen3vl_app.models.getting.known import known_models
    from qwen3vl_app.models.getting.room import free_bytes
    from qwen3vl_app.settings import models_folder

    settings_from(context, given)
    found = known_models()
    if not as_json:
        for model in found:
            click.echo(_line(model))
        return
    rows = [
        asdict(one)
        | {
            "folder": None if one.folder is None else str(one.folder),
            "trouble": str(one.trouble),
        }
        for one in found
    ]
    say_json(
        {
            "models": rows,
            "folder": str(models_folder()),
            "free": free_bytes(),
            "memory": total_memory(),
            "memory_free": free_memory(),
        }
    )


def _line(model: KnownModel) -> str:
    """What it is, how large, under which licence, where, and what is in its way."""
    role = Message.of(f"cli.role.{model.role.value if model.role else 'unknown'}")
    if model.folder is None and model.place == "models" and model.size:
        where = Message.of("cli.model_partly", percent=f"{100 * model.got // model.size}")
    elif model.folder is None and model.got:
        place = Message.of(f"cli.place.{model.place.value}")
        where = Message.of("cli.model_left", size=_giga(model.got), place=place)
    elif model.folder is None:
        where = Message.of("cli.model_absent")
    else:
        where = Message.of("cli.model_at", path=str(model.folder))
    troubles = [
        *([Message.of("cli.model_trouble", why=model.trouble)] if model.trouble else []),
        *(
            [Message.of("cli.model_memory", n=_giga(model.memory))]
            if model.fits_memory is False
            else [Message.of("cli.model_memory_now", n=_giga(model.memory))]
            if model.fits_now is False
            else []
        ),
        *([Message.of("cli.model_disk")] if model.fits_disk is False else []),
    ]
    size = f"{_giga(model.size)} GB" if model.size else ""
    parts = [model.name, said(role), size, model.licence, said(where), *map(said, troubles)]
    return one_line("  ".join(part for part in parts if part))


def _giga(count: int) -> str:
    return f"{count / 1e9:.1f}" if count >= 5e7 else f"{count / 1e9:.3f}"


@models.command("get")
@click.argument("name")
@_ROLE
@click.option(
    "--from",
    "source",
    type=click.Choice(["hugging-face", "modelscope"]),
    help="The hub.  [default: where it was begun from, else hugging-face]",
)
@_JSON
@shared_options
@click.pass_context
def get_command(
    context: click.Context,
    /,
    *,
    name: str,
    role: str,
    source: str | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Get NAME: 2b, 8b, or the id of a model on a hub. Ctrl+C pauses; the same goes on.

    Every file is checked before it has its name. The address of a mirror is read from
    HF_ENDPOINT or MODELSCOPE_DOMAIN, a token from HF_TOKEN or MODELSCOPE_API_TOKEN.
    """
    from qwen3vl_app.cli.getting import get_all
    from qwen3vl_app.models.checkpoint.check import check_folder
    from qwen3vl_app.models.getting.known import ids_of
    from qwen3vl_app.models.getting.sources import Source

    settings_from(context, given)
    with failures_said():
        got = get_all(ids_of(name, _roles(role)), Source(source) if source else None)
        rows = []
        for one in got:
            if one.folder is not None:
                check_folder(one.folder)
                rows.append({"repository": one.repository, "folder": str(one.folder)})
    if as_json:
        say_json({"models": rows})
        return
    for row in rows:
        click.echo(
            one_line(said(Message.of("cli.got", model=row["repository"], path=row["folder"])))
        )


@models.command("remove")
@click.argument("name")
@_ROLE
@click.option("--yes", is_flag=True, help="Also if this library is searched with it.")
@_JSON
@shared_options
@click.pass_context
def remove_command(
    context: click.Context,
    /,
    *,
    name: str,
    role: str,
    yes: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Delete NAME, as `get` takes it, if this program got it. Caches of hubs are left alone."""
    from qwen3vl_app.models.getting.known import ids_of
    from qwen3vl_app.models.getting.removing import remove_model

    settings = settings_from(context, given)
    with failures_said():
        freed, refused = 0, []
        repositories = ids_of(name, _roles(role))
        if not yes:
            refuse_chosen(settings, repositories)
        for repository in repositories:
            try:
                freed += remove_model(repository)
            except AppError as error:
                refused.append(error)
        # of two models, one may be here
        if refused and not freed:
            raise refused[0]
    if as_json:
        say_json({"freed_bytes": freed})
    else:
        click.echo(said(Message.of("cli.removed_model", size=_giga(freed))))


def _roles(role: str) -> list[Role]:
    from qwen3vl_app.models.checkpoint.resolve import Role

    return list(Role) if role == "both" else [Role(role)]
