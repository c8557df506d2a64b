"""What people say of hits: grades of items, each for a question."""

from __future__ import annotations

import json
from dataclasses import dataclass

from qwen3vl_app.types.ids import ContentHash, ItemId
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import HERE, Owner

GRADES = range(4)
"""0 not relevant, 1 somewhat, 2 relevant, 3 exactly right."""

RIGHT = 2
"""From this grade on an item is right where a measure knows only right and wrong, as in the deep
learning tracks of TREC, which have the same four grades."""

_WANTED = ("text", "files", "also", "like", "not_like", "unlike", "crops")
"""What of a question says what is looked for. The rest says how to look, or where: a grade holds
whatever the settings are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One grade."""

    asked: str
    """As ``asked_key`` has it."""

    content: ContentHash
    ordinal: int
    """With the content it names the item, also after that was removed and indexed again."""

    item: ItemId | None
    """Its number now; None where the library does not have it."""

    judge: str
    """What the person is called."""

    grade: int
    note: str
    when: str
    """ISO 8601, UTC."""

    owner: Owner = HERE


def asked_key(question: Question) -> str:
    """What a question looks for, as JSON; equal for one question under different settings."""
    said = question.written()
    wanted = {name: said[name] for name in _WANTED if name in said}
    return json.dumps(wanted, sort_keys=True)


def asked_text(asked: str) -> str:
    """The words of what ``asked_key`` gave; empty where it has none."""
    said = json.loads(asked)
    words = [said.get("text", ""), *(one.get("text", "") for one in said.get("also", ()))]
    return " + ".join(filter(None, words))
