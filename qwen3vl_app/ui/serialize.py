"""From domain values to the JSON our scripts draw. Pure functions: no gradio, no files.

Numbers stay numbers and places stay places; the scripts phrase them in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias
from unicodedata import normalize

from qwen3vl_app.indexing.progress import IndexProgress
from qwen3vl_app.indexing.words_progress import WordsProgress
from qwen3vl_app.models.service.protocol import ModelStatus
from qwen3vl_app.search.discretion import told
from qwen3vl_app.services import Services
from qwen3vl_app.store.encoding import display
from qwen3vl_app.types import FileOutcome, Item, Kind, PictureText, Query
from qwen3vl_app.types.folding import fold, fold_with_places
from qwen3vl_app.ui.file_keys import key_of
from qwen3vl_app.ui.message_rows import message_row

Json: TypeAlias = dict[str, Any]

SNIPPET = 180
"""Characters; two lines of a card at its widest."""

CONTEXT_LINES = 10
"""Shown before and after a passage."""

LONGEST_LOOKED_AT = 200_000
"""Characters of a text in which a word is looked for to be shown; a page of print has 5,000."""

_LOOKED_AT_ONCE = 2000

_WORD = re.compile(r"(?:\w|[\u0900-\u0dff\u0e31-\u0e4e])+")
"""With the vowel signs of Indic scripts and of Thai, which are no word characters to Python."""
_CJK = "\u2e80"  # from here on, a single character can be a word


SOURCE_DIGITS = 12
"""Of the hash of a file's bytes: enough to tell which of some hundred cards are of one file."""


def item_card(item: Item, words: Sequence[str] = ()) -> Json:
    """What a row or a tile shows of an item."""
    return {
        "id": int(item.id),
        "kind": item.kind.value,
        "source": str(item.content_hash)[:SOURCE_DIGITS],
        "title": name_of(item.path),
        "folder": folder_of(item.path),
        "thumb": item.thumbnail,
        "place": item.place.as_json(),
        "snippet": snippet(item.text or item.picture_text, words),
        "width": item.width,
        "height": item.height,
    }


def thumb_address(item: Item) -> str:
    """Where the small picture of an item is served; empty where it has none."""
    return f"/m/thumb/{item.thumbnail}" if item.thumbnail else ""


def folder_of(path: Path) -> str:
    """The name of the folder that holds a file; empty where folders are not told."""
    return "" if path.parent == Path() else name_of(path.parent)


def name_of(path: Path) -> str:
    """The last part of a path, to read; composed (NFC), as few disks have it."""
    return normalize("NFC", display(Path(path.name)))


def query_words(text: str) -> list[str]:
    """The words of a query that are worth marking in a text, folded, longest first."""
    words = {word for word in _WORD.findall(fold(text)) if len(word) > 2 or word[0] >= _CJK}
    return sorted(words, key=lambda word: (-len(word), word))


def exact_words(query: Query) -> list[str]:
    """What a search for exact words marks: its words and phrases as they stand, folded."""
    terms = {" ".join(fold(term).split()) for one in query.each for term in one.exact_words.wanted}
    worth = (term for term in terms if len(term) > 2 or (term and not term.isascii()))
    return sorted(worth, key=lambda term: (-len(term), term))


def found_in(item: Item, words: Sequence[str]) -> str | None:
    """Where an item has exact words that its text has not.

    ``picture``, ``name``, ``folder`` or ``section``.
    """
    if len(item.text) > LONGEST_LOOKED_AT:
        return None
    text = fold(item.text)
    missing = [word for word in words if word not in text]
    for place, said in (
        ("picture", " ".join(item.picture_text.split())),
        ("name", display(Path(item.path.name))),
        ("section", item.place.section),
        ("folder", display(item.path.parent)),
    ):
        if any(word in fold(said) for word in missing):
            return place
    return None


def snippet(text: str, words: Sequence[str], length: int = SNIPPET) -> str:
    """One line of about ``length`` characters around the first of ``words``, else the start.

    Args:
        text: Any.
        words: Folded, as :func:`query_words` gives them.
        length: Characters at most, beside the dots for what was cut.
    """
    flat = " ".join(text.split())
    hit = _first(flat, words)
    start = max(0, hit - length // 3)
    if start:
        space = flat.find(" ", start)
        start = space + 1 if 0 <= space < start + 20 else start
    cut = flat[start : start + length].rstrip()
    return ("…" if start else "") + cut + ("…" if start + length < len(flat) else "")


def _first(text: str, words: Sequence[str]) -> int:
    """Where the first of these folded words begins; 0 where there is none."""
    for begin in range(0, min(len(text), LONGEST_LOOKED_AT) if words else 0, _LOOKED_AT_ONCE):
        piece = text[begin : begin + _LOOKED_AT_ONCE + SNIPPET]  # a word may stand at the edge
        folded = fold(piece)
        if hits := [at for at in map(folded.find, words) if at >= 0]:
            return begin + fold_with_places(piece)[1][min(hits)]
    return 0


def picture_text_row(found: PictureText | None) -> Json | None:
    """What was read from a picture, with the corners of each line, 0 to 1 of the picture."""
    if found is None:
        return None
    return {
        "outcome": found.outcome.value,
        "reason": message_row(found.reason),
        "lines": [{"text": line.text, "corners": line.corners} for line in found.lines],
    }


def passage_lines(item: Item, siblings: Sequence[Item]) -> list[list[Any]]:
    """Lines ``[number, text, inside]`` of a passage with ``CONTEXT_LINES`` around it.

    The neighbours' passages give the context, so the file is not opened again and a file that
    changed since it was indexed cannot show another text than the one that was found. A line
    whose number is not known for certain has None instead.
    """
    own = numbered_lines(item)
    first, last = item.place.first_line, item.place.last_line
    if first is None or last is None:
        return [[None, text, True] for _, text in own]
    around: dict[int, str] = {}
    for passage in siblings:
        if passage.kind is Kind.PASSAGE:
            around |= {number: text for number, text in numbered_lines(passage) if number}
    before = [n for n in sorted(around) if first - CONTEXT_LINES <= n < first]
    after = [n for n in sorted(around) if last < n <= last + CONTEXT_LINES]
    return [
        *([number, around[number], False] for number in before),
        *([number, text, True] for number, text in own),
        *([number, around[number], False] for number in after),
    ]


def numbered_lines(passage: Item) -> list[tuple[int | None, str]]:
    """The lines of a passage with their numbers in the file, where those are certain.

    A passage keeps one of several blank lines, so it can have fewer lines than its place says;
    then only what stands before the first and after the last blank line can be counted.
    """
    lines = passage.text.splitlines()
    first, last = passage.place.first_line, passage.place.last_line
    if first is None or last is None:
        return [(None, text) for text in lines]
    blanks = [at for at, text in enumerate(lines) if not text.strip()]
    if last - first + 1 == len(lines) or not blanks:
        return list(enumerate(lines, start=first))
    numbers: list[int | None] = [None] * len(lines)
    numbers[: blanks[0]] = range(first, first + blanks[0])
    tail = len(lines) - blanks[-1] - 1
    numbers[len(lines) - tail :] = range(last - tail + 1, last + 1)
    return list(zip(numbers, lines, strict=True))


def sibling_row(item: Item) -> Json:
    """What the page strip, the moment strip and ‹ › need of a neighbour."""
    return {
        "id": int(item.id),
        "kind": item.kind.value,
        "thumb": item.thumbnail,
        "place": item.place.as_json(),
    }


def progress_row(progress: IndexProgress) -> Json:
    """The indexer's snapshot, for the strip."""
    return {
        "rev": progress.rev,
        "state": progress.state.value,
        "files": progress.files,
        "done": progress.done,
        "outcomes": {outcome.value: n for outcome, n in progress.outcomes.items()},
        "items": progress.items,
        "items_total": progress.items_total,
        "rate": progress.rate,
        "left": progress.seconds_left,
        "seconds": progress.seconds,
        "current": progress.current,
        "words": words_row(progress.words),
    }


def words_row(progress: WordsProgress) -> Json:
    """How far words in pictures have been read, for the strip and the Settings screen."""
    return {
        "state": progress.state.value,
        "done": progress.done,
        "total": progress.total,
        "left": progress.seconds_left,
        "message": message_row(progress.message),
    }


def model_rows(services: Services, *, coming: bool = False) -> list[Json]:
    """The models, or those that are on their way, for the strip and the Settings screen.

    Strangers see no folder.
    """
    known = services.models.coming() if coming else services.models.status()
    return [
        model_row(discreet_status(one) if services.settings.read_only else one) for one in known
    ]


def discreet_status(status: ModelStatus) -> ModelStatus:
    """The same without the folder of a checkpoint, by which a model may be called."""
    name = re.split(r"[/\\]", status.name.rstrip("/\\"))[-1]
    return replace(status, name=name, detail=told(status.detail))


def model_row(status: ModelStatus) -> Json:
    """One model, for the strip and the Settings screen."""
    return {
        "role": status.role,
        "name": status.name,
        "state": status.state.value,
        "detail": message_row(status.detail),
        "bundled": status.bundled,
        "memory": status.memory_bytes,
    }


def outcome_row(outcome: FileOutcome) -> Json:
    """One row of the outcome table."""
    return {
        "key": key_of(outcome.path),
        "path": display(outcome.path),
        "name": name_of(outcome.path),
        "outcome": outcome.outcome.value,
        "reason": message_row(outcome.reason),
        "when": outcome.when,
    }


def by_value(counts: Mapping[Any, int]) -> dict[str, int]:
    """Counts with the enum members' values as keys."""
    return {str(getattr(key, "value", key)): count for key, count in counts.items()}
