from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.errors import LibraryReadOnlyError, UsageError
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemFilter, ItemId
from tests.store.build import content, put_file, unit


@pytest.fixture
def ids(library: Library) -> list[ItemId]:
    for name in "abc":
        put_file(library, Path(f"/p/{name}.png"), name, [(content(), unit(1, 0, 0, 0))])
    return [item.id for item in reversed(library.list_items())]


def test_tag__counts_only_what_changes(library, ids):
    assert library.tag(ids[:2], "best") == 2
    assert library.tag(ids, " Best ") == 1
    assert library.tags() == [("best", 3)]
    assert library.untag(ids[:1], "BEST") == 1
    assert library.untag(ids[:1], "best") == 0
    assert library.tags() == [("best", 2)]


def test_tag__several_on_one_item_in_alphabetical_order(library, ids):
    for name in ("zoo", "ant", "红"):
        library.tag(ids[:1], name)
    assert library.tags_of(ids) == {ids[0]: ("ant", "zoo", "红")}
    assert [item.id for item in library.list_items(ItemFilter(tag="zoo"))] == ids[:1]


def test_tag__the_last_one_taken_away_ends_it(library, ids):
    library.tag(ids, "best")
    library.untag(ids, "best")
    assert library.tags() == []


def test_tag__stays_with_a_renamed_file_and_goes_with_a_forgotten_one(library, ids):
    library.tag(ids[:1], "best")
    put_file(library, Path("/p/renamed.png"), "a", [(content(), unit(1, 0, 0, 0))])
    library.forget([Path("/p/a.png")])
    assert library.tags_of(ids) == {ids[0]: ("best",)}
    library.forget([Path("/p")])
    assert library.tags() == []


def test_tag__items_that_are_not_there_are_passed_over(library, ids):
    assert library.tag([ItemId(999)], "best") == 0
    assert library.tags() == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines"])
def test_tag__what_cannot_be_a_name(library, ids, name):
    with pytest.raises(UsageError, match="cannot be a tag"):
        library.tag(ids, name)


def test_tag__not_in_a_library_for_reading(library, ids):
    library.close()
    with Library.open(library.directory, writable=False) as reader:
        with pytest.raises(LibraryReadOnlyError):
            reader.tag(ids, "best")
        assert reader.tags() == []
