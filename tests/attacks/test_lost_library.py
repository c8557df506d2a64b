"""A library's files are taken away under the program: it notices, says so, stops writing."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from qwen3vl_app.errors import LibraryLostError
from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.store.belongings import DATABASE, strangers
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemId
from tests.attacks.program import PAGE, Program, draw_library, serving
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World
from tests.store.build import content, put_file, unit, vector_of
from tests.survival.killed import DirectReader

EAST = unit(1, 0, 0, 0)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, DirectReader(), TinyHost())
    made.pictures(3)
    made.index()
    yield made
    made.close()


# ---------------------------------------------------------------- what is done to the files


def delete_the_folder(directory: Path) -> None:
    while directory.exists():  # the program may just be putting its progress there
        shutil.rmtree(directory, ignore_errors=True)


def delete_library_db(directory: Path) -> None:
    (directory / "library.db").unlink()


def rename_the_folder(directory: Path) -> None:
    directory.rename(directory.with_name("away"))


def make_the_folder_anew(directory: Path) -> None:
    shutil.rmtree(directory)
    directory.mkdir()


def put_an_empty_file_in_its_place(directory: Path) -> None:
    (directory / "library.db").unlink()
    (directory / "library.db").touch()


def put_another_library_in_its_place(directory: Path) -> None:
    other = directory.with_name("other")
    Library.open(other).close()
    os.replace(other / "library.db", directory / "library.db")


def put_a_whole_other_folder_in_its_place(directory: Path) -> None:
    directory.rename(directory.with_name("away"))
    Library.open(directory).close()


def copy_another_library_over_it(directory: Path) -> None:
    other = directory.with_name("other")
    with Library.open(other) as library:
        long = content(text="long " * 200_000)
        put_file(library, Path("/p/a.png"), "a", [(long, EAST)])
    data = (other / "library.db").read_bytes()
    assert len(data) > (directory / "library.db").stat().st_size
    with (directory / "library.db").open("r+b") as file:
        file.write(data)


def cut_it_to_nothing(directory: Path) -> None:
    with (directory / "library.db").open("r+b") as file:
        file.truncate(0)


def cut_it_in_half(directory: Path) -> None:
    with (directory / "library.db").open("r+b") as file:
        file.truncate(file.seek(0, os.SEEK_END) // 2)


def delete_its_wal(directory: Path) -> None:
    (directory / "library.db-wal").unlink()


def delete_its_shm(directory: Path) -> None:
    (directory / "library.db-shm").unlink()


ATTACKS: list[Callable[[Path], None]] = [
    delete_the_folder, delete_library_db, rename_the_folder, make_the_folder_anew,
    put_an_empty_file_in_its_place, put_another_library_in_its_place,
    put_a_whole_other_folder_in_its_place, copy_another_library_over_it, cut_it_to_nothing,
    cut_it_in_half, delete_its_wal, delete_its_shm,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_files_taken_away__is_noticed_at_once_and_nothing_is_added(
    world: World, attack: Callable[[Path], None]
) -> None:
    assert world.library.trouble() is None
    attack(world.library.directory)
    trouble = world.library.trouble()
    assert isinstance(trouble, LibraryLostError)
    assert trouble.code == "library.lost"
    assert "\n" not in str(trouble)
    new = world.picture("new.png", (9, 9, 9))
    with pytest.raises(LibraryLostError):
        world.indexer.add([new])
    progress = world.indexer.progress()
    assert (progress.state, progress.message) == (IndexState.FAILED, trouble.message)
    with pytest.raises(LibraryLostError):
        world.library.tag([ItemId(1)], "new")
    with pytest.raises(LibraryLostError):
        world.library.forget([new])


@pytest.mark.parametrize("attack", ATTACKS)
def test_files_taken_away__while_indexing_stops_the_run(
    tmp_path: Path, attack: Callable[[Path], None]
) -> None:
    world = World(tmp_path, DirectReader(), TinyHost())
    try:
        world.pictures(30)
        world.host.open.clear()
        world.indexer.add([world.folder])
        world.indexer.start()
        assert world.host.entered.acquire(timeout=60)
        attack(world.library.directory)
        world.host.open.set()
        progress = world.indexer.wait(timeout=120)
        assert progress.state is IndexState.FAILED
        assert "was taken away" in str(progress.message)
    finally:
        world.close()


def test_folder_renamed_and_renamed_back__goes_on(world: World) -> None:
    away = world.library.directory.with_name("away")
    world.library.directory.rename(away)
    new = world.picture("new.png", (9, 9, 9))
    with pytest.raises(LibraryLostError):
        world.indexer.add([new])
    away.rename(world.library.directory)
    assert world.library.trouble() is None
    world.indexer.add([new])
    assert world.indexer.wait(timeout=60).state is IndexState.IDLE
    assert "new.png" in world.names()


def test_library_db_replaced_within_a_transaction__nothing_is_kept(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        put_file(library, Path("/p/a.png"), "a", [(content(), EAST)])
        with pytest.raises(LibraryLostError):  # noqa: SIM117, PT012
            with library._connection.writing() as conn:
                conn.execute("DELETE FROM item")
                put_an_empty_file_in_its_place(library.directory)
        assert len(library.list_items()) == 1


def test_wal_deleted__what_was_committed_is_in_the_file_after_the_end(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        put_file(library, Path("/p/a.png"), "a", [(content(), EAST)])
        delete_its_wal(library.directory)
        assert isinstance(library.trouble(), LibraryLostError)
    with Library.open(tmp_path / "library") as library:
        assert len(library.list_items()) == 1
        assert not any("damage" in line for line in map(str, library.check()))


def test_searching__goes_on_from_what_is_open(world: World) -> None:
    space = world.host.space()
    vector = vector_of(world.library, space, world.library.list_items()[0].id)
    assert len(world.library.search(space, vector, 10)) == 3
    delete_the_folder(world.library.directory)
    assert len(world.library.search(space, vector, 10)) == 3


def test_other_tables_and_checkpoints_of_our_own__are_no_loss(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        for n in range(40):
            long = content(text=f"{n} word " * 20_000)
            put_file(library, Path(f"/p/{n}.png"), f"{n}", [(long, EAST)])
        assert library.trouble() is None
        library.forget([Path("/p")])
        with library._connection.changing_alone() as conn:
            conn.execute("VACUUM")
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        put_file(library, Path("/p/a.png"), "a", [(content(), EAST)])
        with Library.open(library.directory, writable=False) as reader:
            assert len(reader.list_items()) == 1
        put_file(library, Path("/p/b.png"), "b", [(content(), EAST)])
        assert library.trouble() is None


# ---------------------------------------------------------------- folders beside the file


def test_thumbnails_folder_deleted__is_said_and_made_anew_by_the_next_start(world: World) -> None:
    shutil.rmtree(world.library.thumbnails)
    world.picture("new.png", (9, 9, 9))
    progress = world.index()
    assert progress.state is IndexState.FAILED
    assert "thumbnail cannot be written" in str(progress.message)
    world.restart()
    world.indexer.start()
    assert world.indexer.wait(timeout=60).state is IndexState.IDLE
    assert "new.png" in world.names()


# ---------------------------------------------------------------- the next start


def test_start_after_library_db_was_deleted__own_files_are_no_strangers(tmp_path: Path) -> None:
    """Whatever the program writes into a library is known to be its own."""
    draw_library(tmp_path)
    with serving(tmp_path) as program, program.client(headers=PAGE) as http:
        (item, *_) = http.get("/api/items").json()["items"]
        assert http.get(f"/m/preview/{item['id']}").status_code == 200
        http.put("/api/ignore", json={"patterns": ["*.tmp"]}).raise_for_status()
        http.put("/api/upload", content=b"a note", headers={"x-path": "note.txt"})
        names = {path.name for path in program.library.iterdir()}
        assert {"progress.json", "previews", "ignore.txt", "library.db"} <= names
        assert strangers(names) == []
        program.stop()
    for file in (tmp_path / "library").glob("library.db*"):
        file.unlink()
    with serving(tmp_path) as program, program.client() as http:
        assert http.get("/api/index/status").json()["items"]["picture"] == 0


def test_wal_left_without_its_library_db__is_kept_and_not_applied(tmp_path: Path) -> None:
    with Library.open(tmp_path) as library:
        put_file(library, Path("/p/a.png"), "a", [(content(), EAST)])
        wal = (tmp_path / "library.db-wal").read_bytes()
    (tmp_path / "library.db").unlink()
    (tmp_path / "library.db-wal").write_bytes(wal)
    with Library.open(tmp_path) as library:
        assert library.list_items() == []
        assert "begun anew" in str(library.notices[0])
    (kept,) = tmp_path.glob("library.db.left-*-wal")
    assert kept.read_bytes() == wal


def test_copy_put_back_beside_an_old_wal__is_not_spoiled(tmp_path: Path) -> None:
    """What the advice of earlier versions led to."""
    directory = tmp_path / "library"
    with Library.open(directory) as library:
        for n in range(20):
            put_file(library, Path(f"/p/{n}.png"), f"{n}", [(content(text=f"word{n}"), EAST)])
    with closing(sqlite3.connect(directory / "library.db")) as conn:
        conn.execute("VACUUM INTO ?", (str(tmp_path / "copy.db"),))
    with Library.open(directory) as library:
        library.forget([Path(f"/p/{n}.png") for n in range(10)])
        for n in range(20, 60):
            put_file(library, Path(f"/p/{n}.png"), f"{n}", [(content(text=f"word{n}"), EAST)])
        wal = (directory / "library.db-wal").read_bytes()
    shutil.copyfile(tmp_path / "copy.db", directory / "library.db")
    (directory / "library.db-wal").write_bytes(wal)
    with Library.open(directory) as library:
        assert sorted(item.path.name for item in library.list_items()) == sorted(
            f"{n}.png" for n in range(20)
        )
        assert "belongs to another file" in str(library.notices[0])
        assert not any("SQLite finds damage" in line for line in map(str, library.check()))


# ---------------------------------------------------------------- over the wire


@pytest.fixture
def attacked(fresh: Program) -> Program:
    delete_the_folder(fresh.library)
    return fresh


def test_folder_deleted_under_the_server__status_says_it_and_nothing_is_taken(
    attacked: Program,
) -> None:
    with attacked.client(headers=PAGE) as http:
        index = http.get("/api/index/status").json()["index"]
        assert index["state"] == "failed"
        assert index["message"]["code"] == "library.lost"
        sent = http.put("/api/upload", content=b"a note", headers={"x-path": "note.txt"})
        added = http.post("/api/index/add", json={"path": str(attacked.folder / "files")})
        for answer in (sent, added):
            assert answer.status_code == 503
            assert answer.json()["code"] == "library.lost"
        assert not attacked.library.exists()
    # uvicorn ends as others expect it of a program that was sent this signal
    assert attacked.stop() in (0, -signal.SIGTERM)
    assert not any("Traceback" in line for line in attacked.said)


@pytest.mark.parametrize("how", ["deleted", "replaced", "renamed"])
def test_files_taken_away_from_a_reader__is_said_while_it_goes_on(
    tmp_path: Path, how: str
) -> None:
    here, other = tmp_path / "here", tmp_path / "other"
    for directory in (here, other):
        Library.open(directory).close()
    with Library.open(here, writable=False) as library:
        assert library.notices == ()
        with Library.open(here) as writer:  # what others write is no loss
            writer.writer.remember_folders([tmp_path], None)
        assert library.notices == ()
        if how == "deleted":
            (here / DATABASE).unlink()
        elif how == "replaced":
            (other / DATABASE).replace(here / DATABASE)
        else:
            here.rename(tmp_path / "there")
        assert len(library.notices) == 1
        assert "was moved away or replaced" in str(library.notices[0])
        assert library.trouble() is None
        assert [folder.path for folder in library.folders()] == [tmp_path]  # still read


def test_an_unexpected_error__is_still_a_bug(tmp_path: Path) -> None:
    """Only what a damaged file explains is said to be damage."""
    with Library.open(tmp_path) as library:
        with pytest.raises(ZeroDivisionError), library._connection.reading():
            _ = 1 / 0
        with pytest.raises(sqlite3.OperationalError), library._connection.reading() as conn:
            conn.execute("SELECT nonsense FROM item")
