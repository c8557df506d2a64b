"""Under which model, index and settings something was found, so that a change is seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qwen3vl_app import __version__

if TYPE_CHECKING:
    from qwen3vl_app.models.service.protocol import ModelService
    from qwen3vl_app.store.library import Library

NAMES = (
    *("model", "space", "reranker", "reranker_fingerprint", "index", "items", "settings"),
    *("version", "questions"),
)
"""All that is compared, in the order in which it is said."""


def conditions(
    library: Library,
    models: ModelService,
    settings: Mapping[str, Any],
    *,
    rerank: bool,
    questions: str = "",
) -> dict[str, Any]:
    """What holds now. Waits for the models to load.

    Args:
        library: Is searched.
        models: Search it.
        settings: Of the question, such as depth and instruction.
        rerank: Whether the reranker takes part.
        questions: Fingerprint of what is asked.

    Raises:
        ModelError: A model that takes part is not there.
    """
    space = models.space()
    setting = library.storage.setting()
    dimension = setting.dimension_of(space.dimension)
    return {
        "model": space.model,
        "space": space.fingerprint,
        "reranker": models.status()[1].name if rerank else "",
        "reranker_fingerprint": models.reranker_fingerprint() if rerank else "",
        "index": f"{setting.format.value}/{dimension}{'/exact' if setting.exact else ''}",
        "items": sum(library.count_items().values()),
        "settings": dict(settings),
        "version": __version__,
        "questions": questions,
    }


def changed(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of what is otherwise than it was; none where there was nothing before."""
    if before is None:
        return ()
    return tuple(name for name in NAMES if before.get(name) != now.get(name))
