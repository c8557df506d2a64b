"""What exact words are looked for in: texts and names of living items, as SQLite indexes them.

The names are the paths of the files and, of a slide or sheet, its own. Both are kept folded
(:mod:`qwen3vl_app.types.folding`), as the words that are asked for will be.

Callers must hold the library's lock. The rows of ``wording`` follow the items inside the
same transaction; its triggers carry them on into the full-text indexes.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from unicodedata import normalize

from qwen3vl_app.store.encoding import decode_path, display
from qwen3vl_app.types import ContentHash, ItemId
from qwen3vl_app.types.folding import fold

NAMES_KEPT = 100
"""Paths per content that words are looked for in. Some contents, such as an empty page, are in a
library thousands of times, and every further copy would index all their names again."""

_TOGETHER = 500

# Scripts written without spaces, or whose words carry endings that a search should pass over:
# Chinese characters with their radicals and extensions, kana, Bopomofo, Hangul; Thai, Lao, Khmer
# and Burmese, whose vowels are words of their own here too.
_UNSPACED = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u31ff\u3400-\u4dbf"
_UNSPACED += "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
_UNSPACED += "\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3"
_BOUNDARY = re.compile(rf"(?<=[{_UNSPACED}])(?=\S)|(?<=\S)(?=[{_UNSPACED}])")


_HYPHEN = r"-(?:[ \t]*\n[ \t]*)?"
_HYPHENATED = re.compile(rf"(?<![^\W\d_])[^\W\d_]++(?:{_HYPHEN}[^\W\d_]++)+")
"""Words joined by hyphens, or one that was broken at the end of a line."""


def indexed(text: str) -> str:
    """``text`` as the indexes hold it: folded, spaced, words with a hyphen once more without."""
    folded = fold(text)
    joined = [re.sub(_HYPHEN, "", word) for word in _HYPHENATED.findall(folded)]
    return spaced("\n".join([folded, " ".join(joined)]) if joined else folded)


def spaced(text: str) -> str:
    """``text`` with every character of a script without spaces standing alone.

    So each is a word to SQLite, and a run of any length is a phrase; ``unicode61`` would take
    all characters between two punctuation marks for one word, and trigrams need three of them.
    """
    return _BOUNDARY.sub(" ", text.replace("\0", " "))


def compose(conn: sqlite3.Connection) -> None:
    """Texts of earlier versions become what is stored now: composed characters (NFC)."""
    conn.create_function("nfc", 1, partial(normalize, "NFC"), deterministic=True)
    conn.execute("UPDATE item SET text = nfc(text) WHERE text <> nfc(text)")


def fill(conn: sqlite3.Connection) -> None:
    """Write the rows of all living items; there must be none yet."""
    rows = conn.execute(
        "SELECT DISTINCT content FROM file WHERE content IS NOT NULL ORDER BY content"
    ).fetchall()
    contents = (ContentHash(row[0]) for row in rows)
    while piece := list(islice(contents, _TOGETHER)):
        follow(conn, piece, ())


def follow(
    conn: sqlite3.Connection, contents: Iterable[ContentHash], items: Iterable[ItemId]
) -> None:
    """Agree with the items again: files of these contents, or texts of these items, changed."""
    changed = conn.execute(
        "SELECT id FROM item WHERE content IN (SELECT value FROM json_each(?1)) "
        "UNION SELECT value FROM json_each(?2) ORDER BY 1",
        (json.dumps(sorted(contents)), json.dumps(list(items))),
    ).fetchall()
    names: dict[ContentHash, str | None] = {}
    for begin in range(0, len(changed), _TOGETHER):
        _rewrite(conn, [row[0] for row in changed[begin : begin + _TOGETHER]], names)


def _rewrite(
    conn: sqlite3.Connection, items: Sequence[int], names: dict[ContentHash, str | None]
) -> None:
    rows = conn.execute(
        "SELECT id, content, section, text FROM item WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(items),),
    ).fetchall()
    living: list[tuple[int, str, str]] = []
    gone: list[int] = []
    for item, content, section, text in rows:
        if content not in names:
            names[content] = _names(conn, content)
        paths = names[content]
        if paths is None:
            gone.append(item)
        else:
            name = f"{indexed(section)}\n{paths}" if section else paths
            living.append((item, indexed(text), name))
    conn.execute(
        "DELETE FROM wording WHERE item IN (SELECT value FROM json_each(?))", (json.dumps(gone),)
    )
    conn.executemany(
        "INSERT INTO wording (item, text, name) VALUES (?, ?, ?) ON CONFLICT (item) DO UPDATE "
        "SET text = excluded.text, name = excluded.name "
        "WHERE text <> excluded.text OR name <> excluded.name",
        living,
    )


def _names(conn: sqlite3.Connection, content: ContentHash) -> str | None:
    """The paths of a content, one per line; None when no file has it."""
    rows = conn.execute(
        "SELECT path FROM file WHERE content = ? ORDER BY id LIMIT ?", (content, NAMES_KEPT)
    )
    paths = [display(decode_path(path)) for (path,) in rows]
    return indexed("\n".join(paths)) if paths else None
