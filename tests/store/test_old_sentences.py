"""A library whose reasons are sentences is opened, and says what it said, in both languages."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from qwen3vl_app.messages import LANGUAGES, Message, catalogue, worded
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables import checksums
from qwen3vl_app.store.tables.migrations.m008_messages import FORMS, message_of
from qwen3vl_app.store.tables.schema import migrate

BEFORE = Path(__file__).parents[1] / "data" / "library_before"
"""Made by the version before; ``blank.txt`` and ``two.tif`` are among what was removed."""

ELSEWHERE = re.compile(r"1 thumbnails |\d+ files are no longer on disk;")
"""What its check says in any case: only the database is kept of that library, and no file."""

SENTENCES: dict[str, dict[str, str]] = json.loads((BEFORE / "sentences.json").read_bytes())
REMOVED = [Path("/home/anna/papers/blank.txt"), Path("/home/anna/papers/two.tif")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(BEFORE / "library.db", tmp_path)
    return tmp_path


def reasons(library: Library) -> Iterator[tuple[str, Message]]:
    for row in library.outcomes():
        yield str(row.path), row.reason


@pytest.mark.parametrize("language", LANGUAGES)
def test_library_before__says_what_it_said(folder: Path, language: str) -> None:
    with Library.open(folder) as library:
        found = {path: worded(reason, language) for path, reason in reasons(library)}
        wrong = [line for line in map(str, library.check()) if not ELSEWHERE.match(line)]
    assert wrong == []
    kept = {path: said[language] for path, said in SENTENCES.items() if Path(path) not in REMOVED}
    assert found == kept


def test_library_before__what_was_removed_and_notes_are_messages_too(folder: Path) -> None:
    Library.open(folder).close()
    with closing(sqlite3.connect(folder / "library.db")) as conn:
        removed = dict(conn.execute("SELECT CAST(path AS TEXT), reason FROM removed_file"))
        notes = [Message.from_json(note) for (note,) in conn.execute("SELECT note FROM embedded")]
    partly = Message.from_json(removed[str(REMOVED[1])])
    assert Message.from_json(removed[str(REMOVED[0])]) == Message.of("reason.blank")
    assert partly in notes
    assert str(partly) == SENTENCES[str(REMOVED[1])]["en"]


def test_library_before__a_damaged_row_is_not_given_a_checksum_that_agrees(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "library.db")) as conn:
        checksums.register(conn)
        trigger = "SELECT sql FROM sqlite_master WHERE name = 'file_checksum_update'"
        (made,) = conn.execute(trigger).fetchone()
        conn.execute("DROP TRIGGER file_checksum_update")
        conn.execute("UPDATE file SET reason = 'Hidden!' WHERE reason = 'Hidden.'")
        conn.execute(made)
        conn.commit()
    # By itself: opening a library takes out what is damaged before anything else.
    with closing(Database(folder / "library.db")) as database:
        migrate(database, folder, writable=True)
    with closing(sqlite3.connect(folder / "library.db")) as conn:
        checksums.register(conn)
        damaged = {key for (key,) in conn.execute(checksums.BY_NAME["file"].damaged())}
        hidden = {key for (key,) in conn.execute("SELECT id FROM file WHERE reason = 'Hidden!'")}
    assert (len(hidden), damaged) == (2, hidden)


@pytest.mark.parametrize("code", FORMS)
def test_message_of__every_form_comes_back_word_for_word(code: str) -> None:
    values = {"subject": "The video", "noun": "page", "kind": "video", "parts": "pages"}
    values |= {"reason": "Hidden.", "said": "a (b)", "path": "/p/a; b.txt", "suffix": ".x"}
    numbers = ("n", "all", "width", "height", "megapixels", "count", "seconds", "number")
    values |= dict.fromkeys((*numbers, "bytes", "limit", "size", "hours", "exit"), "12,345")
    values |= {"what": "a program", "where": "page 7", "pattern": "*.tmp"}
    sentence = FORMS[code].format(**values)
    found = message_of(sentence)
    assert (found.code, str(found)) == (code, sentence)


def test_message_of__what_is_not_known_stays_as_it_was_said() -> None:
    for text in ("it is torn", "a, b: c; d", "of " * 5000, "${x} {n}"):
        assert message_of(text) == Message.free(text)


def test_message_of__gives_codes_that_have_words() -> None:
    assert set(FORMS) <= set(catalogue("en"))
