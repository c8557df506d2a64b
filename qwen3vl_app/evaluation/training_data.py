"""Grades of a library as training data: questions with what is right and what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from qwen3vl_app.evaluation.formats.training import Example, Input
from qwen3vl_app.evaluation.judgements import settled
from qwen3vl_app.evaluation.resolving import resolved
from qwen3vl_app.types.disk import Kind
from qwen3vl_app.types.ids import ItemId
from qwen3vl_app.types.judgement import RIGHT, Judgement
from qwen3vl_app.types.library import Item
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.test_set import TestSet

if TYPE_CHECKING:
    from qwen3vl_app.store.library import Library

PagePicture = Callable[[Item], str]
"""Path of a picture of a page, which no trainer can open by itself; empty where there is none."""

VIDEO_ENDINGS = frozenset({".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".gif"})
"""Of files of a question, which are asked about without being decoded."""


def of_judgements(
    library: Library, judgements: Iterable[Judgement], page_picture: PagePicture
) -> list[Example]:
    """What people have graded: 2 and 3 are right, 0 is wrong, and 1 is left out.

    What was graded 0 stood among the first hits of a stage, so these negatives are hard.
    """
    found: list[Example] = []
    grades = settled(judgements)
    ids = [*dict.fromkeys(item for given in grades.values() for item in given)]
    inputs = _inputs(library, ids, page_picture)
    for asked, given in grades.items():
        query = _asked(asked, library)
        right = [
            inputs[item] for item, grade in given.items() if grade >= RIGHT and item in inputs
        ]
        wrong = [inputs[item] for item, grade in given.items() if grade == 0 and item in inputs]
        found += _examples(query, right, wrong)
    return found


def of_set(library: Library, test_set: TestSet, page_picture: PagePicture) -> list[Example]:
    """What a test set has graded; documents of several items are left out.

    Only what is graded below 1 is a negative: what nobody graded may well be right.
    """
    standing = library.standing(test_set.collection or None)
    documents = resolved(test_set, standing, library.uploads)
    items: dict[str, list[ItemId]] = {}
    for item, name in documents.document_of.items():
        items.setdefault(name, []).append(item)
    single = {name: own[0] for name, own in items.items() if len(own) == 1}
    inputs = _inputs(library, [*single.values()], page_picture)
    by_document = {name: inputs[item] for name, item in single.items() if item in inputs}
    found: list[Example] = []
    for one in test_set.questions:
        given = test_set.graded.get(one.id, {})
        known = {name: grade for name, grade in given.items() if name in by_document}
        query = _with_files(one.text, [f"{test_set.base}/{one.path}"] if one.path else [])
        right = [by_document[name] for name, grade in known.items() if grade >= test_set.right]
        wrong = [by_document[name] for name, grade in known.items() if grade < 1]
        found += _examples(query, right, wrong)
    return found


def _examples(query: Input, right: Sequence[Input], wrong: Sequence[Input]) -> Iterator[Example]:
    for one in right:
        yield Example(query=query, positive=one, negatives=tuple(wrong))


def _asked(asked: str, library: Library) -> Input:
    question = Question.read(json.loads(asked))
    texts = [question.text, *(one.text for one in question.also)]
    files = [str(library.runs.files.find(key) or key) for key in question.keys]
    return _with_files(" ".join(filter(None, texts)), files)


def _with_files(text: str, files: Sequence[str]) -> Input:
    videos = tuple(one for one in files if _ending(one) in VIDEO_ENDINGS)
    return Input(text=text, images=tuple(one for one in files if one not in videos), videos=videos)


def _ending(path: str) -> str:
    return f".{path.rpartition('.')[2].lower()}"


def _inputs(
    library: Library, ids: Sequence[ItemId], page_picture: PagePicture
) -> Mapping[ItemId, Input]:
    """Of items that a trainer can open: moments are left out, for no format names a part."""
    found = {}
    for number, item in library.items(ids).items():
        if item.kind is Kind.PASSAGE:
            one = Input(text=item.text)
        elif item.kind is Kind.PICTURE:
            one = Input(images=(str(item.path),))
        elif item.kind is Kind.VIDEO:
            one = Input(videos=(str(item.path),))
        elif item.kind is Kind.PAGE:
            picture = page_picture(item)
            one = Input(images=(picture,)) if picture else Input()
        else:
            one = Input()
        if one:
            found[number] = one
    return found
