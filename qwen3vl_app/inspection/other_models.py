"""Says that other models than the present ones answered a search that is looked into."""

from __future__ import annotations

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.service.protocol import ModelService, ModelStatus
from qwen3vl_app.types.run import Run


def other_models(run: Run, models: ModelService) -> Message:
    """Which models answered a run, and which are asked now; nothing where these are the same.

    Of two that have one name, that settings or adapters differ. Before a model has loaded, only
    the name of it is known.
    """
    space, (embedder, reranker) = models.loaded_space(), models.status()
    was, now = [], []
    if run.space and space is not None and run.space != space.fingerprint:
        was.append(run.model)
        now.append(embedder.name)
    if not is_judged_by(run, reranker):
        was.append(run.reranker)
        now.append(reranker.name)
    if not was:
        return NOTHING
    if was == now:
        return Message.of("inspect.other_settings", name=was[0])
    return Message.of("inspect.other_models", was=", ".join(was), now=", ".join(now))


def is_judged_by(run: Run, reranker: ModelStatus) -> bool:
    """Whether this is the reranker of a run; also where nothing was reranked.

    By its fingerprint, which knows adapters; by its name where one of the two has none: runs of
    early versions, models that have not loaded yet.
    """
    if not run.reranker:
        return True
    if run.reranker_fingerprint and reranker.fingerprint:
        return run.reranker_fingerprint == reranker.fingerprint
    return run.reranker == reranker.name
