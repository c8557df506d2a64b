"""Exact words in texts and names. Every function wants the library's lock held.

Words are looked for one by one, each as a phrase in both full-text indexes, and the sets of items
are put together here. So no text of a person is ever read as FTS5's query language, and a word in
a passage goes together with one in the name of its folder.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata

from qwen3vl_app.store.encoding import storable
from qwen3vl_app.store.wording import spaced
from qwen3vl_app.types import ExactWords, ItemId
from qwen3vl_app.types.folding import fold

LONGEST_TERM = 200
"""Characters of one word or phrase that are looked for."""

INSIDE_WORD = 0.5
"""What a match inside of a longer word counts beside one of the whole word: ``art`` should find
art before parties."""

_TRIGRAM = 3

_JOINED = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
"""``well-known`` is also looked for as ``wellknown``, as a page of a PDF may have it."""

_INDEX = "SELECT rowid, -bm25({table}) FROM {table} WHERE {table} MATCH ?"  # bm25: lower is better


def matching(conn: sqlite3.Connection, words: ExactWords) -> list[ItemId]:
    """Living items with all that is wanted and nothing that is not, best first.

    Ordered by the sum of BM25 over the words, newer items first where that is equal. Costs
    milliseconds; a word of one or two signs that are no letters costs reading all texts.
    """
    totals: dict[int, float] | None = None
    for term in words.wanted:
        scores = _scores(conn, term)
        if totals is not None:
            scores = {item: totals[item] + s for item, s in scores.items() if item in totals}
        if not scores:
            return []
        totals = scores
    without = containing(conn, words.unwanted)
    left = {item: total for item, total in (totals or {}).items() if item not in without}
    return [ItemId(item) for item in sorted(left, key=lambda item: (-left[item], -item))]


def containing(conn: sqlite3.Connection, terms: tuple[str, ...]) -> set[int]:
    """Living items with any of these terms as whole words: ``-art`` keeps parties."""
    return {item for term in terms for item in _scores(conn, term, whole=True)}


def _scores(conn: sqlite3.Connection, term: str, *, whole: bool = False) -> dict[int, float]:
    """How well items match one word or phrase, 0 and more; what does not match is not there."""
    folded = storable(fold(term[:LONGEST_TERM]))
    joined = _JOINED.sub("", folded)
    scores = {} if joined == folded else _scores_as(conn, joined, whole=whole)
    return scores | _scores_as(conn, folded, whole=whole)


def _scores_as(conn: sqlite3.Connection, folded: str, *, whole: bool) -> dict[int, float]:
    text = spaced(folded)
    phrase = '"' + text.replace('"', '""') + '"'
    scores: dict[int, float] = {}
    lettered = _is_lettered(text)
    if len(text) >= _TRIGRAM and not (whole and lettered):
        rows = conn.execute(_INDEX.format(table="fragment"), (phrase,))
        scores = {item: INSIDE_WORD * score for item, score in rows}
    if lettered:
        scores |= dict(conn.execute(_INDEX.format(table="whole_word"), (phrase,)).fetchall())
    elif len(text) < _TRIGRAM:
        scores = dict.fromkeys(_scan(conn, text), 0.0)
    return scores


def _scan(conn: sqlite3.Connection, text: str) -> list[int]:
    sql = "SELECT item FROM wording WHERE instr(text, ?1) OR instr(name, ?1)"
    return [row[0] for row in conn.execute(sql, (text,))]


def _is_lettered(text: str) -> bool:
    """Whether ``unicode61`` sees all of it: letters, digits and marks. The rest it passes over."""
    return all(
        character == " " or unicodedata.category(character)[0] in "LNM" for character in text
    )
