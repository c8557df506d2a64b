"""What was removed can be brought back whole, for 30 days by whatever clock."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest

from qwen3vl_app.errors import LibraryReadOnlyError, UsageError
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import RemovalId, RemovedKind
from qwen3vl_app.types import ContentHash, ExactWords, Outcome
from tests.store.build import SPACE, content, put_file, stamp, unit

EAST, NORTH = unit(1, 0, 0, 0), unit(0, 1, 0, 0)
DAY = timedelta(days=1)


def drop(library: Library, name: str, data: bytes) -> Path:
    """A copy as the page makes one, indexed."""
    half = library.uploads / ".arriving-test.part"
    half.write_bytes(data)
    named = ContentHash(hashlib.blake2b(data, digest_size=16).hexdigest())
    place = library.dropped.place(half, PurePosixPath(name), named)
    put_file(
        library, place, data.decode(), [(content(text=data.decode()), EAST)], collection="Trip"
    )
    return place


def now() -> datetime:
    return datetime.now(UTC)


def trashed(library: Library) -> int:
    return library.trash.size().files


def passed(library: Library, since: timedelta) -> int:
    """Tidy at a time as it is found, and again two days later."""
    first = library.trash.tidy(now() + since)
    return first + library.trash.tidy(now() + since + 2 * DAY)


# ---------------------------------------------------------------- copies


def test_remove__a_copy_goes_to_the_trash_and_comes_back_whole(library: Library) -> None:
    place = drop(library, "Italy/boat.txt", b"a boat at sea")
    (item,) = library.list_items()
    library.tag([item.id], "sea")
    when = place.stat().st_mtime_ns
    removed = library.trash.remove([place])
    assert (removed.files, removed.copies) == (1, 1)
    assert not place.exists()
    assert not place.parent.exists()
    assert (library.list_items(), library.search(SPACE, EAST, 5)) == ([], [])
    assert library.find_words(ExactWords.read("boat")).found == ()
    assert library.tags() == []
    assert library.check() == []
    (row,) = library.trash.all()
    assert (row.path, row.kind, row.stays, row.files) == (place, RemovedKind.COPY, False, 1)
    assert row.thumbnail == item.thumbnail
    assert library.thumbnail_path(row.thumbnail) is not None
    assert trashed(library) == 1

    (returned,) = library.trash.restore(removed.ids)
    assert returned.path == place
    assert place.read_bytes() == b"a boat at sea"
    assert place.stat().st_mtime_ns == when
    assert [one.id for one in library.list_items()] == [item.id]
    assert [hit.item_id for hit in library.search(SPACE, EAST, 5)] == [item.id]
    assert library.find_words(ExactWords.read("boat")).found == (item.id,)
    assert (library.tags(), library.collections()) == ([("sea", 1)], [("Trip", 1)])
    assert (library.trash.all(), trashed(library)) == ([], 0)
    assert library.check() == []


def test_remove__survives_the_end_of_the_program(library: Library) -> None:
    place = drop(library, "boat.txt", b"a boat")
    ids = library.trash.remove([place]).ids
    library.close()
    with Library.open(library.directory) as again:
        assert [one.id for one in again.trash.all()] == [*ids]
        again.trash.restore(ids)
        assert [one.path for one in again.list_items()] == [place]


def test_restore__a_name_that_was_taken_meanwhile_gets_a_number(library: Library) -> None:
    place = drop(library, "boat.txt", b"the first")
    ids = library.trash.remove([place]).ids
    assert drop(library, "boat.txt", b"the second") == place
    (returned,) = library.trash.restore(ids)
    assert returned.path == library.uploads / "boat (2).txt"
    assert returned.path.read_bytes() == b"the first"
    assert place.read_bytes() == b"the second"
    assert {one.path for one in library.list_items()} == {place, returned.path}


def test_remove__one_of_two_names_of_the_same_bytes(library: Library) -> None:
    first, second = (drop(library, name, b"same") for name in ("a.txt", "b/c.txt"))
    ids = library.trash.remove([first]).ids
    assert second.read_bytes() == b"same"
    library.trash.restore(ids)
    assert first.samefile(second)
    assert library.trash.remove([first, second]).copies == 2
    assert library.trash.discard() == 2
    assert list(library.uploads.iterdir()) == []
    assert trashed(library) == 0


def test_restore__killed_before_the_copy_was_moved(library: Library, monkeypatch) -> None:
    place = drop(library, "boat.txt", b"a boat")
    monkeypatch.setattr(type(library.dropped), "move", lambda *given: None)
    ids = library.trash.remove([place]).ids
    assert (place.exists(), trashed(library)) == (True, 0)
    library.trash.restore(ids)
    assert [one.path for one in library.list_items()] == [place]


def test_restore__a_copy_that_somebody_deleted_in_the_trash(library: Library) -> None:
    kept, lost = drop(library, "in/a.txt", b"kept"), drop(library, "in/b.txt", b"lost")
    ids = library.trash.remove([library.uploads / "in"]).ids
    for file in (library.directory / "trash").iterdir():
        if file.read_bytes() == b"lost":
            file.unlink()
    returned = library.trash.restore(ids)
    assert [one.path for one in returned] == [kept]
    assert [one.path for one in library.list_items()] == [kept]
    assert not lost.exists()


def test_restore__while_the_same_name_is_being_deleted_it_stays(library: Library) -> None:
    place = drop(library, "boat.txt", b"a boat")
    ids = library.trash.remove([place]).ids
    with library.dropped.deletion() as deletion:
        library.trash.restore(ids)
        deletion.delete([place])
    assert place.read_bytes() == b"a boat"


def test_remove__a_copy_that_no_scan_has_met_yet(library: Library) -> None:
    """As Undo does right after adding; it waits again when it comes back."""
    place = library.uploads / "new.txt"
    place.write_bytes(b"new")
    library.writer.add_sources([place], None)
    removed = library.trash.remove([place])
    assert (removed.files, removed.copies, library.writer.sources()) == (1, 1, [])
    assert not place.exists()
    (returned,) = library.trash.restore(removed.ids)
    assert returned.path == place
    assert library.counts().pending == 1


# ---------------------------------------------------------------- files of folders


def test_remove__a_file_of_a_folder_is_remembered_and_not_touched(library, tmp_path) -> None:
    path = tmp_path / "own.txt"
    path.write_text("mine")
    put_file(library, path, "own", [(content(), EAST)])
    removed = library.trash.remove([path])
    assert (removed.files, removed.copies) == (1, 0)
    assert path.read_text() == "mine"
    assert library.trash.kept_out() == {str(path)}
    (row,) = library.trash.all()
    assert (row.kind, row.stays, row.bytes) == (RemovedKind.FILE, True, 0)
    library.trash.restore(removed.ids)
    assert library.trash.kept_out() == frozenset()
    assert [one.path for one in library.list_items()] == [path]


def test_remove__an_added_folder_comes_back_as_it_was(library: Library) -> None:
    put_file(library, Path("/p/a"), "a", [(content(1), EAST)], collection="one")
    put_file(library, Path("/p/in/b"), "b", [(content(2), NORTH)])
    library.writer.remember_folders([Path("/p"), Path("/p/in")], "one")
    library.writer.watch(Path("/p/in"), on=True)
    before = library.folders()
    removed = library.trash.remove([Path("/p")])
    assert (removed.files, len(removed.ids)) == (2, 1)
    assert (library.folders(), library.list_items()) == ([], [])
    assert library.trash.kept_out() == frozenset(), "it is indexed again when it is added again"
    returned = library.trash.restore(removed.ids)
    assert {one.path for one in returned} == {Path("/p"), Path("/p/in")}
    assert library.folders() == before
    assert len(library.list_items()) == 2


def test_remove__a_folder_inside_an_added_one_stays_removed(library: Library) -> None:
    put_file(library, Path("/p/a"), "a", [(content(1), EAST)])
    put_file(library, Path("/p/in/b"), "b", [(content(2), NORTH)])
    library.writer.remember_folders([Path("/p")], None)
    library.trash.remove([Path("/p/in")])
    assert library.trash.kept_out() == {"/p/in"}
    (row,) = library.trash.all()
    assert (row.kind, row.stays) == (RemovedKind.FOLDER, True)


def test_restore__one_of_equal_files_stands_behind_the_other(library: Library) -> None:
    for path in ("/p/a", "/p/b"):
        put_file(library, Path(path), "same", [(content(), EAST)])
    ids = library.trash.remove([Path("/p/a")]).ids
    library.trash.restore(ids)
    found = {row.path.name: row for row in library.outcomes()}
    assert (found["b"].outcome, found["a"].outcome) == (Outcome.INDEXED, Outcome.DUPLICATE)
    assert str(found["a"].reason) == "Same content as /p/b."
    assert len(library.list_items()) == 1


def test_restore__what_was_found_out_of_a_file_comes_back_too(library: Library) -> None:
    library.writer.record_scan(pending=[stamp(Path("/p/waiting"))])
    put_file(library, Path("/p/note"), "note", [(content(), EAST)])
    ids = library.trash.remove([Path("/p/waiting"), Path("/p/note")]).ids
    assert library.counts().pending == 0
    library.trash.restore(ids)
    assert library.counts().pending == 1
    assert [row.path for row in library.outcomes()] == [Path("/p/note")]


def test_remove__a_file_twice_is_remembered_once(library: Library) -> None:
    put_file(library, Path("/p/a"), "a", [(content(), EAST)])
    library.trash.remove([Path("/p/a")])
    put_file(library, Path("/p/a"), "b", [(content(), NORTH)])
    (ids,) = [library.trash.remove([Path("/p/a"), Path("/p/a")]).ids]
    assert [one.id for one in library.trash.all()] == [*ids]
    assert library.trash.remove([Path("/p/a"), Path("/nowhere")]).ids == ()


def test_restore__what_is_gone_changes_nothing(library: Library) -> None:
    put_file(library, Path("/p/a"), "a", [(content(), EAST)])
    (number,) = library.trash.remove([Path("/p/a")]).ids
    with pytest.raises(UsageError, match="not among what was removed any more"):
        library.trash.restore([number, RemovalId(99)])
    assert len(library.trash.all()) == 1
    library.trash.restore([number, number])
    assert len(library.list_items()) == 1


def test_trash__of_a_library_open_for_reading(library: Library) -> None:
    place = drop(library, "boat.txt", b"a boat")
    ids = library.trash.remove([place]).ids
    library.close()
    with Library.open(library.directory, writable=False) as reader:
        assert [one.id for one in reader.trash.all()] == [*ids]
        for change in (
            lambda: reader.trash.remove([place]),
            lambda: reader.trash.restore(ids),
            reader.trash.discard,
            reader.trash.tidy,
        ):
            with pytest.raises(LibraryReadOnlyError):
                change()
    assert len(os.listdir(library.directory / "trash")) == 1


# ---------------------------------------------------------------- time


def test_sweep__keeps_what_can_come_back(library: Library) -> None:
    place = drop(library, "boat.txt", b"a boat")
    put_file(library, Path("/p/gone"), "gone", [(content(9), NORTH)])
    library.trash.remove([place])
    library.writer.forget([Path("/p/gone")])
    assert library.writer.sweep() == 0
    (row,) = library.trash.all()
    library.trash.restore([row.id])
    assert len(library.list_items()) == 1


def test_tidy__deletes_after_thirty_days_and_not_before(library: Library) -> None:
    place = drop(library, "boat.txt", b"a boat")
    put_file(library, Path("/p/a"), "a", [(content(2), NORTH)])
    library.trash.remove([place, Path("/p/a")])
    thumbnails = len(os.listdir(library.thumbnails))
    assert passed(library, 27 * DAY) == 0
    assert (trashed(library), len(library.trash.all())) == (1, 2)
    assert passed(library, 30 * DAY) == 2
    assert trashed(library) == 0
    assert len(os.listdir(library.thumbnails)) == thumbnails - 2
    (row,) = library.trash.all()
    assert (row.path, row.stays, row.files, row.until) == (Path("/p/a"), True, 0, "")
    assert library.check() == []
    (returned,) = library.trash.restore([row.id])
    assert (returned.path, library.list_items()) == (Path("/p/a"), [])


def test_tidy__a_clock_that_jumps_ahead_and_is_set_right_deletes_nothing(library) -> None:
    library.trash.remove([drop(library, "boat.txt", b"a boat")])
    for _ in range(3):
        assert library.trash.tidy(now() + 4000 * DAY) == 0, "believed at the second day only"
        assert library.trash.tidy(now() + DAY) == 0
    assert trashed(library) == 1


def test_tidy__what_was_removed_while_the_clock_was_ahead_is_not_kept_for_ever(library) -> None:
    library.trash.remove([drop(library, "boat.txt", b"a boat")])
    assert library.trash.tidy(now() - 4000 * DAY) == 0, "now the clock is right"
    assert library.trash.tidy(now() - 3975 * DAY) == 0
    assert library.trash.tidy(now() - 3965 * DAY) == 0
    assert library.trash.tidy(now() - 3963 * DAY) == 1
    assert trashed(library) == 0


def test_discard__deletes_for_good_and_keeps_out(library: Library) -> None:
    place = drop(library, "boat.txt", b"a boat")
    put_file(library, Path("/p/a"), "a", [(content(2, text="a secret"), NORTH)])
    library.trash.remove([place, Path("/p/a")])
    assert library.trash.discard() == 2
    assert trashed(library) == 0
    assert library.trash.kept_out() == {"/p/a"}
    with library._connection.reading() as conn:
        assert conn.execute("SELECT count(*) FROM item").fetchone() == (0,)
        assert conn.execute("SELECT count(*) FROM wording").fetchone() == (0,)
