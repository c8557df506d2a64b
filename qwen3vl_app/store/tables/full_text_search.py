"""Exact words in texts, names and pictures. Callers must hold the library's lock.

Words are looked for one by one, each as a phrase in the full-text indexes, and the sets of items
are put together here. So no text of a person is ever read as FTS5's query language, and a word in
a passage goes together with one in the name of its folder.
"""

from __future__ import annotations

import math
import re
import sqlite3
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.encoding import storable
from qwen3vl_app.store.tables.full_text_index import spaced
from qwen3vl_app.store.tables.full_text_names import Names
from qwen3vl_app.types import ExactWords, ItemId
from qwen3vl_app.types.folding import fold

LONGEST_TERM = 200
"""Characters of one word or phrase that are looked for."""

INSIDE_WORD = 0.5
"""What a match inside of a longer word counts beside one of the whole word: ``art`` should find
art before parties."""

MOST_SIGNS = 4
"""Words of one or two signs that are no letters: no index knows them, so each costs reading all
texts: four of them 0.15 to 0.21 s of a processor for 6,000 passages of 150 words."""

LONGEST_SECONDS = 2.0
"""CPU time after which looking for words is given up: the library is locked for all others until
then."""

LONGEST_WAIT = 10.0
"""Seconds by the clock, after which it is given up in any case, as on a disk that is slow."""

_OPERATIONS = 10_000
"""Of SQLite between two looks at the clock: well under a millisecond."""

_TRIGRAM = 3

_JOINED = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
"""``well-known`` is also looked for as ``wellknown``, as a page of a PDF may have it."""

_INDEX = "SELECT rowid, -bm25({table}) FROM {table} WHERE {table} MATCH ?"  # bm25: lower is better
_ROWS = "SELECT rowid FROM {table} WHERE {table} MATCH ?"

_IN_PICTURES = {"whole_word": "picture_word", "fragment": "picture_fragment"}
"""By index of texts and names: that of the words that were read from pictures."""

_LIVING = " AND rowid IN (SELECT item FROM wording)"
"""Only living items have a wording; what was read from a picture stays until that is deleted."""


def matching(
    conn: sqlite3.Connection, words: ExactWords, names: Names | None = None
) -> list[ItemId]:
    """Living items with all that is wanted and nothing that is not, best first.

    Ordered by the sum of BM25 over the words, newer items first where that is equal. Costs
    milliseconds; a word of one or two signs that are no letters costs reading all texts.

    Args:
        conn: The library's.
        words: What is looked for.
        names: Where folders are not told: the names to look at instead of whole paths. Then
            neither the order nor the time taken depends on any folder.

    Raises:
        UsageError: There are too many such signs, or it takes too long.
    """
    with _bounded(conn, words):
        return _matching(conn, words, names)


def containing(
    conn: sqlite3.Connection, terms: tuple[str, ...], names: Names | None = None
) -> set[int]:
    """Living items with any of these terms as whole words: ``-art`` keeps parties.

    Raises:
        UsageError: As ``matching``.
    """
    with _bounded(conn, ExactWords(unwanted=terms)):
        return _containing(conn, terms, names)


def _matching(conn: sqlite3.Connection, words: ExactWords, names: Names | None) -> list[ItemId]:
    totals: dict[int, float] | None = None
    for term in words.wanted:
        scores = _scores(conn, term, names)
        if totals is not None:
            scores = {item: totals[item] + s for item, s in scores.items() if item in totals}
        if not scores:
            return []
        totals = scores
    without = _containing(conn, words.unwanted, names)
    left = {item: total for item, total in (totals or {}).items() if item not in without}
    return [ItemId(item) for item in sorted(left, key=lambda item: (-left[item], -item))]


def _containing(conn: sqlite3.Connection, terms: tuple[str, ...], names: Names | None) -> set[int]:
    return {item for term in terms for item in _with_term(conn, term, names)}


def _scores(conn: sqlite3.Connection, term: str, names: Names | None) -> dict[int, float]:
    """How well items match one word or phrase, 0 and more; what does not match is not there."""
    return {
        item: score
        for text in _readings(term)
        for item, score in _scores_as(conn, text, names).items()
    }


def _scores_as(conn: sqlite3.Connection, text: str, names: Names | None) -> dict[int, float]:
    lettered = _is_lettered(text)
    scores: dict[int, float] = {}
    if len(text) >= _TRIGRAM:
        found = _ranked(conn, "fragment", text, names)
        scores = {item: INSIDE_WORD * score for item, score in found.items()}
    if lettered:
        scores |= _ranked(conn, "whole_word", text, names)
    elif len(text) < _TRIGRAM:
        scores = dict.fromkeys(_scan(conn, text, names), 0.0)
    return scores


def _with_term(conn: sqlite3.Connection, term: str, names: Names | None) -> set[int]:
    return {item for text in _readings(term) for item in _with_text(conn, text, names)}


def _with_text(conn: sqlite3.Connection, text: str, names: Names | None) -> set[int]:
    if not _is_lettered(text) and len(text) < _TRIGRAM:
        return _scan(conn, text, names)
    table = "whole_word" if _is_lettered(text) else "fragment"
    return _rows(conn, table, text, names)


def _ranked(
    conn: sqlite3.Connection, table: str, text: str, names: Names | None
) -> dict[int, float]:
    if names is None:
        pictures = _INDEX.format(table=_IN_PICTURES[table]) + _LIVING
        scores = dict(conn.execute(pictures, (as_phrase(text),)).fetchall())
        for item, score in conn.execute(_INDEX.format(table=table), (as_phrase(text),)):
            scores[item] = max(score, scores.get(item, score))
        return scores
    # SQLite's BM25 knows the length of the whole path; a rarer word still counts for more.
    found = _rows(conn, table, text, names)
    rarity = math.log1p((len(names) - len(found) + 0.5) / (len(found) + 0.5)) if found else 0.0
    return dict.fromkeys(found, rarity)


def _rows(conn: sqlite3.Connection, table: str, text: str, names: Names | None) -> set[int]:
    phrase = as_phrase(text) if names is None else f"text : {as_phrase(text)}"
    found = {row[0] for row in conn.execute(_ROWS.format(table=table), (phrase,))}
    found |= _in_pictures(conn, table, text)
    if names is None:
        return found
    return found | (names.with_words(text) if table == "whole_word" else names.with_part(text))


def _in_pictures(conn: sqlite3.Connection, table: str, text: str) -> set[int]:
    sql = _ROWS.format(table=_IN_PICTURES[table]) + _LIVING
    return {row[0] for row in conn.execute(sql, (as_phrase(text),))}


def _scan(conn: sqlite3.Connection, text: str, names: Names | None) -> set[int]:
    sql = "SELECT item FROM wording WHERE instr(text, ?1)"
    if names is None:
        sql += " OR instr(name, ?1)"
    seen = "SELECT item AS rowid FROM picture_text WHERE instr(words, ?1)" + _LIVING
    found = {row[0] for row in conn.execute(f"{sql} UNION ALL {seen}", (text,))}
    return found if names is None else found | names.with_part(text)


@contextmanager
def _bounded(conn: sqlite3.Connection, words: ExactWords) -> Iterator[None]:
    """Keep what looking for these words costs within bounds.

    Raises:
        UsageError: It would go beyond them, or went.
    """
    _check_signs(words)
    worked, waited = time.thread_time() + LONGEST_SECONDS, time.monotonic() + LONGEST_WAIT

    def is_over() -> bool:
        return time.thread_time() > worked or time.monotonic() > waited

    conn.set_progress_handler(is_over, _OPERATIONS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
            raise
        raise UsageError(
            Message.of(
                "words.slow",
                n=len(words.wanted) + len(words.unwanted),
                seconds=f"{LONGEST_SECONDS:.0f}",
            )
        ) from error
    finally:
        conn.set_progress_handler(None, _OPERATIONS)


def _check_signs(words: ExactWords) -> None:
    terms = [readable(term) for term in (*words.wanted, *words.unwanted)]
    signs = {text for text in terms if len(text) < _TRIGRAM and not _is_lettered(text)}
    if len(signs) > MOST_SIGNS:
        raise UsageError(
            Message.of("words.signs", count=len(signs), such=min(signs), most=MOST_SIGNS)
        )


def readable(term: str) -> str:
    """A word as the indexes hold it."""
    return storable(spaced(fold(term[:LONGEST_TERM])))


def _readings(term: str) -> list[str]:
    """A word in every way in which the indexes may hold it, as it was asked for last."""
    text = readable(term)
    return list(dict.fromkeys([_JOINED.sub("", text), text]))


def as_phrase(text: str) -> str:
    """A text as FTS5 looks for it: all its words, one behind the other."""
    return '"' + text.replace('"', '""') + '"'


def _is_lettered(text: str) -> bool:
    """Whether ``unicode61`` sees all of it: letters, digits and marks. The rest it passes over."""
    return all(
        character == " " or unicodedata.category(character)[0] in "LNM" for character in text
    )
