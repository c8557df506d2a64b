"""Topics, qrels and runs of TREC, as ``trec_eval`` and the tracks write them.

Columns are parted by blanks, so no id may have one. Topics come as ``id<TAB>words`` or as the
tagged blocks of the ad hoc tracks (``<top> <num> <title> <desc> <narr>``).
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from qwen3vl_app.errors import UsageError
from qwen3vl_app.evaluation.formats.bad_files import Grades, add_new, bad, grade_of, lines, whole
from qwen3vl_app.messages import Message
from qwen3vl_app.types.test_set import Entry, Graded

_BLANKS = (" ", "\t", "\n", "\r")

_TAGS = {
    "num": ("_id", "Number:"),
    "title": ("text", "Topic:"),
    "desc": ("description", "Description:"),
    "narr": ("narrative", "Narrative:"),
}
"""What a tag of a topic becomes, and the word that may stand before its text."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One line of a run."""

    question: str
    document: str
    rank: int
    score: float
    """``trec_eval`` orders by it alone, the greatest first."""

    tag: str
    """Names the system."""


def read_topics(text: str, name: str = "topics") -> tuple[Entry, ...]:
    """The questions of a file of topics, whichever form it has.

    Raises:
        UsageError: Line, column and what was expected there.
    """
    if text.removeprefix("\ufeff").lstrip().startswith("<"):
        return tuple(_tagged(text, name))
    found, seen = [], set[str]()
    for number, line in lines(text):
        topic, tab, words = line.partition("\t")
        if not tab or not topic.strip():
            raise bad(name, number, 1, Message.of("sets.expected.topic"), line)
        add_new(topic.strip(), seen, name, number, 1)
        found.append(Entry({"_id": topic.strip(), "text": words}))
    return tuple(found)


def write_topics(questions: Iterable[Entry]) -> str:
    """A line each, or blocks with tags where any has a description or narrative.

    Raises:
        UsageError: An id has blanks.
    """
    asked = tuple(questions)
    if any("description" in one.said or "narrative" in one.said for one in asked):
        return "\n".join(map(_block, asked))
    return "".join(f"{_id(one.id)}\t{_line(one.text)}\n" for one in asked)


def read_qrels(
    text: str, name: str = "qrels", *, questions: Container[str] | None = None
) -> tuple[Graded, ...]:
    """Grades of these questions, or of any, in the order of the file.

    Raises:
        UsageError: Line, column and what was expected there.
    """
    found = Grades(name=name, columns=(1, 3), questions=questions)
    for number, line in lines(text):
        question, iteration, document, grade = _columns(line, 4, name, number)
        one = Graded(question, document, grade_of(name, number, 4, grade), iteration)
        found.add(number, one)
    return tuple(found.found.values())


def write_qrels(grades: Iterable[Graded]) -> str:
    """A line each.

    Raises:
        UsageError: An id has blanks.
    """
    return "".join(
        f"{_id(one.question)} {_id(one.iteration)} {_id(one.document)} {one.grade}\n"
        for one in grades
    )


def read_run(text: str, name: str = "run") -> tuple[RunRow, ...]:
    """A ranking, in the order of the file.

    Raises:
        UsageError: Line, column and what was expected there.
    """
    found: list[RunRow] = []
    seen: dict[tuple[str, str], set[str]] = {}
    for number, line in lines(text):
        question, _, document, rank, score, tag = _columns(line, 6, name, number)
        # as trec_eval does; a file of ours has both stages, each under its tag
        add_new(document, seen.setdefault((question, tag), set()), name, number, 3)
        row = RunRow(question, document, whole(name, number, 4, rank), _score(score), tag)
        if not math.isfinite(row.score):
            raise bad(name, number, 5, Message.of("sets.expected.score"), score)
        found.append(row)
    return tuple(found)


def write_run(rows: Iterable[RunRow]) -> str:
    """A line each; scores have as many digits as it takes to read the same number again.

    Raises:
        UsageError: An id has blanks.
    """
    return "".join(
        f"{_id(one.question)} Q0 {_id(one.document)} {one.rank} {one.score!r} {_id(one.tag)}\n"
        for one in rows
    )


def in_order(rows: Iterable[RunRow]) -> dict[str, tuple[str, ...]]:
    """The documents of each question as ``trec_eval`` orders them: by score, ties by name."""
    found: dict[str, list[RunRow]] = {}
    for row in rows:
        found.setdefault(row.question, []).append(row)
    # twice, because only one of the two keys can be turned round by its sign
    for ranked in found.values():
        ranked.sort(key=lambda row: row.document, reverse=True)
        ranked.sort(key=lambda row: row.score, reverse=True)
    return {asked: tuple(row.document for row in ranked) for asked, ranked in found.items()}


def _columns(line: str, wanted: int, name: str, number: int) -> list[str]:
    found = [part for part in line.replace("\t", " ").split(" ") if part]
    if len(found) != wanted:
        expected = Message.of("sets.expected.columns", n=wanted)
        raise bad(name, number, min(len(found), wanted) + 1, expected, line)
    return found


def _score(said: str) -> float:
    try:
        return float(said)
    except ValueError:
        return math.nan


def _tagged(text: str, name: str) -> Iterator[Entry]:
    said: dict[str, str] | None = None
    tag, begun, seen = "", 1, set[str]()
    for number, line in lines(text):
        bare = line.strip()
        if bare == "<top>":
            said, tag, begun = {}, "", number
        elif said is None:
            raise bad(name, number, 1, Message.of("sets.expected.top"), line)
        elif bare == "</top>":
            if not said.get("_id"):
                raise bad(name, begun, 1, Message.of("sets.expected.num"), line)
            add_new(said["_id"], seen, name, begun, 1)
            yield Entry(said)
            said = None
        else:
            opened, rest = _opened(bare)
            if tag and not opened and bare.endswith(f"</{tag}>"):
                bare = bare.removesuffix(f"</{tag}>").rstrip()  # closes what began on lines above
                if not bare:
                    continue
            tag = opened or tag
            if tag not in _TAGS:
                raise bad(name, number, 1, Message.of("sets.expected.tag"), line)
            key, word = _TAGS[tag]
            rest = rest.removeprefix(word).strip() if opened else bare
            said[key] = f"{said[key]}\n{rest}" if said.get(key) else rest
    if said is not None:
        raise bad(name, begun, 1, Message.of("sets.expected.end"), "<top>")


def _opened(line: str) -> tuple[str, str]:
    """The tag that a line begins with, and what follows it; no tag where there is none."""
    if not line.startswith("<") or ">" not in line:
        return "", line
    tag, _, rest = line[1:].partition(">")
    rest = rest.removesuffix(f"</{tag}>")
    return ("", line) if tag.startswith("/") else (tag, rest.strip())


def _block(one: Entry) -> str:
    parts = ["<top>", f"<num> Number: {_id(one.id)}", f"<title> {_line(one.text)}"]
    for tag in ("desc", "narr"):
        key, word = _TAGS[tag]
        if key in one.said:
            parts += [f"<{tag}> {word}", str(one.said[key])]
    return "\n".join([*parts, "</top>", ""])


def _id(name: str) -> str:
    if not name or any(sign in name for sign in _BLANKS):
        raise UsageError(Message.of("sets.blank", id=name))
    return name


def _line(text: str) -> str:
    """A text on one line: the format has no way to say more."""
    return " ".join(text.split()) if any(sign in text for sign in ("\n", "\r", "\t")) else text
