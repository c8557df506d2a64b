from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from fpdf import FPDF

from qwen3vl_app.errors import LibraryReadOnlyError, UsageError
from qwen3vl_app.indexing.indexer import Indexer
from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.media.damage import BREAKS_OFF
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemFilter, Kind, ModelInput, Outcome
from tests.indexing.embedders import REJECTED, HashingEmbedder, TinyHost, embedded
from tests.indexing.world import World, counted
from tests.media.films import CONSTANT, Film, write
from tests.store.build import vector_of


def test_add__mixed_folder(world: World) -> None:
    world.picture("sub/red.png")
    world.text("notes.md", "zebra crossing", "quiet harbour")
    (world.folder / "empty.png").touch()
    (world.folder / "program.exe").write_bytes(b"MZ")

    progress = world.index(collection="trip")

    assert progress.state is IndexState.IDLE
    assert counted(progress) == {"indexed": 2, "failed": 1, "skipped": 1}
    assert (progress.files, progress.items) == (4, 3)
    counts = world.library.counts()
    assert counts.pending == 0
    assert (counts.items[Kind.PICTURE], counts.items[Kind.PASSAGE]) == (1, 2)
    assert world.library.collections() == [("trip", 3)]
    (failure,) = world.library.failures()
    assert (failure.path.name, str(failure.reason)) == (
        "empty.png",
        "The file is empty (0 bytes).",
    )
    assert world.library.check() == []


def test_add__what_was_added_is_found(world: World) -> None:
    world.text("notes.md", "zebra zebra zebra zebra", "harbour harbour harbour harbour")
    world.index()
    found = world.library.search(world.host.space(), embedded(ModelInput(texts=("harbour",))), 1)
    item = world.library.item(found[0].item_id)
    assert item is not None
    assert (item.ordinal, item.place.first_line) == (1, 3)
    assert "harbour" in item.text
    assert world.library.thumbnail_path(item.thumbnail) is not None


def test_add__single_pictures_share_batches(world: World) -> None:
    world.pictures(10)
    world.index()
    assert world.host.batches == [4, 4, 2]


def test_add__long_file_is_cut_into_batches(world: World) -> None:
    world.text("long.txt", *(f"chapter{n}" for n in range(9)))
    progress = world.index()
    assert world.host.batches == [4, 4, 1]
    assert (progress.items, counted(progress)) == (9, {"indexed": 1})


def test_add__several_folders_and_files(world: World) -> None:
    first, second = world.picture("a/one.png", "red"), world.picture("b/two.png", "blue")
    progress = world.index(first.parent, second)
    assert counted(progress) == {"indexed": 2}


def test_add__overlapping_paths_count_once(world: World) -> None:
    path = world.picture("a/one.png")
    progress = world.index(world.folder, path.parent, path)
    assert (progress.files, counted(progress)) == (1, {"indexed": 1})


def test_add__path_that_is_not_there(world: World) -> None:
    there = world.picture("a.png")
    with pytest.raises(UsageError, match="none does not exist"):
        world.indexer.add([there, world.folder / "none"])
    assert not world.library.writer.has_work()


def test_add__library_itself_is_refused_and_passed_over(world: World) -> None:
    with pytest.raises(UsageError, match="belongs to the library itself"):
        world.indexer.add([world.library.thumbnails])
    world.picture("a.png")
    upload = world.library.uploads / "b.png"
    shutil.copy(world.picture("b.png", "blue"), upload)
    progress = world.index(world.folder.parent)  # holds files and library
    assert counted(progress) == {"indexed": 2}
    assert counted(world.index(upload)) == {"duplicate": 1}
    assert counted(world.index(world.folder.parent)) == {"unchanged": 2}
    assert world.outcome_of(upload) is Outcome.DUPLICATE


def test_add__again_is_unchanged_without_the_model(world: World) -> None:
    world.pictures(3)
    world.index()
    world.host.batches.clear()
    progress = world.index()
    assert (counted(progress), progress.items) == ({"unchanged": 3}, 0)
    assert world.host.batches == []


def test_add__again_with_a_collection_joins_it(world: World) -> None:
    world.pictures(3)
    world.index()
    world.index(collection="late")
    assert world.library.collections() == [("late", 3)]
    assert len(world.library.list_items(ItemFilter(collection="late"))) == 3


def test_add__empty_folder(world: World) -> None:
    progress = world.index()
    assert (progress.state, progress.files) == (IndexState.IDLE, 0)


# ---------------------------------------------------------------- same bytes, other bytes


def test_duplicates__are_embedded_once(world: World) -> None:
    for name in ("a.png", "b.png", "c/d.png"):
        world.picture(name)
    progress = world.index()
    assert counted(progress) == {"indexed": 1, "duplicate": 2}
    assert (progress.items, sum(world.host.batches)) == (1, 1)
    (item,) = world.library.list_items()
    assert [path.name for path in world.library.paths_of(item.content_hash)] == [
        "a.png",
        "b.png",
        "d.png",
    ]


def test_duplicates__of_a_file_that_is_long_in_work(world: World) -> None:
    path = world.text("a.txt", *(f"chapter{n}" for n in range(12)))
    for n in range(6):
        shutil.copy(path, path.with_name(f"copy{n}.txt"))
    progress = world.index()
    assert counted(progress) == {"indexed": 1, "duplicate": 6}
    assert sum(world.host.batches) == 12


def test_duplicates__later_copy_costs_no_model_call(world: World) -> None:
    path = world.picture("a.png")
    world.index()
    world.host.batches.clear()
    shutil.copy(path, world.folder / "copy.png")
    assert counted(world.index()) == {"unchanged": 1, "duplicate": 1}
    assert world.host.batches == []


def test_renamed__costs_no_model_call(world: World) -> None:
    path = world.text("old.txt", "one", "two")
    world.index(collection="trip")
    ids = [item.id for item in world.library.list_items()]
    world.host.batches.clear()
    path.rename(world.folder / "new.txt")
    progress = world.index()
    assert counted(progress) == {"indexed": 1}
    assert world.host.batches == []
    assert [item.id for item in world.library.list_items()] == ids
    assert world.names() == ["new.txt", "new.txt"]
    assert world.library.check() == []


def test_touched__costs_no_model_call(world: World) -> None:
    path = world.picture("a.png")
    world.index()
    world.host.batches.clear()
    os.utime(path, ns=(10**18, 10**18))
    assert counted(world.index()) == {"unchanged": 1}
    assert counted(world.index()) == {"unchanged": 1}
    assert world.host.batches == []
    assert world.library.counts().files[Outcome.INDEXED] == 1


def test_changed__replaces_its_items(world: World) -> None:
    path = world.text("a.txt", "old1", "old2", "old3")
    world.index()
    world.text("a.txt", "new1", "new2")
    assert counted(world.index()) == {"indexed": 1}
    assert [item.text[:4] for item in world.library.siblings(last(world))] == ["new1", "new2"]
    assert (
        len(world.library.search(world.host.space(), embedded(ModelInput(texts=("old1",))), 10))
        == 2
    )
    assert world.library.paths_of(world.library.item(last(world)).content_hash) == [path]
    assert world.library.check() == []


def test_changed__into_something_broken(world: World) -> None:
    path = world.picture("a.png")
    world.index()
    path.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    assert counted(world.index()) == {"failed": 1}
    assert world.library.list_items() == []
    world.picture("a.png", "blue")
    assert counted(world.index()) == {"indexed": 1}
    assert world.library.failures() == []


def last(world: World):
    return world.library.list_items(limit=1)[0].id


# ---------------------------------------------------------------- vanished files


def test_vanished__leaves_after_a_scan(world: World) -> None:
    world.pictures(3)[1].unlink()
    world.index()
    (world.folder / "000.png").unlink()
    world.index()
    assert world.names() == ["002.png"]
    assert list(world.library.counts().files.values()) == [1, 0, 0, 0]
    assert len(list(world.library.thumbnails.iterdir())) == 1


def test_vanished__other_folders_are_not_touched(world: World) -> None:
    gone, other = world.picture("a/one.png", "red"), world.picture("b/two.png", "blue")
    world.index()
    gone.unlink()
    other.unlink()
    world.picture("a/three.png", "green")
    world.index(gone.parent)
    assert world.names() == ["two.png", "three.png"]


def test_vanished__empty_folder_may_be_a_drive_that_is_not_mounted(world: World) -> None:
    for path in world.pictures(3):
        world.index(world.folder)
        path.unlink()
    progress = world.index()
    assert "the 1 files that were there are kept" in str(progress.message)
    assert len(world.names()) == 1


def test_vanished__folder_that_was_named(world: World) -> None:
    path = world.picture("a/one.png")
    world.indexer.add([path.parent])
    shutil.rmtree(path.parent)
    progress = world.finish()
    assert progress.state is IndexState.IDLE
    assert "is no longer there" in str(progress.message)
    assert not world.library.writer.has_work()


def test_vanished__below_a_folder_that_cannot_be_read(world: World) -> None:
    path = world.picture("a/one.png")
    world.picture("two.png", "blue")
    world.index()
    # What a folder without permission looks like, also to root: something that is no folder.
    path.unlink()
    path.parent.rmdir()
    os.mkfifo(path.parent)
    progress = world.index()
    assert counted(progress) == {"unchanged": 1, "skipped": 1}
    assert world.names() == ["one.png", "two.png"]


# ---------------------------------------------------------------- parts that do not work


def test_bad_files__never_spoil_their_batch(world: World) -> None:
    for number, path in enumerate(world.pictures(8)):
        if number % 2:
            path.write_bytes(path.read_bytes()[:60])
    progress = world.index()
    assert counted(progress) == {"indexed": 4, "failed": 4}
    assert world.names() == ["000.png", "002.png", "004.png", "006.png"]
    for item in world.library.list_items():
        (seen,) = world.reader.model_inputs(
            item.path, [part_of(item)], budget=world.host.embedder_budget()
        )
        expected = embedded(seen)
        assert vector_of(world.library, world.host.space(), item.id).tolist() == pytest.approx(
            expected.tolist()
        )


def part_of(item):
    from qwen3vl_app.types import Part

    return Part(ordinal=item.ordinal, kind=item.kind, place=item.place)


def test_rejected_part__the_rest_of_the_file_is_indexed(world: World) -> None:
    world.text("a.txt", "fine", REJECTED, "also fine")
    progress = world.index()
    assert (counted(progress), progress.items) == ({"indexed": 1}, 2)
    (row,) = world.library.outcomes()
    assert str(row.reason) == (
        "1 of 3 passages could not be read: lines 3–3: too long for the model"
    )


def test_damaged_video__is_indexed_with_a_note(world: World) -> None:
    film = Film(shown=CONSTANT, size=(192, 128), grainy=True)
    sound = write(world.folder / "sound.mkv", film)
    torn, holed = world.folder / "torn.mkv", world.folder / "holed.mkv"
    data = sound.read_bytes()
    third = len(data) // 3
    torn.write_bytes(data[: 2 * third])
    holed.write_bytes(data[:third] + bytes(third) + data[2 * third :])
    assert counted(world.index()) == {"indexed": 3}
    notes = {row.path: str(row.reason) for row in world.library.outcomes()}
    assert notes[sound] == ""
    assert notes[torn] == str(BREAKS_OFF)
    assert notes[holed].startswith("A part of the video is damaged or missing, the first of it at")


def test_rejected_part__only_one(world: World) -> None:
    world.text("a.txt", REJECTED)
    assert counted(world.index()) == {"failed": 1}
    assert str(world.library.failures()[0].reason) == "too long for the model"
    assert world.library.counts().pending == 0


def test_pdf__pages_with_their_text(world: World) -> None:
    pdf = FPDF()
    for number in range(3):
        pdf.add_page()
        pdf.set_font("Helvetica", size=30)
        pdf.cell(text=f"page number {number + 1}")
    pdf.output(str(world.folder / "three.pdf"))
    assert world.index().items == 3
    pages = world.library.siblings(last(world))
    assert [item.place.page for item in pages] == [1, 2, 3]
    assert pages[1].text.strip() == "page number 2"


def test_vector_that_is_no_number__fails_that_file_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.pictures(2)

    def embed(self, inputs, instruction):
        batch = plain(self, inputs, instruction)
        batch.vectors[0] = float("nan")
        return batch

    plain = HashingEmbedder.embed
    monkeypatch.setattr(HashingEmbedder, "embed", embed)
    assert counted(world.index()) == {"indexed": 1, "failed": 1}
    assert str(world.library.failures()[0].reason) == "The model gave no usable vector."


# ---------------------------------------------------------------- spaces


def test_new_space__everything_is_embedded_again(world: World) -> None:
    world.pictures(5)
    world.text("a.txt", "one", "two")
    shutil.copy(world.folder / "000.png", world.folder / "copy.png")
    world.index()
    ids = sorted(item.id for item in world.library.list_items())
    world.host = TinyHost(HashingEmbedder("hashing-2"))
    world.restart()
    found = counted(world.index())
    # the copy is looked at before or after what it equals has been embedded
    assert found in ({"indexed": 6, "duplicate": 1}, {"indexed": 6, "unchanged": 1})
    assert sorted(item.id for item in world.library.list_items()) == ids
    assert [count for _, count in world.library.spaces()] == [7, 7]
    assert world.library.check() == []
    world.host.batches.clear()
    assert counted(world.index()) == {"unchanged": 7}
    assert world.host.batches == []


def test_new_space__is_noticed_at_the_start(world: World) -> None:
    world.pictures(3)
    world.index()
    world.host = TinyHost(HashingEmbedder("hashing-2"))
    world.restart()
    world.indexer.start()
    assert world.host.entered.acquire(timeout=10)
    progress = world.indexer.wait(timeout=30)
    assert counted(progress) == {"indexed": 3}
    assert [count for _, count in world.library.spaces()] == [3, 3]


def test_new_space__file_that_has_gone_keeps_its_old_vectors(world: World) -> None:
    paths = world.pictures(3)
    world.index()
    old = world.host.embedder.space
    paths[0].unlink()
    world.host = TinyHost(HashingEmbedder("hashing-2"))
    world.restart()
    progress = world.index(paths[1])
    assert counted(progress) == {"indexed": 2, "failed": 1}
    assert len(world.library.search(old, embedded(ModelInput()), 10)) == 3
    assert len(world.library.search(world.host.space(), embedded(ModelInput()), 10)) == 2


def test_read_only__refuses_to_add(world: World) -> None:
    world.picture("a.png")
    with Library.open(world.library.directory, writable=False) as library:
        indexer = Indexer(library, world.reader, world.models, world.settings)
        assert indexer.progress().state is IndexState.IDLE
        with pytest.raises(LibraryReadOnlyError):
            indexer.add([world.folder])
        with pytest.raises(LibraryReadOnlyError):
            indexer.start()
        indexer.close()


def test_names__that_are_hard_to_write(world: World) -> None:
    raws = (b"line\nbreak.png", b"\xff\xfe.png", "\u202egnp.😀.png".encode(), b"x" * 251 + b".png")
    for number, raw in enumerate(raws):
        path = Path(os.fsdecode(os.fsencode(world.folder) + b"/" + raw))
        shutil.copy(world.picture(f"{number}.png", (number, 0, 0)), path)
        (world.folder / f"{number}.png").unlink()
    progress = world.index()
    assert counted(progress) == {"indexed": 4}
    progress.current.encode()
    assert {os.fsencode(name) for name in world.names()} == set(raws)
