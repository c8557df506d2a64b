"""Names without their folders, for a library that is shown to strangers.

The full-text indexes hold whole paths. Anybody who may query them for any part of one can put
together every folder of this computer, letter by letter; even if the answer were filtered, the
time it takes would tell. So strangers' words are looked for in these names instead, one by one.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from qwen3vl_app.store.encoding import decode_path, display
from qwen3vl_app.store.tables.full_text_index import NAMES_KEPT, indexed, spaced
from qwen3vl_app.types.folding import fold

_ALL = """
    SELECT item.id, item.section, file.path FROM item
    JOIN file ON file.content = item.content ORDER BY item.id, file.id
"""


class Names:
    """The last parts of the paths of all living items, and of slides and sheets their own.

    About 0.3 s to read for 100,000 items, 20 ms to look through.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        found: dict[int, dict[str, None]] = {}
        for item, section, path in conn.execute(_ALL):
            own = found.setdefault(item, {})
            if section and not own:
                own[indexed(section)] = None
            if len(own) < NAMES_KEPT:
                own[indexed(display(Path(decode_path(path).name)))] = None
        self._parts = {item: "\n".join(names) for item, names in found.items()}
        self._words = {item: _as_words(names) for item, names in found.items()}

    def __len__(self) -> int:
        return len(self._parts)

    def with_part(self, text: str) -> set[int]:
        """Items in whose names this stands, in upper or lower case."""
        wanted = _folded(text)
        return {item for item, names in self._parts.items() if wanted in names}

    def with_words(self, text: str) -> set[int]:
        """Items in whose names these whole words stand, one behind the other."""
        wanted = _as_words([text])
        return {item for item, names in self._words.items() if wanted in names}


class KnownNames:
    """The ``Names`` of a library, read anew when another program has changed it.

    Caller must hold the library's lock.
    """

    def __init__(self) -> None:
        self._version: int | None = None
        self._names: Names | None = None

    def now(self, conn: sqlite3.Connection) -> Names:
        """As they are now."""
        version = conn.execute("PRAGMA data_version").fetchone()[0]
        if self._names is None or version != self._version:
            self._names, self._version = Names(conn), version
        return self._names


def _folded(text: str) -> str:
    return spaced(fold(text))


def _as_words(names: Iterable[str]) -> str:
    """Words between single spaces, as ``unicode61`` tells them apart; names never run together."""
    return "\n".join(f" {' '.join(_words(name))} " for name in names)


def _words(name: str) -> list[str]:
    """As SQLite's index has them: letters, digits and marks, all else being between words."""
    kept = (one if unicodedata.category(one)[0] in "LMN" else " " for one in _folded(name))
    return "".join(kept).split()
