"""A question of a test set, asked through the search that serves the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen3vl_app.errors import AppError, UsageError
from qwen3vl_app.evaluation.pool import Stage
from qwen3vl_app.messages import Message
from qwen3vl_app.search.engine import Cancelled, SearchEngine, never
from qwen3vl_app.search.question_files import QuestionFile
from qwen3vl_app.search.resolve import KnownFiles, resolve_query
from qwen3vl_app.types import MOST_RESULTS, Hit, SearchUpdate
from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.reading import FILTERS
from qwen3vl_app.types.test_set import Entry, TestSet

if TYPE_CHECKING:
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.models.service.protocol import ModelService
    from qwen3vl_app.store.library import Library

SETTINGS = frozenset(
    {
        *("depth", "rerank", "instruction", "words", "picture_words", "collapse", "quota"),
        *("unlike", "unlike_weight"),
        *(name for name in FILTERS if name != "collection"),
    }
)
"""What a file of settings may say: how to look, never what for."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What searches; the same that the page has."""

    library: Library
    engine: SearchEngine
    reader: Reader
    models: ModelService


def checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings for all questions of a set.

    Raises:
        UsageError: One of them is none, or its value means nothing.
    """
    if strange := sorted(str(name)[:40] for name in settings.keys() - SETTINGS):
        names = ", ".join(sorted(SETTINGS))
        raise UsageError(Message.of("evaluate.setting", name=strange[0], names=names))
    Question.read(settings)
    return dict(settings)


def question_of(entry: Entry, test_set: TestSet, settings: Mapping[str, Any]) -> Question:
    """What is asked. Near copies stand for themselves unless the settings say otherwise.

    Raises:
        UsageError: A setting means nothing.
    """
    depth = min(Question.read(settings).depth, MOST_RESULTS)
    own = {"instruction": entry.said.get("instruction")}
    said = {"collapse": False, **own, **settings, "depth": depth, "top": depth}
    where = {"collection": test_set.collection} if test_set.collection else {}
    files = [str(Path(test_set.base or "/") / entry.path)] if entry.path else []
    return Question.read({**said, **where, "text": entry.text, "files": files})


def ask(parts: Parts, question: Question, *, cancelled: Cancelled = never) -> SearchUpdate:
    """The last update of a search; once it is cancelled, as far as it has come.

    Raises:
        AppError: It cannot be asked, or was to be reranked and was not.
    """
    query = resolve_query(
        question, parts.reader, known_files(parts.library), parts.models.embedder_budget
    )
    *_, last = parts.engine.search(query, cancelled=cancelled)
    if cancelled():
        return last
    if question.rerank and last.hits and all(hit.score is None for hit in last.hits):
        why = last.notes[-1] if last.notes else Message.of("evaluate.unscored")
        raise AppError(why)
    return last


def ranked(update: SearchUpdate) -> dict[Stage, tuple[tuple[ItemId, float], ...]]:
    """Both rankings with what ordered them: similarity, and the reranker's logit.

    What the reranker did not judge stands behind what it did, in the order of recall; near copies
    stand right behind what they are copies of.
    """
    recalled = sorted(update.hits, key=lambda hit: hit.recall_rank)
    found = {Stage.RECALL: _with_copies(recalled, [hit.similarity for hit in recalled])}
    if any(hit.rank is not None for hit in recalled):
        judged = sorted(recalled, key=lambda hit: (hit.rank is None, hit.rank or 0))
        logits = [None if hit.score is None else hit.score.logit for hit in judged]
        found[Stage.RERANK] = _with_copies(judged, logits)
    return found


def _with_copies(
    hits: Sequence[Hit], scores: Sequence[float | None]
) -> tuple[tuple[ItemId, float], ...]:
    found: dict[ItemId, float] = {}
    last = 0.0
    for hit, score in zip(hits, scores, strict=True):
        last = last if score is None else float(score)
        for item in (hit.item, *hit.copies):
            found.setdefault(item.id, last)
    return tuple(found.items())


def known_files(library: Library) -> KnownFiles:
    """Finds files of questions by path, or by the key that the history gave them."""

    def known(keys: Sequence[str]) -> list[QuestionFile]:
        files = []
        for key in keys:
            path = Path(key)
            kept = None if path.exists() else library.runs.files.find(key)
            files.append(QuestionFile(key, kept or path))
        return files

    return known
