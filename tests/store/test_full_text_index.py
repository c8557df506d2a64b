from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables.full_text_index import NAMES_KEPT, spaced
from qwen3vl_app.types import ExactWords, Kind, Place
from tests.store.build import content, hash_of, put_file, unit

NORTH = unit(1, 0, 0, 0)


def rows(library: Library) -> list[tuple[str, str]]:
    """(text, name) of all items, after SQLite itself has compared the indexes with them."""
    with library._connection.writing() as conn:
        for table in ("whole_word", "fragment"):
            sql = f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)"  # noqa: S608
            conn.execute(sql)
        return conn.execute("SELECT text, name FROM wording ORDER BY item").fetchall()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("红色狐狸", "红 色 狐 狸"),
        ("我的iPhone手机。", "我 的 iPhone 手 机 。"),
        ("ひらがな, カナ", "ひ ら が な , カ ナ"),
        ("여우가 왔다", "여 우 가 왔 다"),
        ("plain words", "plain words"),
        ("a\0b", "a b"),
    ],
)
def test_spaced__characters_without_spaces_stand_alone(text, expected):
    assert spaced(text) == expected


@given(st.text(), st.text(alphabet="红狐 ab。", max_size=4), st.text())
def test_spaced__what_is_in_a_text_stays_in_it(before, middle, after):
    assert spaced(middle.strip()) in spaced(before + middle + after)


def test_follow__texts_and_names_of_living_items(library):
    passage = content(kind=Kind.PASSAGE, text="a red fox")
    put_file(library, Path("/p/note.txt"), "note", [(passage, NORTH)])
    put_file(library, Path("/p/fox.png"), "fox", [(content(), NORTH)])
    assert rows(library) == [("a red fox", "/p/note.txt"), ("", "/p/fox.png")]


def test_follow__slides_and_sheets_are_found_by_their_names(library):
    sheets = ("Sheet Budget 2024", "Sheet Budget 2025", "Sheet 预算")
    parts = [
        (content(n, Kind.PASSAGE, Place(section=sheet), "12 | 30"), NORTH)
        for n, sheet in enumerate(sheets)
    ]
    put_file(library, Path("/p/money.xlsx"), "money", parts)
    assert rows(library)[2] == ("12 | 30", "sheet 预 算\n/p/money.xlsx")
    for asked, sheet in (('"Budget 2024"', sheets[0]), ("预算", sheets[2])):
        (found,) = library.items(library.find_words(ExactWords.read(asked)).found).values()
        assert found.place.section == sheet


def test_follow__a_renamed_file_has_its_new_name_only(library):
    put_file(library, Path("/p/old.png"), "fox", [(content(), NORTH)])
    put_file(library, Path("/p/new.png"), "fox", [(content(), NORTH)])
    assert rows(library) == [("", "/p/old.png\n/p/new.png")]
    library.forget([Path("/p/old.png")])
    assert rows(library) == [("", "/p/new.png")]


def test_follow__what_was_forgotten_has_no_words(library):
    put_file(library, Path("/p/fox.png"), "fox", [(content(), NORTH)])
    library.forget([Path("/p")])
    assert rows(library) == []


def test_follow__a_vanished_file_has_none_before_the_sweep(library):
    put_file(library, Path("/p/fox.png"), "fox", [(content(), NORTH)])
    library.writer.add_sources([Path("/p")], None)
    (source,) = library.writer.sources()
    (known,) = library.writer.stamps_under(Path("/p")).values()
    library.writer.finish_source(source.id, [known.id])
    assert rows(library) == []
    assert library.writer.sweep() == 1


def test_follow__a_text_that_is_read_anew_replaces_the_old_one(library):
    for text in ("a red fox", "a red box"):
        put_file(library, Path("/p/n.txt"), "n", [(content(kind=Kind.PASSAGE, text=text), NORTH)])
    assert rows(library) == [("a red box", "/p/n.txt")]


def test_follow__names_beyond_the_limit_are_left_out(library):
    for number in range(NAMES_KEPT + 2):
        put_file(library, Path(f"/p/{number}.png"), "same", [(content(), NORTH)])
    ((_, names),) = rows(library)
    assert names.splitlines() == [f"/p/{number}.png" for number in range(NAMES_KEPT)]


def test_follow__names_that_are_no_text(library):
    put_file(library, Path("/p/\udcff\n红.png"), hash_of("x"), [(content(), NORTH)])
    assert rows(library) == [("", "/p/\ufffd\n红 .png")]
