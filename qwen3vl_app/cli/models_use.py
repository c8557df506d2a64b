"""``models use``: the library's own choice of its models."""

from __future__ import annotations

from collections.abc import Sequence
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
from qwen3vl_app.cli.language import said
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.resolve import Role, lasting, resolve
from qwen3vl_app.store.belongings import DATABASE

if TYPE_CHECKING:
    from qwen3vl_app.services import Services
    from qwen3vl_app.settings import Settings

_BOTH = ("auto", "demo", "2b", "8b")
"""Names that mean a model for either role."""


@click.command("use")
@click.argument("name")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), help="For this stage alone."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@shared_options
@click.pass_context
def use(
    context: click.Context,
    /,
    *,
    name: str,
    role: str | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401  # the shared options
) -> None:
    """Search this library with the model NAME from the next start on.

    NAME is auto, demo, 2b, 8b, a folder or a model id; none turns reranking off. Without --role,
    auto, demo, 2b and 8b are for both stages, none for the reranker, others for the embedder. With
    another embedder the files are embedded again, by the page or by index; the vectors of the one
    before are kept. --adapter is merged into the embedder, --reranker-adapter into the reranker.
    Loads no model.
    """
    settings = settings_from(context, given)
    adapters = {Role.EMBEDDER: settings.adapter, Role.RERANKER: settings.reranker_adapter}
    with failures_said():
        chosen = {one: _checked(name, adapters[one], one, settings) for one in _roles(name, role)}
        with opened(settings, writable=True) as services:
            for one in chosen:
                _keep(services, one, name, adapters[one])
    if as_json:
        say_json({one.value: {"wanted": name, "model": found} for one, found in chosen.items()})
        return
    for one, found in chosen.items():
        line = Message.of("cli.model_chosen", role=Message.of(f"role.{one}"), name=found)
        click.echo(one_line(said(line)))


def refuse_chosen(settings: Settings, repositories: Sequence[str]) -> None:
    """See that a library is not searched with one of these models, which are to be removed.

    Raises:
        UsageError: It is, with the way out.
    """
    if not (settings.library / DATABASE).exists():
        return
    with opened(settings, writable=False) as services:
        for role in Role:
            wanted = services.library.choices.of(role).wanted
            chosen = role.repository(wanted) if wanted in {"2b", "8b"} else wanted
            if chosen in repositories:
                raise UsageError(
                    Message.of("remove.chosen", model=chosen, path=str(settings.library))
                )


def _roles(name: str, role: str | None) -> Sequence[Role]:
    if role is not None:
        return [Role(role)]
    if name.strip().lower() in _BOTH:
        return [*Role]
    return [Role.RERANKER if name.strip().lower() == "none" else Role.EMBEDDER]


def _checked(name: str, adapter: str, role: Role, settings: Settings) -> str:
    """What to call the model, which is on this machine and of the right kind.

    Raises:
        ModelError: It is not, with the way out.
    """
    if role is Role.RERANKER and name.strip().lower() == "none":
        return "none"
    from qwen3vl_app.models.checkpoint.load import check_loadable, has_gpu

    found = resolve(name, role, gpu=lambda: has_gpu(settings.device)).with_adapter(adapter)
    check_loadable(found, role)
    return found.name


def _keep(services: Services, role: Role, name: str, adapter: str) -> None:
    from qwen3vl_app.types.model_choice import ModelChoice

    choices = services.library.choices
    chosen = ModelChoice(wanted=lasting(name), adapter=lasting(adapter))
    choices.keep(role, chosen, choices.of(role))
