from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from qwen3vl_app.errors import LibraryError
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import (
    Candidate,
    Item,
    ItemFilter,
    ItemId,
    Kind,
    Outcome,
    Place,
    Space,
)
from tests.store.build import SPACE, content, hash_of, put_file, unit, vector_of

EAST, NORTH, UP = unit(1, 0, 0, 0), unit(0, 1, 0, 0), unit(0, 0, 1, 0)
PASSAGES = ItemFilter(kinds=frozenset({Kind.PASSAGE}))


@pytest.fixture
def filled(library: Library) -> Library:
    """A picture in the collection "trip", and a text of two passages."""
    put_file(library, Path("/p/east.png"), "east", [(content(), EAST)], collection="trip")
    passages = [
        (content(n, Kind.PASSAGE, text=f"passage {n}"), v) for n, v in enumerate([NORTH, UP])
    ]
    put_file(library, Path("/p/notes.txt"), "notes", passages)
    return library


def texts(library: Library, found: list[Candidate]) -> list[str]:
    items = library.items([candidate.item_id for candidate in found])
    return [item.text or item.path.name for item in items.values()]


def test_search__best_first_with_cosines(filled: Library) -> None:
    found = filled.search(SPACE, unit(4, 3, 0, 0), 2)
    assert texts(filled, found) == ["east.png", "passage 0"]
    assert [c.similarity for c in found] == pytest.approx([0.8, 0.6])


def test_search__kind_filter_is_never_short(filled: Library) -> None:
    assert texts(filled, filled.search(SPACE, EAST, 2, PASSAGES)) == ["passage 0", "passage 1"]


def test_search__collection_filter(filled: Library) -> None:
    trip = ItemFilter(collection="trip")
    assert texts(filled, filled.search(SPACE, NORTH, 5, trip)) == ["east.png"]
    assert filled.search(SPACE, NORTH, 5, ItemFilter(collection="none such")) == []
    assert (
        filled.search(SPACE, NORTH, 5, ItemFilter(kinds=PASSAGES.kinds, collection="trip")) == []
    )


def test_search__space_without_vectors_finds_nothing(tmp_path: Path) -> None:
    with Library.open(tmp_path / "other") as library:
        assert library.search(SPACE, EAST, 5) == []
        assert library.spaces() == []


def test_search__wrong_dimension_is_a_bug(filled: Library) -> None:
    with pytest.raises(ValueError, match="dimension 4"):
        filled.search(SPACE, np.ones(3, np.float32), 5)


def test_search__vectors_of_two_spaces_never_meet(filled: Library) -> None:
    other = Space(model="other", dimension=3, fingerprint="other-3")
    assert filled.search(other, unit(1, 0, 0), 5) == []
    put_file(filled, Path("/p/new.png"), "new", [(content(), unit(1, 0, 0))], space=other)
    assert texts(filled, filled.search(other, unit(1, 0, 0), 5)) == ["new.png"]
    assert len(filled.search(SPACE, EAST, 5)) == 3
    assert filled.spaces() == [(SPACE, 3), (other, 1)]


def test_open__finds_again_what_was_kept(filled: Library) -> None:
    before = filled.list_items()
    filled.close()
    with Library.open(filled.directory) as again:
        assert texts(again, again.search(SPACE, UP, 1)) == ["passage 1"]
        assert again.list_items() == before


def test_fetch__as_it_was_kept(filled: Library) -> None:
    (best, *_) = filled.search(SPACE, UP, 1)
    assert vector_of(filled, SPACE, best.item_id).tolist() == UP.tolist()
    assert vector_of(filled, SPACE, ItemId(999)) is None


def test_items__order_asked_for_and_gone_ones_left_out(filled: Library) -> None:
    ids = [item.id for item in filled.list_items()]
    asked = [ids[2], ItemId(999), ids[0]]
    assert list(filled.items(asked)) == [ids[2], ids[0]]
    assert filled.item(ItemId(999)) is None


def test_siblings__the_file_in_its_order(filled: Library) -> None:
    newest = filled.list_items(limit=1)[0]
    assert [item.ordinal for item in filled.siblings(newest.id)] == [0, 1]
    assert filled.siblings(ItemId(999)) == []


def test_list_items__pages_newest_first(filled: Library) -> None:
    first = filled.list_items(limit=2)
    rest = filled.list_items(after=first[-1].id, limit=2)
    assert [item.text for item in first] == ["passage 1", "passage 0"]
    assert [item.path.name for item in rest] == ["east.png"]
    assert filled.list_items(after=rest[-1].id) == []
    assert [item.kind for item in filled.list_items(PASSAGES)] == [Kind.PASSAGE] * 2


def test_counts__by_outcome_and_kind(filled: Library) -> None:
    counts = filled.counts()
    assert counts.files == {
        Outcome.INDEXED: 2,
        Outcome.DUPLICATE: 0,
        Outcome.SKIPPED: 0,
        Outcome.FAILED: 0,
    }
    assert (counts.pending, counts.items[Kind.PASSAGE], counts.items[Kind.VIDEO]) == (0, 2, 0)


def test_collections__sorted_with_items(filled: Library) -> None:
    put_file(filled, Path("/p/copy.png"), "east", [(content(), EAST)], collection="Art")
    put_file(filled, Path("/q/copy.png"), "east", [(content(), EAST)], collection="Art")
    assert filled.collections() == [("Art", 1), ("trip", 1)]


def test_paths_of__first_known_first(filled: Library) -> None:
    put_file(filled, Path("/a/copy.png"), "east", [(content(), EAST)])
    assert filled.paths_of(hash_of("east")) == [Path("/p/east.png"), Path("/a/copy.png")]
    (same,) = filled.outcomes(outcome=Outcome.DUPLICATE)
    assert str(same.reason) == "Same content as /p/east.png."
    assert filled.paths_of(hash_of("nothing")) == []


def test_forget__takes_files_and_their_items(filled: Library) -> None:
    thumbnail = filled.list_items(PASSAGES)[0].thumbnail
    assert filled.thumbnail_path(thumbnail) is not None
    assert filled.forget([Path("/p/notes.txt"), Path("/p/unknown")]) == 1
    assert [item.path.name for item in filled.list_items()] == ["east.png"]
    assert texts(filled, filled.search(SPACE, UP, 5)) == ["east.png"]
    assert filled.thumbnail_path(thumbnail) is None
    assert filled.spaces() == [(SPACE, 1)]


def test_forget__folder(filled: Library) -> None:
    put_file(filled, Path("/p2/other.png"), "other", [(content(), EAST)])
    assert filled.forget([Path("/p")]) == 2
    assert [item.path.name for item in filled.list_items()] == ["other.png"]


def test_forget__copies_keep_the_items(filled: Library) -> None:
    put_file(filled, Path("/a/copy.png"), "east", [(content(), EAST)])
    filled.forget([Path("/p/east.png")])
    assert len(filled.search(SPACE, EAST, 5)) == 3
    assert filled.outcomes(outcome=Outcome.DUPLICATE) == []
    assert {row.path.name: row.outcome for row in filled.outcomes()} == {
        "copy.png": Outcome.INDEXED,
        "notes.txt": Outcome.INDEXED,
    }


def test_forget__deletes_uploads_but_nothing_else(library: Library, tmp_path: Path) -> None:
    upload, own = library.uploads / "drop" / "sub" / "a.png", tmp_path / "own.png"
    for path, name in ((upload, "a"), (own, "b")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        put_file(library, path, name, [(content(), EAST)])
    library.forget([upload, own])
    assert own.exists()
    assert list(library.uploads.iterdir()) == []


def test_thumbnail_path__of_an_earlier_version(filled: Library) -> None:
    earlier = filled.thumbnails / f"{'0' * 32}.webp"
    earlier.write_bytes(b"webp")
    assert filled.thumbnail_path("0" * 32) == earlier


def test_thumbnail_path__only_hashes_are_looked_up(filled: Library) -> None:
    name = filled.list_items()[0].thumbnail
    assert filled.thumbnail_path(name) == filled.thumbnails / f"{name}.jpg"
    for hostile in ("../library.db", "", "x" * 32, f"{name}.jpg", f"../thumbnails/{name}"):
        assert filled.thumbnail_path(hostile) is None


def test_check__says_what_is_missing(filled: Library) -> None:
    for file in filled.thumbnails.iterdir():
        file.unlink()
    missing_files, missing_thumbnails = map(str, filled.check())
    assert missing_files.startswith("2 files are no longer on disk")
    assert missing_thumbnails.startswith("3 thumbnails are missing")


def test_check__finds_a_wrong_index(filled: Library) -> None:
    filled._spaces.drop([filled.list_items()[0].id])
    assert any("1 items missing, 0 too many" in line for line in map(str, filled.check()))


def test_check__finds_damage(filled: Library) -> None:
    with filled._connection.reading() as conn:
        sql = "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = ?"
        page, size = conn.execute(sql, ("item_thumbnail",)).fetchone()
    filled.close()
    with (filled.directory / "library.db").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    with Library.open(filled.directory) as damaged:
        assert any("damage" in line for line in map(str, damaged.check()))


def test_close__later_use_is_one_sentence(filled: Library) -> None:
    filled.close()
    filled.close()
    with pytest.raises(LibraryError, match="has been closed"):
        filled.counts()


def test_library__works_on_any_thread(filled: Library) -> None:
    def look(number: int) -> Item:
        if number % 5 == 0:
            path = Path(f"/t/{number}.png")
            put_file(filled, path, f"file {number}", [(content(), unit(1, number, 0, 0))])
        return filled.items([filled.search(SPACE, EAST, 1)[0].item_id]).popitem()[1]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(look, range(1, 60)))
    assert {item.path.name for item in found} == {"east.png"}
    assert len(filled.list_items()) == 3 + 11
    assert filled.list_items()[0].place == Place()
