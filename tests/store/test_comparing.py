"""Originals that thumbnails cannot tell apart: what is noted, compared, remembered."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from PIL import Image

from qwen3vl_app.errors import LibraryReadOnlyError
from qwen3vl_app.media.thumbnails import thumbnail
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables import checksums
from qwen3vl_app.store.tables.comparisons import put_comparison
from qwen3vl_app.types import ItemId
from tests.index.test_agreeing import invoice, saved
from tests.store.build import SPACE, content, hash_of, put_file, unit

LOOK = 0xF0F0_0000_FFFF_1234


def put(library: Library, name: str, picture: Image.Image) -> ItemId:
    one = replace(content(phash=LOOK, size=picture.size), thumbnail=thumbnail(picture))
    put_file(library, Path(f"/p/{name}"), name, [(one, unit(1, 0, 0, 0))])
    return library.list_items(limit=1)[0].id


def never() -> bool:
    return False


class Compare:
    """Says what a test wants, and notes of which files it was asked."""

    def __init__(self, answer: bool | None) -> None:
        self.answer = answer
        self.asked: list[set[str]] = []

    def __call__(self, one, other) -> bool | None:
        self.asked.append({files[0].path.name for files in (one, other)})
        return self.answer


@pytest.fixture
def pages(library) -> list[ItemId]:
    """Two that thumbnails cannot tell apart, the second compressed more."""
    return [put(library, "a", invoice(7)), put(library, "b", saved(invoice(7), "JPEG", 80))]


def copies(library: Library, pages: list[ItemId]) -> int:
    (count,) = {
        sum(map(len, library.collapsed(SPACE, ids, 9).copies.values()))
        for ids in (pages, pages[::-1])
    }
    assert sum(len(group.copies) for group in library.duplicates(SPACE)) == count
    return count


def test_settle__until_then_thumbnails_count(library, pages):
    compare = Compare(answer=False)
    assert copies(library, pages) == 1
    library.comparisons.settle(compare, never)
    assert copies(library, pages) == 0
    library.comparisons.settle(compare, never)
    assert compare.asked == [{"a", "b"}]


def test_settle__pages_that_agree_stay_copies(library, pages):
    assert copies(library, pages) == 1
    library.comparisons.settle(Compare(answer=True), never)
    assert copies(library, pages) == 1


def test_settle__an_original_that_is_away_leaves_it_to_the_thumbnails(library, pages):
    """And is not asked for again at every search."""
    away = Compare(answer=None)
    for _ in range(3):
        assert copies(library, pages) == 1
        library.comparisons.settle(away, never)
    assert len(away.asked) == 1


def test_settle__nothing_where_something_else_is_to_be_done(library, pages):
    compare = Compare(answer=False)
    assert copies(library, pages) == 1
    library.comparisons.settle(compare, lambda: True)
    assert compare.asked == []
    library.comparisons.settle(compare, never)
    assert copies(library, pages) == 0


def test_meet_pictures__only_what_is_new_and_what_is_close_to_it(library, pages):
    compare = Compare(answer=False)
    library.meet_pictures(SPACE, pages[1])
    library.comparisons.settle(compare, never)
    assert compare.asked == []
    library.meet_pictures(SPACE, pages[0])
    library.comparisons.settle(compare, never)
    assert compare.asked == [{"a", "b"}]
    assert copies(library, pages) == 0


def test_comparisons__are_kept_and_seen_by_readers(tmp_path):
    directory = tmp_path / "library"
    with Library.open(directory) as library:
        pages = [put(library, "a", invoice(7)), put(library, "b", saved(invoice(7), "JPEG", 80))]
        with Library.open(directory, writable=False) as reading:
            assert copies(reading, pages) == 1
            with pytest.raises(LibraryReadOnlyError):
                reading.comparisons.settle(Compare(answer=False), never)
            assert copies(library, pages) == 1
            library.comparisons.settle(Compare(answer=False), never)
            assert copies(reading, pages) == 0
    with Library.open(directory) as library:
        compare = Compare(answer=True)
        assert copies(library, pages) == 0
        library.comparisons.settle(compare, never)
        assert compare.asked == []


def test_comparisons__go_with_their_pictures(library, pages):
    assert copies(library, pages) == 1
    library.comparisons.settle(Compare(answer=False), never)
    library.forget([Path("/p/b")])
    with library._connection.reading() as conn:
        assert conn.execute("SELECT count(*) FROM comparison").fetchone() == (0,)


def test_comparisons__a_damaged_one_is_made_again(tmp_path):
    directory = tmp_path / "library"
    with Library.open(directory) as library:
        pages = [put(library, "a", invoice(7)), put(library, "b", saved(invoice(7), "JPEG", 80))]
        assert copies(library, pages) == 1
        library.comparisons.settle(Compare(answer=False), never)
        with library._connection.writing() as conn:
            triggers = conn.execute(
                "SELECT name FROM sqlite_master WHERE name LIKE 'comparison_checksum_%'"
            ).fetchall()
            sealed = checksums.BY_NAME["comparison"]
            for (name,) in triggers:
                conn.execute(f"DROP TRIGGER {name}")
            conn.execute("UPDATE comparison SET agree = 1")
            for sql in sealed.triggers():
                conn.execute(sql)
    with Library.open(directory) as library:
        compare = Compare(answer=False)
        assert copies(library, pages) == 1
        library.comparisons.settle(compare, never)
        assert compare.asked == [{"a", "b"}]
        assert copies(library, pages) == 0


def test_comparisons__what_follows_from_others(library):
    """a = b, c = d, b ≠ c: nothing else needs comparing."""
    a, b, c, d = (put(library, name, invoice(7)) for name in "abcd")
    known = {("a", "b"): True, ("c", "d"): True, ("b", "c"): False}
    with library._connection.writing() as conn:
        for (one, other), agree in known.items():
            put_comparison(conn, hash_of(one), hash_of(other), agree=agree)
    told = {
        (one, other): library.comparisons.known(hash_of(one), hash_of(other))
        for one, other in permutations("abcd", 2)
    }
    assert None not in told.values()
    assert {pair for pair, agree in told.items() if agree} == {
        *permutations("ab"),
        *permutations("cd"),
    }
    assert library.collapsed(SPACE, [d, b, a, c], 9).copies == {d: [c], b: [a]}
    assert not library.comparisons.is_waiting


def test_comparisons__what_does_not_follow(library):
    for name in "abcd":
        put(library, name, invoice(7))
    with library._connection.writing() as conn:
        put_comparison(conn, hash_of("a"), hash_of("b"), agree=False)
        put_comparison(conn, hash_of("b"), hash_of("c"), agree=False)
    assert library.comparisons.known(hash_of("a"), hash_of("c")) is None


def test_comparisons__of_contents_that_are_gone_are_not_kept(library, pages):
    assert copies(library, pages) == 1

    def forgetting(one, other) -> bool:
        library.forget([Path("/p/a")])
        return False

    library.comparisons.settle(forgetting, never)
    with library._connection.reading() as conn:
        assert conn.execute("SELECT count(*) FROM comparison").fetchone() == (0,)
    assert library.comparisons.known(hash_of("a"), hash_of("b")) is None
