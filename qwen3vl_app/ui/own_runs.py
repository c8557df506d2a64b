"""Finished searches of whoever asks."""

from __future__ import annotations

from qwen3vl_app.messages import Message
from qwen3vl_app.services import Services
from qwen3vl_app.types.run import KeptRun, Owner, RunId
from qwen3vl_app.ui.failures import GoneError


def own_run(services: Services, number: int, owner: Owner | None) -> KeptRun:
    """A run by its number, of the history or of those in memory.

    Raises:
        GoneError: ``owner`` has no such run; None, a client that is nobody, has none.
    """
    found = None if owner is None else services.finished.find(RunId(number), owner=owner)
    if found is None:
        code = "history.off" if services.history is None else "history.gone"
        raise GoneError(Message.of(code))
    return found
