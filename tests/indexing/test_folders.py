"""Folders that were added: scanned again, watched, forgotten; patterns of the library."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qwen3vl_app.errors import LibraryReadOnlyError, UsageError
from qwen3vl_app.indexing.folders import Folders
from qwen3vl_app.indexing.patterns import PATTERNS, read_patterns
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import Folder
from qwen3vl_app.types import Outcome
from tests.indexing.world import World, counted

SECONDS = 5.0
"""A change is to be searchable within seconds; twice that is the test's patience."""


def soon(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 2 * SECONDS
    while not what():
        assert time.monotonic() < until, "it did not come about within seconds"
        time.sleep(0.05)


def has(world: World, *names: str) -> Callable[[], bool]:
    return lambda: sorted(world.names()) == sorted(names)


@pytest.fixture
def watched(world: World) -> World:
    """A folder with one picture, indexed and watched."""
    world.picture("a.png")
    world.index()
    world.indexer.folders.watch(world.folder, on=True)
    world.indexer.folders.start_watching()
    time.sleep(0.5)  # the system's watches take a moment
    return world


# ---------------------------------------------------------------- remembering


def test_add__folders_are_remembered_and_files_are_not(world: World) -> None:
    path = world.picture("in/a.png")
    world.index(world.folder, collection="trip")
    world.index(path)
    assert world.library.folders() == [Folder(path=world.folder, collection="trip", watched=False)]


def test_rescan__finds_what_is_new_and_keeps_the_collection(world: World) -> None:
    world.picture("a.png")
    world.index(collection="trip")
    world.picture("b.png", "blue")
    world.restart()
    assert world.indexer.folders.rescan() == 1
    assert counted(world.finish()) == {"indexed": 1, "unchanged": 1}
    assert world.library.collections() == [("trip", 2)]


def test_rescan__unknown_folder(world: World) -> None:
    with pytest.raises(UsageError, match="was never added"):
        world.indexer.folders.rescan([world.folder])
    with pytest.raises(UsageError, match="was never added"):
        world.indexer.folders.watch(world.folder, on=True)


def test_forget__a_folder_goes_with_its_files(world: World) -> None:
    world.pictures(3)
    world.index()
    assert world.indexer.folders.remove([world.folder]).files == 3
    assert (world.library.folders(), world.names()) == ([], [])
    assert len(list(world.folder.iterdir())) == 3


# ---------------------------------------------------------------- patterns


def test_ignore__leaves_out_and_takes_in_again(world: World) -> None:
    world.picture("a.png")
    world.picture("drafts/b.png", "blue")
    world.picture("drafts/c.png", "green")
    world.index()
    folders = world.indexer.folders
    assert folders.ignore(["drafts/", "", "*.tmp", "drafts/"]) == ("drafts/", "*.tmp")
    assert counted(world.finish()) == {"unchanged": 1, "skipped": 1}
    assert world.names() == ["a.png"]
    assert world.library.check() == []
    batches = len(world.host.batches)
    folders.ignore([])
    world.finish()
    assert sorted(world.names()) == ["a.png", "b.png", "c.png"]
    assert len(world.host.batches) == batches + 1, "the sweep had taken their vectors"


def test_ignore__a_file_of_patterns_counts_at_once(world: World) -> None:
    world.picture("a.png")
    world.picture("b.png", "blue")
    world.index()
    (world.folder / ".searchignore").write_text("b.*\n")
    world.index()
    assert world.names() == ["a.png"]
    assert world.outcome_of(world.folder / "b.png") is Outcome.SKIPPED


def test_ignore__a_pattern_that_means_nothing_changes_nothing(world: World) -> None:
    world.indexer.folders.ignore(["*.tmp"])
    with pytest.raises(UsageError, match=r'"!" is no pattern'):
        world.indexer.folders.ignore(["*.bak", "!"])
    with pytest.raises(UsageError, match="one line"):
        world.indexer.folders.ignore(["a\nb"])
    assert world.indexer.folders.patterns == ("*.tmp",)


def test_read_patterns__edited_by_hand(tmp_path: Path) -> None:
    (tmp_path / PATTERNS).write_bytes(b"\xef\xbb\xbf# mine\r\n\r\n*.tmp\r\n!\r\n\xff*.bak\r\n")
    assert read_patterns(tmp_path) == ("*.tmp", "\ufffd*.bak")


def test_folders__of_a_library_open_for_reading(world: World) -> None:
    world.picture("a.png")
    world.index()
    with Library.open(world.library.directory, writable=False) as library:
        folders = Folders(library, lambda paths, collection: None)
        assert [folder.path for folder in folders.all()] == [world.folder]
        for change in (
            lambda: folders.ignore(["a"]),
            lambda: folders.watch(world.folder, on=True),
            lambda: folders.remove([world.folder]),
        ):
            with pytest.raises(LibraryReadOnlyError):
                change()


# ---------------------------------------------------------------- watching


def test_watch__a_new_a_changed_and_a_deleted_file(watched: World) -> None:
    watched.picture("in/deep/b.png", "blue")
    soon(has(watched, "a.png", "b.png"))
    (before,) = [i.content_hash for i in watched.library.list_items() if i.path.name == "a.png"]
    watched.picture("a.png", "green")
    soon(lambda: before not in {i.content_hash for i in watched.library.list_items()})
    (watched.folder / "a.png").unlink()
    soon(has(watched, "b.png"))


def test_watch__a_renamed_folder_is_not_embedded_again(watched: World) -> None:
    watched.picture("in/b.png", "blue")
    soon(has(watched, "a.png", "b.png"))
    batches = len(watched.host.batches)
    (watched.folder / "in").rename(watched.folder / "out")
    soon(lambda: any("out" in item.path.parts for item in watched.library.list_items()))
    soon(lambda: watched.library.counts().pending == 0)
    assert len(watched.library.list_items()) == 2
    assert len(watched.host.batches) == batches


def test_watch__what_a_scan_leaves_alone(watched: World) -> None:
    (watched.folder / ".searchignore").write_text("drafts/\n")
    watched.picture("drafts/b.png", "blue")
    watched.picture(".hidden/c.png", "green")
    watched.picture("d.png", "white")
    soon(has(watched, "a.png", "d.png"))
    time.sleep(1.5)
    assert sorted(watched.names()) == ["a.png", "d.png"]


def test_watch__remembered_and_caught_up_with_at_the_next_start(world: World) -> None:
    world.picture("a.png")
    world.index()
    world.indexer.folders.watch(world.folder, on=True)
    world.restart()
    world.picture("b.png", "blue")
    world.indexer.start()
    world.indexer.folders.start_watching()
    soon(has(world, "a.png", "b.png"))


def test_watch__off_by_default_and_off_again(watched: World) -> None:
    watched.indexer.folders.watch(watched.folder, on=False)
    time.sleep(0.5)
    watched.picture("b.png", "blue")
    time.sleep(2)
    assert watched.names() == ["a.png"]


def test_watch__a_folder_that_comes_back_is_scanned(world: World, monkeypatch) -> None:
    monkeypatch.setattr("qwen3vl_app.indexing.watching.LOOK", 0.2)
    world.picture("a.png")
    world.index()
    away = world.folder.with_name("away")
    world.folder.rename(away)
    world.indexer.folders.watch(world.folder, on=True)
    world.indexer.folders.start_watching()
    time.sleep(0.3)
    world.folder = away
    world.picture("b.png", "blue")
    away.rename(away.with_name("files"))
    soon(has(world, "a.png", "b.png"))


def test_watch__by_looking_where_the_system_gives_no_notices(world: World, monkeypatch) -> None:
    monkeypatch.setattr("qwen3vl_app.indexing.watching.POLL", 200)
    real = __import__("watchfiles").watch
    refused = []

    def watch(*paths, **options):
        if not options["force_polling"]:
            refused.append(paths)
            raise OSError(28, "No space left on device")  # inotify's limit of watches
        return real(*paths, **options)

    monkeypatch.setattr("qwen3vl_app.indexing.watching.watch", watch)
    world.picture("a.png")
    world.index()
    world.indexer.folders.watch(world.folder, on=True)
    world.indexer.folders.start_watching()
    soon(lambda: bool(refused))
    time.sleep(1.5)
    world.picture("b.png", "blue")
    soon(has(world, "a.png", "b.png"))


# ---------------------------------------------------------------- links to other folders


def link(name: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    name.symlink_to(target, target_is_directory=True)


def linked(world: World) -> tuple[str, ...]:
    """Paths of all items, below the watched folder or the one beside it."""
    return tuple(
        sorted(str(item.path.relative_to(world.folder.parent)) for item in items_of(world))
    )


def items_of(world: World):
    return world.library.list_items(limit=1000)


@pytest.mark.parametrize("when", ["before", "while"])
def test_watch__what_a_link_leads_to(world: World, when: str) -> None:
    other = world.folder.parent / "other"
    if when == "before":
        link(world.folder / "link", other)
    world.picture("a.png")
    world.index()
    world.indexer.folders.watch(world.folder, on=True)
    world.indexer.folders.start_watching()
    time.sleep(0.7)
    if when == "while":
        link(world.folder / "link", other)
        time.sleep(2.5)  # it is noticed, and what it leads to is watched
    path = world.picture("../other/deep/b.png", "blue")
    soon(lambda: linked(world) == ("files/a.png", "files/link/deep/b.png"))
    before = {item.content_hash for item in items_of(world)}
    time.sleep(0.1)
    world.picture("../other/deep/b.png", "lime")
    soon(lambda: before != {item.content_hash for item in items_of(world)})
    path.unlink()
    soon(has(world, "a.png"))
    world.picture("../other/c.png", "navy")
    soon(has(world, "a.png", "c.png"))
    (world.folder / "link").unlink()
    soon(has(world, "a.png"))


@pytest.mark.parametrize("when", ["before", "while"])
def test_watch__the_file_that_a_link_leads_to(world: World, when: str) -> None:
    """Also where it is replaced, has gone, and is there again."""
    target = world.picture("../other/b.png", "blue")
    name = world.folder / "link.png"
    if when == "before":
        name.symlink_to(target)
    world.picture("a.png")
    world.index()
    world.indexer.folders.watch(world.folder, on=True)
    world.indexer.folders.start_watching()
    time.sleep(0.7)
    if when == "while":
        name.symlink_to(target)
    soon(lambda: linked(world) == ("files/a.png", "files/link.png"))
    before = {item.content_hash for item in items_of(world)}
    if when == "while":
        time.sleep(2.5)  # the link is noticed, and its target looked at
    world.picture("../other/b.png", "lime")
    soon(lambda: before != {item.content_hash for item in items_of(world)})
    changed = {item.content_hash for item in items_of(world)}
    world.picture("../other/new.png", "navy").replace(target)
    soon(lambda: changed != {item.content_hash for item in items_of(world)})
    assert linked(world) == ("files/a.png", "files/link.png")


def test_watch__a_link_to_a_file_that_comes_later(watched: World) -> None:
    watched.picture("a.png")
    (watched.folder / "link.png").symlink_to(watched.folder.parent / "later.png")
    soon(has(watched, "a.png"))
    watched.picture("../later.png", "blue")
    soon(has(watched, "a.png", "link.png"))


def test_watch__a_link_that_is_in_a_folder_that_is_moved_in(watched: World) -> None:
    other, aside = watched.folder.parent / "other", watched.folder.parent / "aside"
    aside.mkdir()
    link(aside / "link", other)
    aside.rename(watched.folder / "in")
    time.sleep(2.5)
    watched.picture("../other/b.png", "blue")
    soon(lambda: "files/in/link/b.png" in linked(watched))


@pytest.mark.parametrize(("name", "kept"), [("a link", "a link"), ("z link", "real")])
def test_watch__two_names_of_one_folder(world: World, name: str, kept: str) -> None:
    """A scan enters it once, by the name that comes first; so does watching."""
    world.picture("real/a.png")
    link(world.folder / name, world.folder / "real")
    world.index()
    assert linked(world) == (f"files/{kept}/a.png",)
    world.indexer.folders.watch(world.folder, on=True)
    world.indexer.folders.start_watching()
    time.sleep(0.7)
    world.picture("real/b.png", "blue")
    soon(lambda: len(linked(world)) == 2)
    assert linked(world) == (f"files/{kept}/a.png", f"files/{kept}/b.png")
    time.sleep(1.5)
    assert counted(world.index())["unchanged"] == 2
    assert world.library.counts().files[Outcome.DUPLICATE] == 0


def test_watch__a_loop_of_links(watched: World) -> None:
    link(watched.folder / "loop", watched.folder)
    link(watched.folder / "up", watched.folder.parent)
    time.sleep(2.5)
    watched.picture("b.png", "blue")
    soon(lambda: {"files/a.png", "files/b.png"} <= set(linked(watched)))
    assert watched.indexer.progress().state in ("idle", "indexing", "scanning")


def test_watch__two_watched_folders_one_of_which_leads_into_the_other(world: World) -> None:
    other = world.folder.parent / "other"
    link(world.folder / "link", other)
    world.picture("a.png")
    world.index(world.folder, other)
    for folder in (world.folder, other):
        world.indexer.folders.watch(folder, on=True)
    world.indexer.folders.start_watching()
    time.sleep(0.7)
    world.picture("../other/b.png", "blue")
    soon(lambda: outcomes(world) == {"files/a.png", "files/link/b.png", "other/b.png"})


def outcomes(world: World) -> set[str]:
    return {str(row.path.relative_to(world.folder.parent)) for row in world.library.outcomes()}
