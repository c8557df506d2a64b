"""The chat template of a checkpoint folder, compiled."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import orjson
from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.messages import Message


def load_template(folder: Path) -> Template:
    """The chat template, compiled in a sandbox: it comes from the checkpoint, not from us."""

    def refuse(message: str) -> NoReturn:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = refuse
    try:
        return environment.from_string(_template_source(folder))
    except TemplateError as error:
        raise ModelLoadError(
            Message.of("load.template", path=str(folder), said=str(error))
        ) from error


def _template_source(folder: Path) -> str:
    """Where a template may be, in the order in which transformers looks."""
    plain = folder / "chat_template.jinja"
    if plain.is_file():
        return plain.read_text(encoding="utf-8")
    for name in ("chat_template.json", "tokenizer_config.json"):
        file = folder / name
        if file.is_file():
            source = orjson.loads(file.read_bytes()).get("chat_template")
            if isinstance(source, str):
                return source
    raise ModelLoadError(Message.of("load.no_template", path=str(folder)))
