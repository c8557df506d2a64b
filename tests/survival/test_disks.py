"""Full, read-only and vanished disks, for real."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from qwen3vl_app.errors import AppError, LibraryError
from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.services import services_for_page
from qwen3vl_app.store import index_sync
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemId
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World, counted
from tests.store.build import vector_of
from tests.survival.conftest import Disk, Drive
from tests.survival.killed import DirectReader


class OnDisk(World):
    """A world whose library is on a disk of its own."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.disk = disk
        super().__init__(folder, DirectReader(), TinyHost())

    def open(self) -> None:
        self.settings = replace(self.settings, library=self.disk.path / "library")
        super().open()


@pytest.fixture
def small(tmp_path: Path, disk: Disk) -> Iterator[OnDisk]:
    made = OnDisk(tmp_path, disk)
    yield made
    made.close()


def is_one_sentence(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Z][^\n]*[a-z)]\.", text)) and "Traceback" not in text


def resumed(world: World) -> IndexProgress:
    world.indexer.resume()
    return world.indexer.wait(timeout=60)


def assert_sound(world: World) -> int:
    """All is well with what was kept; how much that is."""
    assert world.library.check(world.host.space()) == []
    items = world.library.list_items(limit=10_000)
    if items:
        vector = vector_of(world.library, world.host.space(), items[0].id)
        assert len(world.library.search(world.host.space(), vector, 10_000)) == len(items)
    return len(items)


# ---------------------------------------------------------------- full


def test_full_disk__stops_with_a_sentence_and_goes_on_when_there_is_room(small: OnDisk) -> None:
    small.pictures(20)
    small.index()
    small.disk.fill(leave=96 * 1024)
    small.text("long.txt", *(f"chapter{n}" for n in range(60)))
    for n in range(40):
        small.picture(f"more/{n}.png", (n, 7, 200))
    progress = small.index()
    assert progress.state is IndexState.FAILED
    assert is_one_sentence(str(progress.message))
    assert re.search(r"full disk|No space left", str(progress.message))
    assert "free some space" in str(progress.message)
    kept = assert_sound(small)
    assert 20 <= kept < 120
    assert small.library.counts().pending
    again = resumed(small)
    assert (again.state, is_one_sentence(str(again.message))) == (IndexState.FAILED, True)
    assert assert_sound(small) >= kept
    small.disk.empty()
    small.disk.set("size=64m")
    assert resumed(small).state is IndexState.IDLE
    assert assert_sound(small) == 120
    assert small.library.failures() == []


def test_full_disk__in_every_state_of_fullness(small: OnDisk) -> None:
    """Wherever the room ends: in a thumbnail, in SQLite's files, in the note of the progress."""
    small.pictures(8)
    small.index()
    expected = 8
    for step in range(12):
        small.disk.fill(leave=step * 12 * 1024)
        for n in range(6):
            small.picture(f"{step}/{n}.png", (n, 255 - step, 30))
        progress = small.index() if step % 2 else _added_anew(small)
        assert progress is None or is_one_sentence(str(progress.message)) or not progress.message
        assert_sound(small)
        small.disk.empty()
        expected += 6
        small.index()
        assert assert_sound(small) == expected


def _added_anew(world: OnDisk) -> IndexProgress | None:
    """Index with a program started on the full disk; None where that says why it cannot start."""
    world.close()
    said = ""
    try:
        world.open()
        return world.index()
    except LibraryError as error:
        said = str(error)
    assert is_one_sentence(said)
    world.disk.empty()
    world.disk.fill(leave=2**20)
    world.library.close()
    world.open()
    return None


# ---------------------------------------------------------------- read-only


def test_read_only_disk__stops_with_a_sentence_and_goes_on(small: OnDisk) -> None:
    small.pictures(4)
    small.index()
    small.close()
    small.open()
    small.picture("b.png", "blue")
    small.library.close()  # a disk with files open for writing cannot be made read-only
    small.disk.set("ro")
    try:
        with pytest.raises(LibraryError) as caught:
            Library.open(small.settings.library)
        assert is_one_sentence(str(caught.value))
        services, why = services_for_page(small.settings)
        assert is_one_sentence(str(why))
        assert not services.library.writable
        space = small.host.space()
        vector = vector_of(services.library, space, ItemId(1))
        assert len(services.library.search(space, vector, 10)) == 4
        assert services.library.check(space) == []
        services.close()
    finally:
        small.disk.set("rw")
    small.open()
    assert counted(small.index()) == {"indexed": 1, "unchanged": 4}


# ---------------------------------------------------------------- vanished


def test_vanished_library__stops_with_a_sentence_and_goes_on_when_it_is_back(
    world: World,
) -> None:
    world.pictures(30)
    world.host.open.clear()
    world.indexer.add([world.folder])
    world.indexer.start()
    assert world.host.entered.acquire(timeout=20)
    away = world.library.directory.with_name("away")
    world.library.directory.rename(away)
    world.host.open.set()
    progress = world.indexer.wait(timeout=30)
    assert progress.state is IndexState.FAILED
    assert is_one_sentence(str(progress.message))
    _asked_for_everything(world)
    away.rename(world.library.directory)
    assert resumed(world).state is IndexState.IDLE
    assert assert_sound(world) == 30


def test_vanished_library__while_nothing_is_done(world: World) -> None:
    world.pictures(3)
    world.index()
    away = world.library.directory.with_name("away")
    world.library.directory.rename(away)
    try:
        world.picture("late.png", "white")
        _asked_for_everything(world)
        said = ""
        try:
            world.indexer.add([world.folder])
        except AppError as error:
            said = str(error)
        assert not said or is_one_sentence(said)
        assert is_one_sentence(str(world.indexer.wait(timeout=30).message))
    finally:
        away.rename(world.library.directory)
    world.indexer.add([world.folder])
    assert world.indexer.wait(timeout=30).state is IndexState.IDLE
    assert assert_sound(world) == 4


def test_vanished_library__and_the_program_is_started_again(world: World) -> None:
    world.pictures(3)
    world.index()
    world.close()
    away = world.library.directory.with_name("away")
    world.library.directory.rename(away)
    away.rename(world.library.directory)
    world.open()
    assert counted(world.index()) == {"unchanged": 3}


def _asked_for_everything(world: World) -> None:
    """What a page does meanwhile: an answer or a sentence, never a traceback."""
    library = world.library
    for ask in (library.counts, library.outcomes, library.list_items, library.check):
        said = ""
        try:
            ask()
        except AppError as error:
            said = str(error)
        assert not said or is_one_sentence(said)
    assert library.thumbnail_path("0" * 32) is None


def test_vanished_folder__nothing_is_dropped(world: World) -> None:
    """The drive with the photos is taken away in the middle of a run."""
    world.pictures(12)
    world.host.open.clear()
    world.indexer.add([world.folder])
    world.indexer.start()
    assert world.host.entered.acquire(timeout=20)
    away = world.folder.with_name("away")
    world.folder.rename(away)
    world.host.open.set()
    progress = world.indexer.wait(timeout=30)
    assert progress.state is IndexState.IDLE
    assert progress.done == 12
    reasons = {str(row.reason) for row in world.library.failures()}
    assert reasons == {"The file is no longer there; check the path, or index its folder again."}
    world.indexer.folders.rescan()
    message = world.indexer.wait(timeout=30).message
    assert str(message).endswith("is no longer there; what it held is kept.")
    kept = len(world.library.list_items(limit=100))
    away.rename(world.folder)
    world.indexer.folders.rescan()
    world.indexer.wait(timeout=30)
    assert assert_sound(world) == 12
    assert 0 < kept < 12


# ---------------------------------------------------------------- unplugged


class AtRoot(World):
    """A world whose library is the very root of a drive."""

    def __init__(self, folder: Path, drive: Drive) -> None:
        self.drive = drive
        super().__init__(folder, DirectReader(), TinyHost())

    def open(self) -> None:
        self.settings = replace(self.settings, library=self.drive.path)
        super().open()


@pytest.fixture
def at_root(tmp_path: Path, drive: Drive, monkeypatch: pytest.MonkeyPatch) -> Iterator[AtRoot]:
    monkeypatch.setattr(index_sync, "KEPT_ITEMS", 1)  # put back at the end
    monkeypatch.setattr(index_sync, "SAVE_ROWS", 1)
    made = AtRoot(tmp_path, drive)
    yield made
    made.close()


def test_unplugged_drive__nothing_is_strewn_where_it_was(at_root: AtRoot) -> None:
    """The folder at which the drive was is still there, and empty."""
    at_root.pictures(30)
    at_root.host.open.clear()
    at_root.indexer.add([at_root.folder])
    at_root.indexer.start()
    assert at_root.host.entered.acquire(timeout=20)
    at_root.drive.unplug()
    at_root.host.open.set()
    progress = at_root.indexer.wait(timeout=30)
    assert progress.state is IndexState.FAILED
    assert is_one_sentence(str(progress.message))
    _asked_for_everything(at_root)
    assert list(at_root.drive.path.rglob("*")) == []
    at_root.drive.plug()
    assert resumed(at_root).state is IndexState.IDLE
    assert assert_sound(at_root) == 30
