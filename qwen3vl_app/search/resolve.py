"""A question becomes a query: its files are found and decoded, its rules applied, here alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from qwen3vl_app.errors import EmptyQueryError
from qwen3vl_app.search.question_files import MOST_FILES, QuestionFile, read_question_files
from qwen3vl_app.types import Ask, ItemFilter, Kind, Query, WordsMode
from qwen3vl_app.types.query import check_number
from qwen3vl_app.types.question import Question

if TYPE_CHECKING:
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.media.reader import Reader

KnownFiles: TypeAlias = Callable[[Sequence[str]], list[QuestionFile]]
"""From keys to files; raises UsageError where one has gone."""


def no_files(_keys: Sequence[str]) -> list[QuestionFile]:
    """No key is known."""
    return []


def resolve(
    question: Question,
    reader: Reader,
    known: KnownFiles = no_files,
    budget: Callable[[], Budget] | None = None,
) -> Query | ItemFilter:
    """The query, or the filter alone where nothing else is asked: then all that passes is meant.

    Where there is no filter either, that is everything.

    Takes what :func:`resolve_query` takes.

    Raises:
        EmptyQueryError: Only what is not wanted is named.
        AppError: A file of the question cannot be used, or a value is out of its range.
    """
    try:
        return resolve_query(question, reader, known, budget)
    except EmptyQueryError as error:
        if error.code != "query.empty":
            raise
        return question.where


def resolve_query(
    question: Question,
    reader: Reader,
    known: KnownFiles = no_files,
    budget: Callable[[], Budget] | None = None,
) -> Query:
    """The query that the question describes.

    Where its text is empty, no file is given and no item named, the first further query is the
    one.

    Args:
        question: Its numbers are checked here.
        reader: Decodes the files; may take seconds for a clip.
        known: Finds files by their keys.
        budget: Of the model that is asked, such as ``ModelService.embedder_budget``; called where
            there is a clip for it, which may wait for the model to load. None for the reader's.

    Raises:
        EmptyQueryError: There is nothing to look for.
        AppError: A file of the question cannot be used, or a value is out of its range.
    """
    if question.words is WordsMode.ONLY:  # no model is asked, nor waited for
        budget = None
    first, also = _ask(question, question.text, question.files, reader, known, budget=budget), []
    lines = [one for one in question.also if one.text or one.files]
    check_number(len(lines))  # before a file of any is decoded
    for one in lines:
        further = _ask(question, one.text, one.files[:MOST_FILES], reader, known, budget=budget)
        also += [further] if further.text or one.files else []
    if also and not (question.text or question.files or question.like):
        first, *also = also
    return Query(
        text=first.text,
        pictures=first.pictures,
        clips=first.clips,
        passages=first.passages,
        also=tuple(also),
        like=question.like,
        not_like=question.not_like,
        unlike=question.unlike,
        unlike_weight=question.unlike_weight,
        words=question.words,
        filter=with_moments(question.where),
        instruction=question.instruction,
        top_k=question.top,
        depth=max(question.depth, question.top),
        rerank=question.rerank,
        picture_words=question.picture_words,
        collapse=question.collapse,
        quota=question.quota,
    )


def with_moments(where: ItemFilter) -> ItemFilter:
    """The filter, with moments where videos pass: people who ask for videos mean both."""
    moments = {Kind.MOMENT} if Kind.VIDEO in where.kinds else set()
    return replace(where, kinds=where.kinds | moments)


def _ask(
    question: Question,
    text: str,
    keys: Sequence[str],
    reader: Reader,
    known: KnownFiles,
    *,
    budget: Callable[[], Budget] | None,
) -> Ask:
    read = read_question_files(reader, known(keys), question.crops, budget)
    return Ask(text=text, pictures=read.pictures, clips=read.clips, passages=read.texts)
