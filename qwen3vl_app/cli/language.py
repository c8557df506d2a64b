"""The language in which a command speaks to people; JSON stays English, for programs."""

from __future__ import annotations

import os
from collections.abc import Mapping

import click

from qwen3vl_app.errors import AppError
from qwen3vl_app.messages import LANGUAGES, Message, Value, worded

_KEY = "qwen3vl_app.language"
"""In the ``meta`` that the contexts of a group and its command share."""

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides, as everywhere on POSIX systems."""


def _keep(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is not None:  # behind the command it may not be given, where it stood before it
        context.meta[_KEY] = value


language_option = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    is_eager=True,  # so that what is wrong with the other options is said in it
    expose_value=False,
    callback=_keep,
    help="Language of answers, notes and errors.  [default: of the environment]",
)


def language_of(environment: Mapping[str, str]) -> str:
    """The language that the variables of the locale ask for; English where we do not speak it."""
    asked = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return next((one for one in LANGUAGES if asked.lower().startswith(one)), LANGUAGES[0])


def language() -> str:
    """What ``--lang`` says to the command that runs, or else the environment."""
    context = click.get_current_context(silent=True)
    chosen = None if context is None else context.meta.get(_KEY)
    return language_of(os.environ) if chosen is None else str(chosen)


def said(what: Message | AppError) -> str:
    """A message or a failure in that language."""
    if isinstance(what, Message):
        return worded(what, language())
    return worded(what.message, language())


def counted(code: str, n: int | str, /, **values: Value) -> Message:
    """The message of a code about ``n`` things; ``code.one`` where it is exactly one.

    Args:
        code: Of the catalogues, which both have the two.
        n: How many; as a text where there are more ("1+").
        values: What else the words name.
    """
    return Message(f"{code}.one" if n == 1 else code, {"n": n, **values})
