"""A damaged index of exact words is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.store.library import Library
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World
from tests.survival.killed import DirectReader


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    world = World(tmp_path, DirectReader(), TinyHost())
    world.text("a.txt", "red fox", "blue whale")
    world.index()
    world.close()
    return world.library.directory


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("SELECT 1", []),
        (
            "INSERT INTO fragment (fragment, rowid, text, name) "
            "SELECT 'delete', item, text, name FROM wording LIMIT 1",
            ["The index of exact words (fragment) disagrees with its texts; index again."],
        ),
        ("DELETE FROM wording", ["The index of exact words lacks 2 items; index again."]),
    ],
)
def test_check__words(directory: Path, damage: str, expected: list[str]) -> None:
    with Library.open(directory) as library:
        with library._connection.writing() as conn:
            conn.execute(damage)
        assert [*map(str, library.check())] == expected
    with Library.open(directory, writable=False) as library:
        assert [*map(str, library.check())] == expected


def test_check__words_that_are_not_those_of_the_index(directory: Path) -> None:
    with Library.open(directory) as library:
        with library._connection.writing() as conn:
            conn.execute("DROP TRIGGER wording_updated")
            conn.execute("UPDATE wording SET text = 'another text' WHERE item = 1")
        assert len(library.check()) == 2
    with Library.open(directory) as library:
        (said,) = library.check()
        assert "has been mended" in str(said)
