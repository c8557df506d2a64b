"""The rerankers that may judge one side of a comparison: those that lie on this computer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b

from qwen3vl_app.errors import ModelError
from qwen3vl_app.models.checkpoint.resolve import Role, resolve
from qwen3vl_app.models.getting.known import known_models
from qwen3vl_app.models.service.protocol import ModelState
from qwen3vl_app.services import Services
from qwen3vl_app.types.model_choice import ModelChoice
from qwen3vl_app.ui.serialize import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankerChoice:
    """One that may judge."""

    choice: ModelChoice
    name: str
    """As it is called once it is loaded, with its adapter."""

    memory: int = 0
    """Bytes that it needs as long as it is loaded; 0 where that is unknown."""

    own: bool = False
    """Whether it is the one in use."""

    @property
    def key(self) -> str:
        """By which the page names it: folders are nothing that it may ask for."""
        return blake2b(self.choice.to_text().encode(), digest_size=8).hexdigest()

    @property
    def row(self) -> Json:
        """As the page shows it."""
        return {"key": self.key, "name": self.name, "memory": self.memory, "own": self.own}


def reranker_choices(services: Services) -> list[RerankerChoice]:
    """The one in use, the one before it, and what else there is; each name once.

    Cost: as ``known_models``, milliseconds.

    Raises:
        LibraryError: The library cannot be read.
    """
    by_name: dict[str, RerankerChoice] = {}
    for one in _every(services):
        by_name.setdefault(one.name, one)
    return [*by_name.values()]


def _every(services: Services) -> Iterator[RerankerChoice]:
    present = services.models.status()[1]
    if present.state is not ModelState.OFF:
        choice = ModelChoice(wanted=present.wanted, adapter=present.adapter)
        yield RerankerChoice(choice=choice, name=present.name, own=True)
    former = services.library.choices.former(Role.RERANKER)
    if former is not None and former.wanted != "none":
        with suppress(ModelError):  # it is not here any more
            yield RerankerChoice(choice=former, name=_name(former))
    for known in known_models():
        if known.role is Role.RERANKER and known.folder is not None and not known.trouble:
            choice = ModelChoice(wanted=known.name)
            yield RerankerChoice(choice=choice, name=_name(choice), memory=known.memory)


def _name(choice: ModelChoice) -> str:
    """As it will be called.

    Raises:
        ModelError: It is not on this computer.
    """
    found = resolve(choice.wanted, Role.RERANKER, gpu=lambda: False)
    return found.with_adapter(choice.adapter).name
