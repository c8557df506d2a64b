"""The history of searches in a library."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from sqlite_utils import Database

from qwen3vl_app.store import removed_runs, search_runs
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables.schema import MIGRATIONS
from qwen3vl_app.types import ItemFilter, ItemId, Kind, Timings
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import HERE, Owner, Ranked, Run
from tests.store.build import content, put_file, unit

HITS = (
    Ranked(item=ItemId(7), recall_rank=1, similarity=0.75, rank=2, relevance=0.25, logit=-1.5),
    Ranked(item=ItemId(9), recall_rank=2, similarity=None, rank=None, relevance=None, logit=None),
)
RUN = Run(
    question=Question(text="fox", where=ItemFilter(kinds=frozenset({Kind.PAGE})), top=5),
    model="a", reranker="b", space="c", version="1", hits=HITS,
    timings=Timings(embed=1.5, recall=2.5, rerank=3.5),
)  # fmt: skip


def asking(text: str) -> Run:
    return replace(RUN, question=Question(text=text))


def texts(library: Library, limit: int = 100) -> list[str]:
    return [one.run.question.text for one in library.runs.newest(limit)]


def test_runs__come_back_as_they_were(library, tmp_path):
    kept = library.runs.add(RUN)
    library.close()
    with Library.open(library.directory, writable=False) as again:
        (found,) = again.runs.newest(5)
        assert (found.id, found.pinned, found.run) == (kept, False, RUN)
        assert again.runs.find(kept) == found
        assert again.runs.find(kept + 1) is None


def test_runs__newest_first_in_pages(library):
    numbers = [library.runs.add(asking(f"q {n}")) for n in range(5)]
    assert texts(library, 2) == ["q 4", "q 3"]
    rest = library.runs.newest(2, before=numbers[3])
    assert [one.run.question.text for one in rest] == ["q 2", "q 1"]


def test_runs__asked_twice_in_a_row_is_kept_once(library):
    for text in ("a", "b", "b", "a"):
        library.runs.add(asking(text))
    assert texts(library) == ["a", "b", "a"]


def test_runs__the_oldest_go_but_never_what_is_pinned(library, monkeypatch):
    monkeypatch.setattr(search_runs, "MOST_RUNS", 3)
    first = library.runs.add(asking("first"))
    assert library.runs.pin(first, on=True)
    for n in range(5):
        library.runs.add(asking(f"q {n}"))
    assert texts(library) == ["q 4", "q 3", "q 2", "first"]
    assert len(library.runs.clear()) == 3
    assert texts(library) == ["first"]
    assert library.runs.pin(first, on=False)
    assert library.runs.clear() == [first]
    assert not library.runs.pin(first, on=True)


def test_runs__one_can_be_deleted(library):
    kept = library.runs.add(RUN)
    assert library.runs.forget(kept)
    assert not library.runs.forget(kept)
    assert texts(library) == []


@pytest.mark.parametrize("column", ["question", "answer"])
def test_runs__what_is_no_run_is_left_out(library, column):
    library.runs.add(asking("good"))
    bad = library.runs.add(asking("bad"))
    with library._connection.writing() as conn:
        conn.execute(f"UPDATE search_runs SET {column} = '[1]' WHERE id = ?", (bad,))  # noqa: S608
    assert texts(library) == ["good"]


ANNA, BERT = Owner("anna"), Owner("bert")


def test_owner__sees_and_changes_its_own_runs_alone(library):
    hers, his = (
        library.runs.add(asking(text), owner=owner) for text, owner in (("a", ANNA), ("b", BERT))
    )
    assert [one.id for one in library.runs.newest(9, owner=ANNA)] == [hers]
    assert library.runs.newest(9, owner=HERE) == []
    assert texts(library) == ["b", "a"]  # whoever has the folder reads all of it
    assert library.runs.find(his, owner=ANNA) is None
    assert not library.runs.pin(his, on=True, owner=ANNA)
    assert not library.runs.forget(his, owner=ANNA)
    assert library.runs.clear(owner=ANNA, undoable=True) == [hers]
    assert library.runs.restore([hers], owner=BERT) == 0
    assert library.runs.restore([hers], owner=ANNA) == 1
    assert texts(library) == ["b", "a"]


def test_owner__the_same_question_of_another_replaces_nothing(library):
    for owner in (ANNA, BERT, ANNA):
        library.runs.add(asking("fox"), owner=owner)
    assert [one.owner for one in library.runs.newest(9)] == [ANNA, BERT]


def test_owner__each_displaces_only_its_own_oldest(library, monkeypatch):
    monkeypatch.setattr(search_runs, "MOST_RUNS", 2)
    library.runs.add(asking("first"), owner=BERT)
    for n in range(4):
        library.runs.add(asking(f"q {n}"), owner=ANNA)
    assert texts(library) == ["q 3", "q 2", "first"]
    monkeypatch.setattr(search_runs, "MOST_OF_ALL", 2)
    library.runs.add(asking("q 4"), owner=ANNA)
    assert texts(library) == ["q 4", "q 3"]


def test_pin__gives_a_name_and_lists_it_apart(library):
    saved, _ = (library.runs.add(asking(text)) for text in ("fox", "bear"))
    assert library.runs.pin(saved, on=True, name="  red \n animals ")
    (found,) = library.runs.newest(9, pinned=True)
    assert (found.id, found.name) == (saved, "red animals")
    assert [one.run.question.text for one in library.runs.newest(9, pinned=False)] == ["bear"]
    assert library.runs.pin(saved, on=True)
    assert library.runs.find(saved).name == "red animals"
    assert library.runs.pin(saved, on=True, name="")
    assert library.runs.find(saved).name == ""


@pytest.mark.parametrize("find", ["FUCHS", "fuchs strasse", "holiday", "sketch.png", "autumn"])
def test_find__by_words_name_tag_and_file_however_they_are_written(library, find):
    where = ItemFilter(tag="Holiday")
    question = Question(text="Fuchs, Straße", where=where, files=(f"{7:032x}/Sketch.png",))
    kept = library.runs.add(replace(RUN, question=question))
    library.runs.pin(kept, on=True, name="Autumn")
    library.runs.add(asking("bear"))
    assert [one.id for one in library.runs.newest(9, find=find)] == [kept]
    assert library.runs.newest(9, find=f"{find} bear") == []


def test_find__by_the_names_of_examples(library, tmp_path):
    put_file(library, tmp_path / "Füchse.jpg", "f", [(content(), unit(1, 0, 0, 0))])
    item = library.list_items()[0].id
    kept = library.runs.add(replace(RUN, question=Question(like=(item,))))
    other = library.runs.add(replace(RUN, question=Question(text="bear", not_like=(item,))))
    assert [one.id for one in library.runs.newest(9, find="fuchse")] == [other, kept]
    assert [one.id for one in library.runs.newest(9, find="bear FÜCHSE")] == [other]


def test_restore__brings_back_what_was_deleted_with_its_file(library, tmp_path):
    picture = tmp_path / "red.png"
    picture.write_bytes(b"red")
    key = f"{7:032x}/red.png"
    asked = replace(RUN, question=Question(text="fox", files=(key,)))
    kept = library.runs.add(asked, {key: picture})
    assert library.runs.forget(kept, undoable=True)
    assert library.runs.files.find(key) is not None
    assert library.runs.restore([kept]) == 1
    assert library.runs.restore([kept]) == 0
    (found,) = library.runs.newest(9)
    assert (found.id, found.run) == (kept, asked)


def test_restore__not_after_a_minute_and_the_file_has_gone(library, tmp_path, monkeypatch):
    picture = tmp_path / "red.png"
    picture.write_bytes(b"red")
    key = f"{7:032x}/red.png"
    kept = library.runs.add(replace(RUN, question=Question(files=(key,))), {key: picture})
    library.runs.forget(kept, undoable=True)
    monkeypatch.setattr(removed_runs, "HELD_SECONDS", 0)
    library.runs.tidy()
    assert library.runs.files.find(key) is None
    assert library.runs.restore([kept]) == 0


def test_removed__the_oldest_are_let_go(library, monkeypatch):
    monkeypatch.setattr(removed_runs, "MOST_HELD", 2)
    runs = [library.runs.add(asking(f"q {n}")) for n in range(3)]
    for run in runs:
        library.runs.forget(run, undoable=True)
    assert library.runs.restore(runs) == 2
    assert texts(library) == ["q 2", "q 1"]


def test_migrate__keeps_the_runs_of_before(tmp_path):
    database = Database(tmp_path / "library.db")
    MIGRATIONS.apply(database, stop_before="m016_saved_searches")
    run = asking("good")
    with database.conn:
        database.execute(
            "INSERT INTO search_runs (asked, pinned, question, answer) VALUES (?, 1, ?, ?)",
            [
                "2026-01-01T00:00:00+00:00",
                orjson.dumps(run.question.written()).decode(),
                orjson.dumps(run.answer()).decode(),
            ],
        )
    database.close()
    with Library.open(tmp_path) as library:
        assert library.notices == ()
        (found,) = library.runs.newest(9)
        assert (found.run.question.text, found.pinned) == ("good", True)
        assert (found.name, found.owner) == ("", HERE)


def test_runs__whose_label_is_damaged_are_shown_to_nobody(library):
    for owner in (HERE, ANNA):
        library.runs.add(asking("fox"), owner=owner)
    with library._connection.writing() as conn:
        conn.execute("UPDATE checksum SET value = 1 WHERE name = 'run_label'")
    assert [one.owner for one in library.runs.newest(9)] == [HERE]
