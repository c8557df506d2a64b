"""Grades as training data: (query, positive, hard negatives), one JSON object a line.

Two forms. *sentence-transformers*: ``anchor``, ``positive``, ``negative_1`` …, every line with the
same names, an input being a text, or where any has a file an object of ``text``, ``image`` and
``video``. *ms-swift*,
which trains Qwen3-VL-Embedding and Qwen3-VL-Reranker: ``messages``, ``positive_messages`` and
``negative_messages`` with ``<image>`` and ``<video>`` where the paths beside them belong.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


class Trainer(StrEnum):
    """Whose format it is."""

    SENTENCE_TRANSFORMERS = "sentence-transformers"
    SWIFT = "swift"


MOST_NEGATIVES = 7
"""Of one line; as many as ms-swift takes by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What a model is given: words, and paths of files."""

    text: str = ""
    images: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text or self.images or self.videos)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question with one right answer, and what was found for it but is wrong."""

    query: Input
    positive: Input
    negatives: tuple[Input, ...] = ()
    instruction: str = ""


def write_training(examples: Iterable[Example], trainer: Trainer) -> str:
    """The lines of a file."""
    found = [one for one in examples if one.query and one.positive]
    rows = _columns(found) if trainer is Trainer.SENTENCE_TRANSFORMERS else map(_messages, found)
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def _columns(examples: Sequence[Example]) -> Iterator[Json]:
    """Lines of equal names.

    Each has as many negatives as the example with the fewest, so that none is left out: one with
    more makes several lines. Examples without any have the last say only where all are such.
    """
    with_some = [one for one in examples if one.negatives]
    width = min((len(one.negatives) for one in with_some), default=0)
    width = min(width, MOST_NEGATIVES)
    inputs = [i for one in examples for i in (one.query, one.positive, *one.negatives)]
    # a column of texts and objects is one that no reader of JSON lines takes
    write = _object if any(one.images or one.videos for one in inputs) else _text
    for one in with_some or examples:
        for begin in range(0, max(1, len(one.negatives)), max(1, width)):
            # the last line is filled from the beginning
            shown = (one.negatives * 2)[begin : begin + width]
            yield {
                "anchor": write(one.query),
                "positive": write(one.positive),
                **{f"negative_{n}": write(wrong) for n, wrong in enumerate(shown, start=1)},
            }


def _text(one: Input) -> str | Json:
    return one.text


def _object(one: Input) -> str | Json:
    said: Json = {}
    if one.text:
        said["text"] = one.text
    for name, paths in (("image", one.images), ("video", one.videos)):
        if paths:
            said[name] = paths[0] if len(paths) == 1 else list(paths)
    return said


def _messages(one: Example) -> Json:
    """A line for ms-swift; media lists are there where there are media."""
    told = [{"role": "system", "content": one.instruction}] if one.instruction else []
    row: Json = {"messages": [*told, _user(one.query)]}
    for name, paths in (("images", one.query.images), ("videos", one.query.videos)):
        if paths:
            row[name] = list(paths)
    for prefix, inputs in (("positive", (one.positive,)), ("negative", one.negatives)):
        if not inputs:
            continue
        row[f"{prefix}_messages"] = [[_user(each)] for each in inputs]
        for name, listed in (
            ("images", [list(each.images) for each in inputs]),
            ("videos", [list(each.videos) for each in inputs]),
        ):
            if any(listed):
                row[f"{prefix}_{name}"] = listed
    return row


def _user(one: Input) -> Json:
    marks = "<video>" * len(one.videos) + "<image>" * len(one.images)
    return {"role": "user", "content": f"{marks}{one.text}"}
