"""The models that a host has or is to have, and how far each of them is."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.service.protocol import ModelState, ModelStatus

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.types import Space


class Key(NamedTuple):
    """Names a slot: what a checkpoint is loaded for, and which one."""

    role: Role
    wanted: str
    """As ``resolve`` takes it."""

    adapter: str = ""
    """Folder of a LoRA adapter that is merged into it; empty for none."""

    dtype: str = ""
    """In which numbers, such as ``float32``; empty for those that are best for the device."""


@dataclass(slots=True, eq=False)
class Slot:
    """One model. Written by the thread that loads, until closing."""

    key: Key
    status: ModelStatus
    settled: threading.Event = field(default_factory=threading.Event)
    """Set once the model is ready, off, failed, taken out or closed."""

    model: Any = None
    """``Embedder`` or ``Reranker``; None unless ready."""

    failures: int = 0
    """In a row."""

    due: float | None = None
    """When it is to be loaded, on the monotonic clock; None for not by itself."""

    space: Space | None = None
    """Of the embedder that it holds, or held last."""

    budget: Budget | None = None
    """Of what it holds, or held last."""

    idle_seconds: float | None = None
    """After which it is let go until it is asked again; None for never."""

    fingerprint: str = ""
    """Of what it holds, or held last: of an embedder, that of its space."""

    may_download: bool = False
    """Whether it may be fetched, where that is allowed at all: what was asked for at the start."""

    expected: str = ""
    """Fingerprint of the space that it must have, if any: then nothing else is loaded."""

    @property
    def is_there(self) -> bool:
        """Whether it can be asked: it is in memory, or will be again as soon as it is."""
        return self.model is not None or self.status.state is ModelState.UNLOADED


def slot_for(key: Key, *, expected: str = "") -> Slot:
    """A slot with nothing in it yet; that of a reranker that is not wanted is off for good."""
    off = key.role is Role.RERANKER and key.wanted.strip().lower() == "none"
    state = ModelState.OFF if off else ModelState.WAITING
    status = ModelStatus(
        role=key.role.value,
        name=key.wanted,
        state=state,
        wanted=key.wanted,
        adapter=key.adapter,
    )
    slot = Slot(key, status)
    slot.expected = expected
    if off:
        slot.settled.set()
    return slot
