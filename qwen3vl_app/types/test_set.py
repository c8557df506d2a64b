"""A test set: questions, documents of a collection, and grades, as the field exchanges them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any, ClassVar, Self

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message

MEDIA = ("image", "video", "path")
"""Names under which an entry says where its file is; the last for a file of any type."""

PAGE_MARK = "#page="
"""Stands between path and page where an id is all that is known of a document."""

TREC_RIGHT = 1
"""From this grade on a document is right unless a set says otherwise, as in ``trec_eval``."""

LONGEST_NAME = 100
"""Characters of a set's name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A question or a document, with all that its file says of it, in that order.

    ``_id`` is always there. ``text``, ``title``, ``page`` (from 1) and one of ``MEDIA`` are known;
    whatever else there is stays and is written again.
    """

    said: Mapping[str, Any]

    @property
    def id(self) -> str:
        """What grades name it by."""
        return str(self.said["_id"])

    @property
    def text(self) -> str:
        """Of a question what is asked; of a document its words, where it has no file."""
        return str(self.said.get("text") or "")

    @property
    def title(self) -> str:
        """Of a document."""
        return str(self.said.get("title") or "")

    @property
    def path(self) -> str:
        """Of its file, as it was given: absolute, or from the folder of the set; else empty."""
        return next((str(self.said[name]) for name in MEDIA if self.said.get(name)), "")

    @property
    def page(self) -> int | None:
        """Of a PDF; None where the whole file is meant."""
        page = self.said.get("page")
        return page if isinstance(page, int) else None


@dataclass(frozen=True, slots=True)
class Graded:
    """How relevant a document is to a question; below 1 it is not."""

    question: str
    document: str
    grade: int
    iteration: str = "0"
    """The second column of qrels, which nobody reads but which is kept."""


@dataclass(frozen=True, kw_only=True)
class TestSet:
    """Ids are unique, and grades name questions and documents that are there.

    Raises:
        UsageError: They are not, or the name cannot be used.
    """

    __test__: ClassVar[bool] = False  # pytest takes it for a class of tests otherwise

    name: str
    questions: tuple[Entry, ...]
    documents: tuple[Entry, ...] = ()
    """Empty where grades alone name them, as in TREC's files: their ids are then paths."""

    grades: tuple[Graded, ...] = ()
    collection: str = ""
    """The library's collection that is searched; the whole library where it is empty."""

    base: str = ""
    """Folder from which relative paths begin."""

    right: int = TREC_RIGHT
    split: str = "test"
    """Which of the qrels of a BEIR folder these grades are."""

    ascii: bool = False
    """Whether other letters stand as escapes in the JSON of the files that it came in."""

    texts: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Of files as they came, by their names, where writing the set would give other bytes."""

    made: str = field(default="", compare=False)
    """When it was kept last; ISO 8601, UTC."""

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > LONGEST_NAME or "\n" in self.name:
            raise UsageError(Message.of("sets.name", name=self.name[:LONGEST_NAME]))
        if not self.questions:
            raise UsageError(Message.of("sets.no_questions"))
        questions = _unique(one.id for one in self.questions)
        documents = _unique(one.id for one in self.documents)
        seen: set[tuple[str, str]] = set()
        for one in self.grades:
            if one.question not in questions:
                raise UsageError(Message.of("sets.unknown_question", id=one.question))
            if documents and one.document not in documents:
                raise UsageError(Message.of("sets.unknown_document", id=one.document))
            if (pair := (one.question, one.document)) in seen:
                raise UsageError(
                    Message.of("sets.graded_twice", question=pair[0], document=pair[1])
                )
            seen.add(pair)

    @cached_property
    def graded(self) -> dict[str, dict[str, int]]:
        """Grades by question and document; a question without any is not there."""
        found: dict[str, dict[str, int]] = {}
        for one in self.grades:
            found.setdefault(one.question, {})[one.document] = one.grade
        return found

    @cached_property
    def named(self) -> tuple[Entry, ...]:
        """The documents, or what the grades name where no documents are listed."""
        if self.documents:
            return self.documents
        ids = dict.fromkeys(one.document for one in self.grades)
        return tuple(map(_by_id, ids))

    @cached_property
    def fingerprint(self) -> str:
        """Of what is asked and graded; the name, the collection and the folder do not count."""
        said = {name: found for name, found in self.written().items() if name not in _OUTSIDE}
        return blake2b(json.dumps(said).encode(), digest_size=8).hexdigest()

    def written(self) -> dict[str, Any]:
        """As JSON, which :meth:`read` takes back."""
        return {
            "name": self.name,
            "collection": self.collection,
            "base": self.base,
            "right": self.right,
            "split": self.split,
            "ascii": self.ascii,
            "texts": dict(self.texts),
            "questions": [dict(one.said) for one in self.questions],
            "documents": [dict(one.said) for one in self.documents],
            "grades": [
                [one.question, one.document, one.grade, one.iteration] for one in self.grades
            ],
        }

    @classmethod
    def read(cls, said: Mapping[str, Any], *, made: str = "") -> Self:
        """From its JSON.

        Raises:
            AppError, KeyError, TypeError, ValueError: It is not what this class writes.
        """
        return cls(
            name=said["name"],
            collection=said["collection"],
            base=said["base"],
            right=said["right"],
            split=said["split"],
            ascii=said["ascii"],
            texts=said.get("texts", {}),
            questions=tuple(map(Entry, said["questions"])),
            documents=tuple(map(Entry, said["documents"])),
            grades=tuple(Graded(*row) for row in said["grades"]),
            made=made,
        )


_OUTSIDE = frozenset({"name", "collection", "base", "ascii", "texts"})


def _unique(ids: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise UsageError(Message.of("sets.twice", id=one))
        seen.add(one)
    return seen


def _by_id(name: str) -> Entry:
    """A document of which only the id is known: a path, with the page behind it."""
    path, mark, page = name.rpartition(PAGE_MARK)
    if mark and page.isascii() and page.isdigit():
        return Entry({"_id": name, "path": path, "page": int(page)})
    return Entry({"_id": name, "path": name})
