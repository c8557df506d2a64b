"""The history of searches in a library."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qwen3vl_app.store import search_runs
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemFilter, ItemId, Kind, Timings
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Ranked, Run

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
    assert library.runs.clear() == 3
    assert texts(library) == ["first"]
    assert library.runs.pin(first, on=False)
    assert library.runs.clear() == 1
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
