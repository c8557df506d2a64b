"""From what a person typed (``demo``, ``2b``, a folder, ``org/name``) to a folder on this machine.

Free of torch, so that asking costs nothing. The network is touched only where it is allowed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from qwen3vl_app.errors import ModelNotFoundError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.caches import find_cached
from qwen3vl_app.models.checkpoint.speed import is_usable
from qwen3vl_app.settings import DEMO_EMBEDDER, DEMO_RERANKER
from qwen3vl_app.types.model_choice import ModelChoice
from qwen3vl_app.types.paths import home_expanded, usable_path

REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


class Role(StrEnum):
    """Which of the two models is meant."""

    EMBEDDER = "embedder"
    RERANKER = "reranker"

    @property
    def bundled(self) -> Path:
        """Folder of the demo checkpoint that comes with the program."""
        return DEMO_EMBEDDER if self is Role.EMBEDDER else DEMO_RERANKER

    def repository(self, size: str) -> str:
        """Id of the published model of this role; ``size`` is ``2b`` or ``8b``."""
        family = "Embedding" if self is Role.EMBEDDER else "Reranker"
        return f"Qwen/Qwen3-VL-{family}-{size.upper()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A folder to load, and why this one."""

    folder: Path
    name: str
    """To show, such as ``Qwen3-VL-Embedding-2B``."""

    reason: Message
    source: str = ""
    """What ``resolve`` finds this very checkpoint by, whatever else is on this machine."""

    bundled: bool = False
    adapter: Path | None = None
    """Folder of a LoRA adapter that is merged into it."""

    def with_adapter(self, adapter: str) -> Checkpoint:
        """The same with an adapter merged into it; none where ``adapter`` is empty."""
        if not adapter:
            return self
        folder = home_expanded(Path(adapter)).absolute()
        source = ModelChoice(wanted=self.source, adapter=str(folder)).to_text()
        name = f"{self.name} + {folder.resolve().name}"
        return replace(self, name=name, source=source, adapter=folder)


def resolve(
    wanted: str,
    role: Role,
    *,
    gpu: Callable[[], bool],
    fetch: Callable[[str], Path] | None = None,
) -> Checkpoint:
    """The checkpoint that ``wanted`` means on this machine.

    ``auto`` is the published 2B model where it is in a local cache and there is a GPU, or a CPU
    that was measured to be fast enough (see ``speed``), else the bundled demo: on two CPU cores
    the real model takes minutes per picture.

    Args:
        wanted: ``auto``, ``demo``, ``2b``, ``8b``, a folder, or an id ``org/name``.
        role: Embedder or reranker.
        gpu: Whether there is a GPU; asked only where the answer matters, because it needs torch.
        fetch: Gets the model of an id that is not there, and gives its folder; None where the
            network is not to be touched.

    Raises:
        ModelNotFoundError: It is not on this machine, or ``wanted`` means nothing.
        DownloadError: It could not be got, from ``fetch``.
    """
    wanted = wanted.strip()
    if wanted.lower() == "auto":
        return _automatic(role, gpu)
    if wanted.lower() == "demo":
        return _demo(role, Message.of("model.demo"))
    if wanted.lower() in {"2b", "8b"}:
        return _published(role.repository(wanted.lower()), fetch)
    folder = home_expanded(Path(wanted))
    if wanted and os.path.isdir(folder):  # also of any length
        absolute = folder.absolute()
        return Checkpoint(
            folder=folder,
            name=folder.resolve().name,
            reason=Message.of("model.folder"),
            source=str(absolute),
        )
    if REPOSITORY.fullmatch(wanted):
        return _published(wanted, fetch)
    raise ModelNotFoundError(
        Message.of("load.neither", value=str(wanted), model=str(role.repository("2b")))
    )


def _automatic(role: Role, gpu: Callable[[], bool]) -> Checkpoint:
    repository = role.repository("2b")
    found = find_cached(repository)
    if found is None:
        return _demo(role, Message.of("model.absent", model=repository))
    if gpu():
        return _named(found, repository, Message.of("model.cached_gpu"))
    match is_usable(found):
        case True:
            return _named(found, repository, Message.of("model.cached_fast"))
        case False:
            return _demo(role, Message.of("model.slow"))
        case _:
            return _demo(role, Message.of("model.unmeasured"))


def lasting(wanted: str) -> str:
    """The same from wherever the program is started: a folder by its whole path.

    Raises:
        UsageError: No file can be called so.
    """
    wanted = wanted.strip()
    if wanted.lower() in {"auto", "demo", "2b", "8b", "none", ""}:
        return wanted.lower()
    folder = home_expanded(usable_path(wanted))
    return str(folder.absolute()) if os.path.isdir(folder) else wanted  # also of any length


def _demo(role: Role, reason: Message) -> Checkpoint:
    if not (role.bundled / "config.json").is_file():
        raise ModelNotFoundError(
            Message.of("load.no_demo", model=str(role), path=str(role.bundled))
        )
    return Checkpoint(
        folder=role.bundled, name=f"demo {role}", reason=reason, source="demo", bundled=True
    )


def _published(repository: str, fetch: Callable[[str], Path] | None) -> Checkpoint:
    found = find_cached(repository)
    if found is not None:
        return _named(found, repository, Message.of("model.cached"))
    if fetch is not None:
        return _named(fetch(repository), repository, Message.of("model.downloaded"))
    raise ModelNotFoundError(
        Message.of(
            "load.absent",
            model=repository,
            command=f"python -m qwen3vl_app models get {repository}",
            hub=f"hf download {repository}",
            other=f"modelscope download --model {repository}",
        )
    )


def _named(folder: Path, repository: str, reason: Message) -> Checkpoint:
    name = repository.rpartition("/")[2]
    return Checkpoint(folder=folder, name=name, reason=reason, source=repository)
