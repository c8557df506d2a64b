"""Listings in every order, found by name, grouped; collections that are edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.errors import LibraryReadOnlyError, UsageError
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemFilter, ItemId, Kind, Place
from qwen3vl_app.types.listing import Cursor, Listing, Order
from tests.store.build import content, put_file, stamp, unit

VECTOR = unit(1, 0, 0, 0)
FILES = {
    # name: (size, changed in seconds, taken)
    "Img 10.png": (30, 3_000_000, ""),
    "img 9.png": (10, 1_000_000, ""),
    "Émile.png": (20, 2_000_000, "1970-03-01T12:00:00"),
}


@pytest.fixture
def filled(library: Library) -> Library:
    for name, (size, seconds, taken) in FILES.items():
        path = Path("/p") / name
        mark = stamp(path, size=size, mtime_ns=seconds * 10**9)
        put_file(library, path, name, [(content(taken=taken), VECTOR)], mark=mark)
    pages = [(content(n, Kind.PAGE, Place(page=n + 1)), VECTOR) for n in range(3)]
    path = Path("/q/Báo cáo.pdf")
    mark = stamp(path, size=40, mtime_ns=4_000_000 * 10**9)
    put_file(library, path, "report", pages, mark=mark, collection="Work")
    return library


def shown(library: Library, asked: Listing, limit: int = 100) -> list[str]:
    """Names, with the page of a page, walking through pages of ``limit``."""
    found: list[str] = []
    after: Cursor | None = None
    while page := library.listings.page(asked, after=after, limit=limit):
        for one in page:
            number = one.item.place.page
            found.append(one.item.path.name + (f" {number}" if number else ""))
        after = page[-1].cursor
    return found


PAGES = [f"Báo cáo.pdf {n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("limit", [1, 2, 100])
@pytest.mark.parametrize(
    ("order", "names"),
    [
        (Order.NEWEST, [*PAGES[::-1], "Émile.png", "img 9.png", "Img 10.png"]),
        (Order.NAME, [*PAGES, "Émile.png", "img 9.png", "Img 10.png"]),
        (Order.DATE, ["Émile.png", *PAGES[::-1], "Img 10.png", "img 9.png"]),
        (Order.SIZE, [*PAGES[::-1], "Img 10.png", "Émile.png", "img 9.png"]),
        (Order.KIND, ["Émile.png", "img 9.png", "Img 10.png", *PAGES]),
    ],
)
def test_page__in_every_order_and_its_reverse(filled, order, names, limit):
    assert shown(filled, Listing(order=order), limit) == names
    assert shown(filled, Listing(order=order, reverse=True), limit) == names[::-1]


def test_page__keeps_its_place_when_its_last_item_is_removed(filled):
    asked = Listing(order=Order.NAME)
    first = filled.listings.page(asked, limit=4)
    filled.trash.remove([Path("/p/Émile.png")])
    rest = filled.listings.page(asked, after=first[-1].cursor, limit=9)
    assert [one.item.path.name for one in rest] == ["img 9.png", "Img 10.png"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("EMILE", ["Émile.png"]),
        ("img", ["img 9.png", "Img 10.png"]),
        ("img 9", ["img 9.png"]),
        ("9", ["img 9.png"]),
        ("bao pdf", PAGES[::-1]),
        ("q/", PAGES[::-1]),
        ('" OR text:*', []),
        ("nothing", []),
        ("   ", [*PAGES[::-1], "Émile.png", "img 9.png", "Img 10.png"]),
    ],
)
def test_page__finds_by_name_as_exact_words_are_compared(filled, name, found):
    assert shown(filled, Listing(name=name)) == found
    assert sum(filled.listings.counts(Listing(name=name)).values()) == len(found)


def test_page__of_these_items_alone_those_that_pass(filled):
    every = filled.listings.ids(Listing())
    some = frozenset([every[0], every[-1], ItemId(2**40)])
    assert filled.listings.ids(Listing(these=some)) == [every[0], every[-1]]
    assert sum(filled.listings.counts(Listing(these=some)).values()) == 2
    assert filled.listings.ids(Listing(these=some, name="nothing")) == []
    assert len(shown(filled, Listing(these=some, order=Order.NAME))) == 2


def test_page__groups_items_by_file(filled):
    page = filled.listings.page(Listing(grouped=True, order=Order.NAME), limit=10)
    assert [(one.item.path.name, one.members) for one in page] == [
        ("Báo cáo.pdf", 3),
        ("Émile.png", 1),
        ("img 9.png", 1),
        ("Img 10.png", 1),
    ]
    inside = filled.listings.members(Listing(), page[0].item.id, limit=10)
    assert [item.place.page for item in inside] == [1, 2, 3]
    assert filled.listings.counts(Listing(grouped=True)) == {Kind.PAGE: 1, Kind.PICTURE: 3}


def test_page__a_group_has_only_what_passes(filled):
    second = filled.listings.members(Listing(), newest(filled), limit=10)[1]
    filled.tag([second.id], "read")
    (one,) = filled.listings.page(Listing(grouped=True, where=ItemFilter(tag="read")), limit=9)
    assert (one.item.id, one.members) == (second.id, 1)


def test_page__follows_what_becomes_of_files(filled):
    put_file(filled, Path("/a/aa.png"), "img 9.png", [(content(), VECTOR)])
    filled.trash.remove([Path("/p/img 9.png")])
    assert shown(filled, Listing(order=Order.NAME, name="png"))[0] == "aa.png"
    path = Path("/p/Img 10.png")
    later = stamp(path, size=30, mtime_ns=9_000_000 * 10**9)
    put_file(filled, path, "Img 10.png", [(content(), VECTOR)], mark=later)
    assert shown(filled, Listing(order=Order.DATE))[0] == "Img 10.png"


def test_check__says_when_listings_lack_something(filled):
    assert not [one for one in filled.check() if one.code == "check.listing_lacks"]
    with filled._connection.writing() as conn:
        conn.execute("DELETE FROM listing_key")
    assert "check.listing_lacks" in [one.code for one in filled.check()]


def test_page__damaged_keys_are_written_again(filled):
    with filled._connection.writing() as conn:
        trigger = conn.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'listing_key_checksum_update'"
        ).fetchone()[0]
        conn.execute("DROP TRIGGER listing_key_checksum_update")
        conn.execute("UPDATE listing_key SET name = 'zzz' WHERE item = 1")
        conn.execute(trigger)
    directory = filled.directory
    filled.close()
    with Library.open(directory) as again:
        assert shown(again, Listing(order=Order.NAME))[-1] == "Img 10.png"


def test_ids__are_of_all_that_is_listed_up_to_a_limit(filled):
    assert filled.listings.ids(Listing(name="png")) == [3, 2, 1]
    assert filled.listings.ids(Listing(), limit=2) == [6, 5]


def test_of_their_files__are_all_pages(filled):
    assert sorted(filled.listings.of_their_files([ItemId(5), ItemId(1)])) == [1, 4, 5, 6]
    assert filled.listings.paths([ItemId(5), ItemId(1)]) == [
        Path("/p/Img 10.png"),
        Path("/q/Báo cáo.pdf"),
    ]


def test_described__has_tags_and_collections_in_the_order_asked(filled):
    filled.tag([ItemId(4)], "read")
    page, picture = filled.listings.described([ItemId(4), ItemId(99), ItemId(1)])
    assert (page.tags, page.collections) == (("read",), ("Work",))
    assert (picture.tags, picture.collections) == ((), ())
    assert picture.paths == (Path("/p/Img 10.png"),)


# ------------------------------------------------------------ collections


def test_rename_collection__is_known_to_what_comes_back(filled):
    removed = filled.trash.remove([Path("/q/Báo cáo.pdf")])
    filled.writer.remember_folders([Path("/w")], "Work")
    folder = filled.trash.remove([Path("/w")])
    filled.listings.rename_collection("Work", "Papers")
    filled.trash.restore([*removed.ids, *folder.ids])
    assert filled.collections() == [("Papers", 3)]
    assert [one.collection for one in filled.folders()] == ["Papers"]


def test_delete_collection__files_stay_and_none_brings_it_back(filled):
    removed = filled.trash.remove([Path("/q/Báo cáo.pdf")])
    filled.listings.delete_collection("Work")
    filled.trash.restore(removed.ids)
    assert filled.collections() == []
    assert len(filled.list_items()) == 6


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda edit: edit.make_collection("Work"), "collection.exists"),
        (lambda edit: edit.make_collection(" \n "), "collection.unusable"),
        (lambda edit: edit.make_collection("x" * 81), "collection.unusable"),
        (lambda edit: edit.rename_collection("Wrok", "New"), "collection.unknown"),
        (lambda edit: edit.rename_collection("Work", "Other"), "collection.exists"),
        (lambda edit: edit.delete_collection("Wrok"), "collection.unknown"),
    ],
)
def test_collections__what_cannot_be_done(filled, change, code):
    filled.listings.make_collection("Other")
    before = filled.collections()
    with pytest.raises(UsageError) as refused:
        change(filled.listings)
    assert refused.value.message.code == code
    assert filled.collections() == before


def test_rename_collection__to_itself_in_other_letters(filled):
    filled.listings.rename_collection("Work", "Work")
    filled.listings.rename_collection("Work", "work")
    assert filled.collections() == [("work", 3)]


def test_collections__stay_as_they_are_where_nothing_may_be_written(filled):
    with Library.open(filled.directory, writable=False) as reader:
        with pytest.raises(LibraryReadOnlyError):
            reader.listings.make_collection("Best")
        assert shown(reader, Listing(order=Order.NAME)) == shown(filled, Listing(order=Order.NAME))


def test_page__where_folders_are_hidden_names_alone_are_found(filled):
    with Library.open(filled.directory, writable=False, hides_folders=True) as public:
        assert shown(public, Listing(name="emile")) == ["Émile.png"]
        assert shown(public, Listing(name="q")) == []
        with pytest.raises(UsageError):
            public.listings.page(Listing(where=ItemFilter(folder=Path("/p"))), limit=1)


def newest(library: Library) -> ItemId:
    return library.list_items(limit=1)[0].id
