"""Grades in a library: the newest counts, undo brings the former back, owners stay apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.errors import LibraryReadOnlyError, UsageError
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemId
from qwen3vl_app.types.run import Owner
from tests.store.build import content, put_file, unit

ANNA, BERT = Owner("anna"), Owner("bert")


@pytest.fixture
def items(library: Library) -> list[ItemId]:
    for n in range(2):
        put_file(library, Path(f"/{n}.png"), str(n), [(content(text=str(n)), unit(1, n, 0, 0))])
    return sorted(item.id for item in library.list_items())


def grades(library: Library, **of: object) -> list[tuple[str, str, int | None, int]]:
    found = library.judgements.current(**of)  # type: ignore[arg-type]
    return [(one.asked, one.judge, one.item, one.grade) for one in found]


def test_judgements__the_last_of_a_judge_counts_and_undo_goes_back(library, items):
    first, second = items
    judgements = library.judgements
    assert judgements.add("q", first, "  Ann  Lee ", 1)
    assert judgements.add("q", second, "Bo", 0, " no fox ")
    assert judgements.add("q", first, "Ann Lee", 3)
    assert grades(library) == [("q", "Bo", second, 0), ("q", "Ann Lee", first, 3)]
    assert library.judgements.current(judge="Bo")[0].note == "no fox"
    assert judgements.undo("q", "Ann Lee")
    assert grades(library, judge="Ann Lee") == [("q", "Ann Lee", first, 1)]
    assert judgements.undo("q", "Ann Lee")
    assert not judgements.undo("q", "Ann Lee")
    assert grades(library) == [("q", "Bo", second, 0)]
    assert not judgements.add("q", ItemId(999), "Bo", 1)


def test_judgements__outlive_the_file_and_meet_its_item_again(library, items):
    library.judgements.add("q", items[0], "Bo", 2)
    library.forget([Path("/0.png")])
    (kept,) = library.judgements.current()
    assert (kept.grade, kept.ordinal) == (2, 0)
    put_file(library, Path("/new.png"), "0", [(content(text="0"), unit(1, 0, 0, 0))])
    (again,) = library.judgements.current()
    assert library.item(again.item).path == Path("/new.png")


def test_judgements__everybody_has_their_own(library, items):
    library.judgements.add("q", items[0], "Bo", 2, owner=ANNA)
    assert grades(library, owner=BERT) == []
    assert not library.judgements.undo("q", "Bo", owner=BERT)
    assert grades(library, owner=ANNA) == grades(library) != []


def test_judgements__damaged_ones_are_left_out(library, items):
    for item in items:
        library.judgements.add("q", item, "Bo", 2)
    with library._connection.writing() as conn:
        conn.execute("DROP TRIGGER judgement_checksum_update")
        conn.execute("UPDATE judgement SET grade = 3 WHERE id = 1")
    assert [one[2] for one in grades(library)] == [items[1]]


def test_judgements__names_and_notes_have_bounds(library, items):
    for judge, note, code in (
        (" ", "", "judge.nameless"),
        ("x" * 61, "", "judge.name"),
        ("Bo", "x" * 1001, "judge.note"),
    ):
        with pytest.raises(UsageError) as refused:
            library.judgements.add("q", items[0], judge, 1, note)
        assert refused.value.code == code
    library.judgements.add("q", items[0], "Bo \udcff", 1, "half \ud800")
    assert library.judgements.current()[0].note == "half ?"


def test_judgements__nothing_is_written_where_reading_alone_is_meant(library, items):
    library.close()
    with (
        Library.open(library.directory, writable=False) as closed,
        pytest.raises(LibraryReadOnlyError),
    ):
        closed.judgements.add("q", items[0], "Bo", 1)
