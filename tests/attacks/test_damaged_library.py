"""Damage to ``library.db``: an answer is the right one, a part of it with a word, or a refusal.

150 random damages here; ``DAMAGES=1500`` in the environment, or ``python -m tests.attacks.damages
1500``, for more.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from qwen3vl_app.errors import LibraryDamagedError
from qwen3vl_app.store import opening
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ExactWords, ItemId, Outcome
from tests.attacks.damages import WIDE, Experiment, ask
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World, counted
from tests.store.build import content, put_file, unit
from tests.survival.killed import DirectReader

COUNT = int(os.environ.get("DAMAGES", "150"))
FINE = {"equal", "refused", "less and said"}


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    return Experiment.prepared(tmp_path_factory.mktemp("damages"))


def test_random_damages__no_answer_is_silently_wrong_and_no_error_raw(
    experiment: Experiment,
) -> None:
    wrong: list[tuple[int, str, str]] = []
    ends: Counter[str] = Counter()
    for number in range(COUNT):
        name, verdicts = experiment.verdicts(number)
        ends.update(verdicts)
        wrong += [(number, name, said) for said in verdicts if said not in FINE]
    assert wrong == []
    assert ends["less and said"], "no damage was met"


def overwrite(file: Path, old: bytes, new: bytes) -> None:
    """Change every place where ``old`` stands in a file."""
    data = file.read_bytes()
    assert len(old) == len(new)
    assert old in data
    file.write_bytes(data.replace(old, new))


def test_a_letter_of_a_path__the_file_is_left_out_and_said(
    experiment: Experiment, tmp_path: Path
) -> None:
    directory = tmp_path / "library"
    _copy(experiment.whole, directory)
    overwrite(directory / "library.db", b"/q/notes 3.txt", b"/q/Xotes 3.txt")
    after, notices = ask(directory, writable=False)
    assert "damaged" in notices[0]
    assert not any("Xotes" in row for row in after["list"])
    assert len(after["list"]) == len(experiment.before["list"]) - 4


def test_a_text_that_is_no_utf_8__does_not_fail_the_whole_list(
    experiment: Experiment, tmp_path: Path
) -> None:
    directory = tmp_path / "library"
    _copy(experiment.whole, directory)
    overwrite(directory / "library.db", "später".encode(), b"sp\xff\xffter")
    after, notices = ask(directory, writable=False)
    assert "tag" in notices[0]
    assert after["list"] == experiment.before["list"]
    assert after["tags"] == {"Best": 5}


def test_writing_to_a_damaged_library__keeps_the_damaged_file_and_indexes_again(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, DirectReader(), TinyHost())
    world.pictures(4)
    world.text("poem.md", "the fox sees a grape", "and the crow sings")
    world.index()
    whole = {(item.path, item.text) for item in world.library.list_items()}
    world.close()
    overwrite(world.settings.library / "library.db", b"the fox sees", b"the f\x00x sees")
    world.open()
    try:
        assert "has been mended" in str(world.library.notices[0])
        assert [*world.settings.library.glob("library.db.damaged-*")]
        assert world.library.counts().pending
        world.indexer.start()
        world.indexer.wait(timeout=60)
        assert {(item.path, item.text) for item in world.library.list_items()} == whole
        found = world.library.find_words(ExactWords.read('"fox sees"')).found
        assert len(found) == 1
        assert counted(world.index())["unchanged"] == 5
        wrong = world.library.check(world.host.space())
        assert [said for said in wrong if "mended" not in str(said)] == []
    finally:
        world.close()


# ---------------------------------------------------------------- larger than is checked at once


@pytest.fixture
def large(experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library that counts as too large to be checked whole when it is opened."""
    monkeypatch.setattr(opening, "SMALL", 0)
    monkeypatch.setattr("qwen3vl_app.store.connection.SMALL", 0)
    directory = tmp_path / "large"
    _copy(experiment.whole, directory)
    return directory


def test_a_vector_of_a_large_library__is_in_no_result_and_its_file_is_indexed_again(
    experiment: Experiment, large: Path
) -> None:
    with closing(sqlite3.connect(large / "library.db")) as conn:
        (value,) = conn.execute("SELECT value FROM vector WHERE item = 3").fetchone()
    overwrite(large / "library.db", value[100:140], b"x" * 40)
    after, notices = ask(large, writable=False)
    assert len(after["search"]) == len(experiment.before["search"]) - 1
    assert "1 rows" in notices[0]
    with Library.open(large) as library:
        assert any(
            "rows of the table vector are damaged" in line
            for line in map(str, library.check(WIDE))
        )
        library.verify()
        assert library.counts().pending == 1
        assert "their files are indexed again" in str(library.notices[0])
        assert not any("table vector" in str(line) for line in library.check()[1:])


def test_a_row_of_a_large_library__is_left_out_and_the_others_are_shown(
    experiment: Experiment, large: Path
) -> None:
    overwrite(large / "library.db", b"/q/notes 3.txt", b"/q/Xotes 3.txt")
    after, notices = ask(large, writable=False)
    assert len(after["list"]) == len(experiment.before["list"]) - 4
    assert not any("Xotes" in row for row in after["list"] + after["outcomes"])
    assert notices


def test_pages_of_a_large_library__nothing_more_is_written(large: Path) -> None:
    with closing(sqlite3.connect(large / "library.db")) as conn:
        sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'item_thumbnail'"
        (page,) = conn.execute(sql).fetchone()
    with (large / "library.db").open("r+b") as file:
        file.seek((page - 1) * 4096 + 8)
        file.write(b"\x01" * 40)
    with Library.open(large) as library:
        with pytest.raises(LibraryDamagedError, match="restore") as caught:
            library.verify()
        assert caught.value.code == "library.damaged"
        assert library.trouble() is caught.value
        with pytest.raises(LibraryDamagedError):
            library.tag([ItemId(1)], "new")


# ---------------------------------------------------------------- thumbnails


def test_a_damaged_thumbnail__is_not_shown_and_made_anew(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        put_file(library, Path("/p/a.png"), "a", [(content(), unit(1, 0, 0, 0))])
        (item,) = library.list_items()
        file = library.thumbnail_path(item.thumbnail)
        file.write_bytes(b"jpeg of another picture")
        assert library.thumbnail_path(item.thumbnail) is None
        assert any("are missing or are not" in line for line in map(str, library.check()))
        library.forget([Path("/p/a.png")])
        outcome = put_file(library, Path("/p/a.png"), "a", [(content(), unit(1, 0, 0, 0))])
        assert outcome is Outcome.INDEXED
        assert library.thumbnail_path(item.thumbnail) == file


def _copy(source: Path, target: Path) -> None:
    import shutil

    shutil.copytree(source, target)
