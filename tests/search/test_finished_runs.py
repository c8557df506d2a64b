"""Searches that no history keeps: few, of each person apart, by numbers that nobody can guess."""

from __future__ import annotations

from qwen3vl_app.search.finished_runs import FIRST, MOST_EACH, MOST_OF_ALL, RecentRuns
from qwen3vl_app.types import Query
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import HERE, Owner, Run
from tests.inspection.runs import run_of
from tests.search.world import put_notes

ANN, BOB = Owner("ann"), Owner("bob")


def test_recent__the_oldest_of_an_owner_goes():
    recent = RecentRuns()
    other = recent.add(run_of([1.0]), owner=BOB)
    kept = [recent.add(run_of([1.0]), owner=ANN) for _ in range(MOST_EACH + 1)]
    assert recent.find(kept[0], owner=ANN) is None
    assert [one.id for one in recent.newest(99, owner=ANN)] == kept[:0:-1]
    assert recent.find(other, owner=BOB).run == run_of([1.0])
    assert recent.find(other, owner=ANN) is None
    assert all(FIRST <= run < 2 * FIRST for run in kept)


def test_recent__of_all_owners_together_there_are_no_more_than_so_many():
    recent = RecentRuns()
    for number in range(MOST_OF_ALL + 5):
        recent.add(run_of([1.0]), owner=Owner(str(number)))
    assert len(recent.newest(2 * MOST_OF_ALL)) == MOST_OF_ALL
    assert recent.newest(1)[0].owner == str(MOST_OF_ALL + 4)
    assert recent.newest(1, owner=HERE) == []


def test_run__says_which_reranker_judged_and_an_older_one_does_not(library, engine, models):
    put_notes(library)
    question = Question(text="fox", depth=3, top=3)
    *_, last = engine.search(Query(text="fox", top_k=3))
    run = Run.of(question, last, version="1")
    assert run.reranker_fingerprint == models.reranker_fingerprint() != ""
    assert run.reranker == models.status()[1].name
    written = run.answer()
    assert Run.read(question.written(), written) == run
    del written["reranker_fingerprint"]
    assert Run.read(question.written(), written).reranker_fingerprint == ""
    *_, recalled = engine.search(Query(text="fox", top_k=3, rerank=False))
    alone = Run.of(question, recalled, version="1")
    assert (alone.reranker, alone.reranker_fingerprint) == ("", "")
