"""Words that were read from pictures, as the library keeps and finds them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from qwen3vl_app.errors import LibraryReadOnlyError
from qwen3vl_app.messages import Message
from qwen3vl_app.store.check import WORDING
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import (
    ExactWords,
    ItemId,
    Kind,
    PictureText,
    Place,
    TextLine,
    TextOutcome,
)
from tests.store.build import content, put_file, unit

NORTH = unit(1, 0, 0, 0)
BOX = (0.1, 0.2, 0.5, 0.2, 0.5, 0.25, 0.1, 0.25)


def read(*lines: str) -> PictureText:
    return PictureText(
        outcome=TextOutcome.READ,
        lines=tuple(TextLine(text=line, corners=BOX, confidence=0.875) for line in lines),
    )


def put(library: Library, name: str, *lines: str, **given) -> ItemId:
    """A picture in which these lines were read."""
    put_file(library, Path(f"/p/{name}.png"), name, [(content(**given), NORTH)])
    (item,) = library.list_items(limit=1)
    library.picture_texts.put(item.id, 1, read(*lines))
    return item.id


def found(library: Library, asked: str) -> list[int]:
    return [*library.find_words(ExactWords.read(asked)).found]


def test_put__is_what_is_read(library):
    item = put(library, "a", "Rechnung 2024", "Straße 5")
    assert library.picture_texts.of([item, ItemId(99)]) == {
        item: read("Rechnung 2024", "Straße 5")
    }


def test_put__of_a_picture_without_words_and_of_one_that_failed(library):
    item = put(library, "a")
    none = PictureText(outcome=TextOutcome.NONE)
    library.picture_texts.put(item, 1, none)
    assert library.picture_texts.of([item]) == {item: none}
    failed = PictureText(
        outcome=TextOutcome.FAILED, reason=Message.of("reason.slow", seconds="60")
    )
    library.picture_texts.put(item, 1, failed)
    assert library.picture_texts.of([item]) == {item: failed}


def test_put__of_an_item_that_is_gone_does_nothing(library):
    library.picture_texts.put(ItemId(7), 1, read("nobody"))
    assert library.picture_texts.of([ItemId(7)]) == {}


def test_put__needs_a_library_open_for_writing(library):
    item = put(library, "a", "word")
    library.close()
    with Library.open(library.directory, writable=False) as reader:
        assert found(reader, "word") == [item]
        with pytest.raises(LibraryReadOnlyError):
            reader.picture_texts.put(item, 1, read("other"))


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ("rechnung", True),
        ("RECHNUNGEN", False),
        ("chnun", True),
        ('"rechnung 2024"', True),
        ('"2024 rechnung"', False),
        ("strasse", True),
        ("会议", True),
        ("议", True),
        ("€", True),
        ("rechnung -2024", False),
        ("rechnung a.png", True),  # one word in the picture, one in the path
    ],
)
def test_find_words__in_a_picture(library, asked, is_found):
    item = put(library, "a", "Rechnung 2024", "Straße 5, 12 €", "项目会议")
    assert found(library, asked) == ([item] if is_found else [])


def test_find_words__only_what_was_read_last(library):
    item = put(library, "a", "before")
    library.picture_texts.put(item, 2, read("after"))
    assert (found(library, "before"), found(library, "after")) == ([], [item])
    assert not WORDING & {finding.code for finding in library.check()}


def test_find_words__not_in_a_picture_that_no_file_has_any_more(library):
    put(library, "a", "secret")
    put(library, "b", "secret")
    library.forget([Path("/p/a.png")])
    (left,) = library.list_items()
    assert found(library, "secret") == [left.id]
    with library._connection.reading() as conn:
        assert conn.execute("SELECT count(*) FROM picture_text").fetchone() == (1,)


def test_find_words__in_what_was_removed_once_it_is_back(library):
    item = put(library, "a", "secret")
    removed = library.trash.remove([Path("/p/a.png")])
    assert found(library, "secret") == []
    library.trash.restore(removed.ids)
    assert found(library, "secret") == [item]


def test_find_words__a_word_of_a_picture_where_folders_are_hidden(library):
    item = put(library, "a", "public")
    library.close()
    with Library.open(library.directory, writable=False, hides_folders=True) as hidden:
        assert found(hidden, "public") == [item]
        assert found(hidden, "publ") == [item]
        assert found(hidden, "/p/") == []


def test_unread__pictures_and_pages_and_moments(library):
    put_file(library, Path("/p/note.txt"), "note", [(content(kind=Kind.PASSAGE, text="x"), NORTH)])
    first, second = Place(page=1), Place(page=2)
    pages = [
        (content(0, Kind.PAGE, first, "text layer"), NORTH),
        (content(1, Kind.PAGE, second, " \n"), NORTH),
    ]
    put_file(library, Path("/p/scan.pdf"), "scan", pages)
    film = [
        (content(0, Kind.VIDEO, Place(start=0, end=9)), NORTH),
        (content(1, Kind.MOMENT, Place(start=0, end=8)), NORTH),
    ]
    put_file(library, Path("/p/film.mp4"), "film", film)
    put_file(library, Path("/p/short.mp4"), "short", [film[0]])
    put_file(library, Path("/p/b.JPG"), "b", [(content(size=(8, 6), taken="2024-01-01"), NORTH)])
    unread = library.picture_texts.unread(1)
    items = library.items([one.item for one in unread])
    assert [(item.path.name, item.ordinal) for item in items.values()] == [
        ("b.JPG", 0),
        ("short.mp4", 0),
        ("film.mp4", 1),
        ("scan.pdf", 1),
    ]
    assert (unread[0].size, unread[0].taken, unread[0].suffix) == ((8, 6), "2024-01-01", ".jpg")


def test_unread__again_by_a_newer_reader(library):
    item = put(library, "a", "word")
    texts = library.picture_texts
    assert (texts.unread(1), texts.count_read(1)) == ([], 1)
    assert ([one.item for one in texts.unread(2)], texts.count_read(2)) == ([item], 0)
    assert found(library, "word") == [item]  # until then


def test_unread__a_damaged_row_is_read_again(library):
    item = put(library, "a", "word")
    library.close()
    with sqlite3.connect(library.directory / "library.db") as conn:
        for (trigger,) in conn.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'picture_text%'"
        ).fetchall():
            sql = conn.execute("SELECT sql FROM sqlite_master WHERE name = ?", (trigger,))
            kept = sql.fetchone()[0]
            conn.execute(f"DROP TRIGGER {trigger}")
            if trigger.endswith("update"):
                conn.execute("UPDATE picture_text SET boxes = '[[0.1,0,0,0,0,0,0,0,0]]'")
            conn.execute(kept)
    conn.close()
    with Library.open(library.directory) as again:
        assert [one.item for one in again.picture_texts.unread(1)] == [item]
        assert len(again.list_items()) == 1
        assert found(again, "word") == []
        assert not WORDING & {finding.code for finding in again.check()}
