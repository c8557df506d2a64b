"""Pages given as pictures: after indexing, one other figure makes no copy."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PIL import Image

from tests.index.test_agreeing import saved, scaled
from tests.index.test_details import statement
from tests.indexing.world import World


def put(world: World, name: str, picture: Image.Image) -> Path:
    path = world.folder / name
    picture.save(path)
    return path


def groups(world: World) -> list[set[str]]:
    """Names of the files of each group, the same for the list and for a search in any order."""
    space = world.host.space()
    listed = [
        {group.keeper.path.name, *(copy.path.name for copy in group.copies)}
        for group in world.library.duplicates(space)
    ]
    names = {item.id: item.path.name for item in world.library.list_items()}
    for ids in ([*names], [*reversed(names)]):
        found = world.library.collapsed(space, ids, 99).copies
        shown = [{names[head], *(names[copy] for copy in below)} for head, below in found.items()]
        assert sorted(map(sorted, shown)) == sorted(map(sorted, listed))
    return listed


def test_index__pages_that_differ_in_a_figure_are_no_copies(world):
    page = statement(3, 150)
    put(world, "three.png", page)
    put(world, "eight.png", statement(8, 150))
    put(world, "five.png", statement(5, 150))
    put(world, "three again.jpg", saved(page, "JPEG", 60))
    put(world, "three half.png", scaled(page, 0.5))
    world.index()
    assert groups(world) == [{"three.png", "three again.jpg", "three half.png"}]


def test_index__a_page_that_comes_later(world):
    put(world, "three.png", statement(3, 150))
    world.index()
    put(world, "eight.png", statement(8, 150))
    world.index()
    assert groups(world) == []
    world.restart()
    assert groups(world) == []


def test_index__what_was_indexed_before_is_compared_once_it_is_met(world):
    put(world, "three.png", statement(3, 150))
    put(world, "eight.png", statement(8, 150))
    world.index()
    with world.library._connection.writing() as conn:  # as an earlier version left it
        conn.execute("DELETE FROM comparison")
    world.restart()
    world.indexer.start()
    assert groups(world) == [{"three.png", "eight.png"}]
    _wait(lambda: not groups(world))


def test_index__a_page_that_is_away_is_left_to_its_thumbnail(world):
    put(world, "three.png", statement(3, 150))
    away = put(world, "eight.png", statement(8, 150))
    world.index()
    with world.library._connection.writing() as conn:
        conn.execute("DELETE FROM comparison")
    world.restart()
    away.rename(world.folder.parent / "unplugged.png")
    world.indexer.start()
    assert groups(world) == [{"three.png", "eight.png"}]
    comparisons = world.library.comparisons
    _wait(lambda: comparisons._untold)
    assert groups(world) == [{"three.png", "eight.png"}]


def test_index__goes_on_where_comparing_fails(world, monkeypatch):
    """What the reader raises unforeseen is logged, and the next file is indexed."""
    put(world, "three.png", statement(3, 150))
    put(world, "eight.png", statement(8, 150))
    world.index()
    with world.library._connection.writing() as conn:
        conn.execute("DELETE FROM comparison")
    world.restart()
    world.indexer.start()
    asked = []

    def failing(one: Path, other: Path) -> bool:
        asked.append((one, other))
        raise ZeroDivisionError

    monkeypatch.setattr(world.reader, "same_in_detail", failing)
    assert len(groups(world)) == 1
    _wait(lambda: asked)
    monkeypatch.undo()
    put(world, "other.png", Image.new("RGB", (60, 40), "red"))
    world.index()
    assert "other.png" in world.names()


def _wait(until) -> None:
    end = time.monotonic() + 20
    while not until():
        if time.monotonic() > end:
            pytest.fail("it did not happen in time")
        time.sleep(0.05)
