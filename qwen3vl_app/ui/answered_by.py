"""What answers one side of a comparison: which vectors, seen how, judged at which size."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from qwen3vl_app.errors import UsageError
from qwen3vl_app.index.formats import StorageSetting, VectorFormat
from qwen3vl_app.messages import Message
from qwen3vl_app.search.otherwise import Otherwise
from qwen3vl_app.services import Services
from qwen3vl_app.store.views import seconds_to_read, view_costs
from qwen3vl_app.types import Space
from qwen3vl_app.types.model_choice import ModelChoice
from qwen3vl_app.ui.failures import GoneError
from qwen3vl_app.ui.reranker_choices import reranker_choices
from qwen3vl_app.ui.serialize import Json


class AnsweredBy(BaseModel):
    """What of a side is otherwise, beside its question. Empty is as usual."""

    space: Annotated[str, Field(max_length=200)] = ""
    """Fingerprint of the space."""

    dimension: Annotated[int, Field(ge=1, le=65_536)] | None = None
    """Leading dimensions that count; None for as many as the index keeps."""

    format: VectorFormat | None = None
    """None for that of the index."""

    reranker: Annotated[str, Field(max_length=200)] = ""
    """Key of the one that judges, as ``RerankerChoice`` has it."""

    pixels: Literal[1, 2, 4] = 1
    """As ``Otherwise.pixels``."""

    @property
    def has_view(self) -> bool:
        """Whether its vectors are seen otherwise than the index keeps them."""
        return self.dimension is not None or self.format is not None


def check_answered(services: Services, by: AnsweredBy) -> None:
    """See that it can answer, before anything begins.

    Raises:
        GoneError: There are no vectors of that space, or the reranker is not here.
        UsageError: The vectors have fewer dimensions.
    """
    space = _named(services, by)
    _judge(services, by)
    if space is not None and by.dimension is not None and by.dimension > space.dimension:
        raise UsageError(
            Message.of("storage.dimensions", n=str(by.dimension), most=str(space.dimension))
        )


def otherwise_by(services: Services, by: AnsweredBy) -> Otherwise:
    """What answers; reads the vectors where they are to be seen in another view.

    Raises:
        GoneError: There are no vectors of that space any more, or the reranker is not here.
        UsageError: There are too many vectors to be seen so.
        ModelError: The embedder is not there.
    """
    space, reranker = _named(services, by), _judge(services, by)
    if not by.has_view:
        return Otherwise(space=space, reranker=reranker, pixels=by.pixels)
    if space is None:
        space = services.models.space()
    kept = services.library.storage.setting()
    setting = StorageSetting(
        dimension=by.dimension or kept.dimension,
        format=by.format or kept.format,
        exact=kept.exact,
    )
    store = services.library.viewed(space, setting)
    return Otherwise(space=space, store=store, reranker=reranker, pixels=by.pixels)


def space_rows(services: Services) -> Json:
    """The spaces and rerankers that may answer, and how the index keeps vectors of all spaces."""
    kept = services.library.storage.setting()
    total = sum(services.library.counts().items.values())
    return {
        "spaces": [_row(services, *one, total) for one in services.library.coverage()],
        "rerankers": [one.row for one in reranker_choices(services)],
        "kept": {"dimension": kept.dimension, "format": kept.format.value},
    }


def _named(services: Services, by: AnsweredBy) -> Space | None:
    if not by.space:
        return None
    for space, _ in services.library.coverage():
        if space.fingerprint == by.space:
            return space
    raise GoneError(Message.of("compare.no_space"))


def _judge(services: Services, by: AnsweredBy) -> ModelChoice | None:
    if not by.reranker:
        return None
    for one in reranker_choices(services):
        if one.key == by.reranker:
            return None if one.own else one.choice
    raise GoneError(Message.of("compare.no_reranker"))


def _row(services: Services, space: Space, items: int, total: int) -> Json:
    """A space, how much of the library it holds, and the views of it with what they cost."""
    own = services.models.loaded_space()
    return {
        "fingerprint": space.fingerprint,
        "model": space.model,
        "adapter": Path(ModelChoice.from_text(space.checkpoint).adapter).name,
        "dimension": space.dimension,
        "items": items,
        "all": total,
        "own": own is not None and own.fingerprint == space.fingerprint,
        "seconds": seconds_to_read(space, items),
        "views": [
            {
                "dimension": one.dimension,
                "format": one.setting.format.value,
                "bytes": one.item_bytes,
            }
            for one in view_costs(space, items)
        ],
    }
