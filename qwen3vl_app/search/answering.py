"""Which space answers a search: that of the model, or an earlier one while it is being filled."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from qwen3vl_app.errors import ModelError
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.service.protocol import ModelService
from qwen3vl_app.store.protocols import Store
from qwen3vl_app.types import Space

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """The space to search, whose embedder is in memory, and why not that of the model."""

    space: Space
    note: Message = NOTHING
    """Nothing where it is the model's own."""


def choose_space(library: Store, models: ModelService) -> Answering:
    """The model's own space, or the one that holds most while something waits to enter it.

    An earlier space answers as long as it holds more items and its checkpoint is still there; its
    embedder is then loaded beside that of the model, which takes a while at the first search, and
    is let go once the model's own space is complete.

    Raises:
        ModelError: The embedder is not there.
    """
    own = models.space()
    if library.is_complete(own):
        models.unload_beside()
        return Answering(space=own)
    held = dict(library.coverage())
    embedded = held.pop(own, 0)
    fuller = [space for space, items in held.items() if space.checkpoint and items > embedded]
    for space in sorted(fuller, key=lambda one: held[one], reverse=True):
        try:
            models.load_beside(space)
        except ModelError as error:
            log.info("%s cannot answer for now: %s", space.model, error)
        else:
            models.unload_beside(keep=space)
            return Answering(space=space, note=_note(library, space, own, embedded))
    return Answering(space=own)


def _note(library: Store, space: Space, own: Space, embedded: int) -> Message:
    items = sum(library.counts().items.values())
    return Message.of(
        "search.beside",
        model=space.model,
        n=f"{embedded:,}",
        all=f"{items:,}",
        new=own.model,
    )
