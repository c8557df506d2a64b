"""What both models got of an item and of the query: most bad retrieval is bad input."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qwen3vl_app.inspection.subject import Subject
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, QUERY_INSTRUCTION, ModelInput
from qwen3vl_app.types.seen import SeenPrompt


class Of(StrEnum):
    """Of what a prompt is."""

    ITEM = "item"
    QUERY = "query"
    UNLIKE = "unlike"
    """What was not wanted."""

    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shown:
    """One prompt, or why the model has taken none."""

    of: Of
    prompt: SeenPrompt | None
    refused: Message = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenByStage:
    """The prompts of one stage and who gets them."""

    model: str
    prompts: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """Both stages; None for one that took no part in the search."""

    recall: SeenByStage | None
    rerank: SeenByStage | None


def look(subject: Subject) -> Seen:
    """The prompts of both stages, by the code that plans them for a pass; runs no model.

    Raises:
        UnreadableMediaError: The item's file has gone, or is damaged.
        UsageError: An item that the query names cannot be read any more.
        ModelError: A model is not there.
    """
    return Seen(
        recall=_recall(subject) if subject.is_recalled else None,
        rerank=_rerank(subject) if subject.is_judged else None,
    )


def _recall(subject: Subject) -> SeenByStage:
    models, query = subject.models, subject.query
    space = subject.space()

    def shown(of: Of, content: ModelInput, instruction: str) -> Shown:
        found = models.seen_by_embedder(content, instruction=instruction, space=space)
        return _shown(of, found)

    given = query.instruction or QUERY_INSTRUCTION
    prompts = [shown(Of.ITEM, subject.shown(models.embedder_budget()), DOCUMENT_INSTRUCTION)]
    prompts += [
        shown(Of.QUERY, one.model_input, given) for one in query.each if one.has_model_input
    ]
    if query.unlike.strip():
        prompts.append(shown(Of.UNLIKE, ModelInput(texts=(query.unlike.strip(),)), given))
    return SeenByStage(model=space.model, prompts=tuple(prompts))


def _rerank(subject: Subject) -> SeenByStage:
    models = subject.models
    reranker, budget = models.reranker_fingerprint(), models.reranker_budget()
    document = subject.judged(budget)
    prompts = [
        _shown(
            Of.BOTH,
            models.seen_by_reranker(
                query, document, instruction=subject.instruction, reranker=reranker
            ),
        )
        for query in subject.asked(budget)
    ]
    return SeenByStage(model=models.status()[1].name, prompts=tuple(prompts))


def _shown(of: Of, found: SeenPrompt | Message) -> Shown:
    if isinstance(found, Message):
        return Shown(of=of, prompt=None, refused=found)
    return Shown(of=of, prompt=found)
