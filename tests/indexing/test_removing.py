"""What was removed from an indexed folder stays removed until somebody brings it back."""

from __future__ import annotations

import os
import time

import pytest

from qwen3vl_app.errors import UsageError
from qwen3vl_app.media.scan import REMOVED
from qwen3vl_app.types import Outcome
from tests.indexing.world import World, counted


def removed(world: World) -> list[str]:
    return [one.path.name for one in world.library.trash.all()]


def test_remove__stays_so_through_every_way_of_scanning(world: World) -> None:
    first, second = world.pictures(2)
    world.index()
    world.indexer.folders.remove([first])
    for scanned in ("rescan", "index", "restart"):
        if scanned == "restart":
            world.restart()
        world.index() if scanned == "index" else world.indexer.folders.rescan()
        assert counted(world.finish()) == {"unchanged": 1, "skipped": 1}, scanned
        assert world.names() == [second.name]
    (row,) = (row for row in world.library.outcomes() if row.path == first)
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, REMOVED)
    assert world.library.check() == []


def test_remove__stays_so_when_the_file_changes(world: World) -> None:
    path = world.picture("a.png")
    world.picture("b.png", "blue")
    world.index()
    world.indexer.folders.remove([path])
    world.picture("a.png", "green")
    world.indexer.folders.rescan()
    world.finish()
    assert world.names() == ["b.png"]


def test_remove__a_folder_stays_out_with_what_comes_into_it(world: World) -> None:
    world.picture("in/deep/a.png")
    world.picture("b.png", "blue")
    world.index()
    world.indexer.folders.remove([world.folder / "in"])
    world.picture("in/new.png", "green")
    world.indexer.folders.rescan()
    world.finish()
    assert world.names() == ["b.png"]
    with pytest.raises(UsageError, match=r"lies in .*/in, which was removed"):
        world.index(world.folder / "in" / "new.png")


def test_remove__a_watched_file_that_changes_stays_removed(world: World) -> None:
    path = world.picture("a.png")
    world.index()
    world.indexer.folders.remove([path])
    world.indexer.folders.watch(world.folder, on=True)
    world.indexer.folders.start_watching()
    time.sleep(0.5)  # the system's watches take a moment
    world.picture("a.png", "green")
    world.picture("b.png", "blue")
    until = time.monotonic() + 30
    while world.names() != ["b.png"] and time.monotonic() < until:
        time.sleep(0.1)
    world.finish()
    assert world.names() == ["b.png"]


def test_restore__brings_back_without_reading_anything_again(world: World) -> None:
    first, _ = world.pictures(2)
    world.index()
    items = {item.path: item.id for item in world.library.list_items()}
    ids = world.indexer.folders.remove([first]).ids
    world.indexer.folders.rescan()
    world.finish()
    batches = len(world.host.batches)
    assert world.indexer.folders.restore(ids) == 1
    assert {item.path: item.id for item in world.library.list_items()} == items, "at once"
    assert counted(world.finish()) == {"unchanged": 1}
    assert len(world.host.batches) == batches
    assert removed(world) == []


def test_restore__a_file_that_changed_meanwhile_is_read(world: World) -> None:
    path = world.picture("a.png")
    world.index()
    ids = world.indexer.folders.remove([path]).ids
    world.picture("a.png", "green")
    os.utime(path, (10**9, 10**9))
    world.indexer.folders.restore(ids)
    assert counted(world.finish()) == {"indexed": 1}


def test_add__what_is_named_itself_is_wanted_again(world: World) -> None:
    first, second = world.pictures(2)
    world.index()
    world.indexer.folders.remove([first, second])
    world.index(first)
    assert world.names() == [first.name]
    assert removed(world) == [second.name]


def test_add__a_folder_that_was_taken_out_is_there_again(world: World) -> None:
    first, _ = world.pictures(2)
    world.index()
    world.indexer.folders.remove([first])
    world.indexer.folders.remove([world.folder])
    assert (world.names(), world.library.folders()) == ([], [])
    world.index()
    assert world.names() == ["001.png"], "the one that was removed by itself stays so"
    assert removed(world) == ["000.png"]


def test_remove__while_its_folder_is_being_scanned(world: World, monkeypatch) -> None:
    first, second = world.pictures(2)
    scanner = world.library.trash.kept_out
    done: list[object] = []

    def kept_out() -> frozenset[str]:
        before = scanner()
        if not done and world.outcome_of(first) is Outcome.INDEXED:
            done.append(world.indexer.folders.remove([first]))
        return before

    world.index()
    monkeypatch.setattr(world.library.trash, "kept_out", kept_out)
    world.indexer.folders.rescan()
    world.finish()
    assert done
    assert world.names() == [second.name]
