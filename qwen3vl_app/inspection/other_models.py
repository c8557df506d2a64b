"""Says that other models than the present ones answered a search that is looked into."""

from __future__ import annotations

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.service.protocol import ModelService
from qwen3vl_app.types.run import Run


def other_models(run: Run, models: ModelService) -> Message:
    """Which models answered a run, and which are asked now; nothing where these are the same.

    Of two spaces of one model, that its settings or its adapter differ. Before the embedder has
    loaded, nothing is known of its space, and nothing is said of it.
    """
    space, (embedder, reranker) = models.loaded_space(), models.status()
    was, now = [], []
    if run.space and space is not None and run.space != space.fingerprint:
        was.append(run.model)
        now.append(embedder.name)
    if run.reranker and run.reranker != reranker.name:
        was.append(run.reranker)
        now.append(reranker.name)
    if not was:
        return NOTHING
    if was == now:
        return Message.of("inspect.other_settings", name=was[0])
    return Message.of("inspect.other_models", was=", ".join(was), now=", ".join(now))
