"""``inspect``: what a finished search shows when asked."""

from __future__ import annotations

import pytest

from qwen3vl_app.services import build_services
from qwen3vl_app.settings import Settings
from qwen3vl_app.types import Query, WordsMode
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Run
from tests.cli.conftest import CHECKPOINT
from tests.search.world import put_notes


@pytest.fixture
def run(program) -> int:
    """Notes that the real checkpoint has judged."""
    settings = Settings(library=program.library, model=CHECKPOINT, reranker=CHECKPOINT)
    services = build_services(settings)
    try:
        services.models.start()
        put_notes(services.library)
        words = WordsMode.ONLY  # the notes have no vectors of this model
        *_, last = services.engine.search(Query(text="fox", top_k=2, words=words))
        question = Question(text="fox", top=2, words=words)
        found = Run.of(question, last, version="1")
        return services.library.runs.add(found)
    finally:
        services.close()


def test_inspect__tells_of_the_last_search_in_four_ways(program, run):
    said = program.run("inspect", "agreement")
    assert said.stdout.startswith("Kendall τ ")
    assert "first 2" in said.stdout
    assert program.json("inspect", "agreement", str(run))["run"] == run
    depths = program.json("inspect", "depth")
    assert depths["measured"]
    assert depths["depths"][-1]["entered"] == []
    assert program.run("inspect", "depth").stdout.splitlines()[-1].startswith("depth ")
    assert program.json("inspect", "balance")["kinds"][0]["kind"] == "passage"
    assert "quartiles" in program.run("inspect", "balance").stdout
    again = program.run("inspect", "stability")
    assert again.exit_code == 0, again.stderr
    assert "Judging" in again.stderr
    assert "±" in again.stdout
    assert "fewer pixels change nothing" in again.stderr
    found = program.json("inspect", "stability")
    assert all(0 <= hit["margin"] < 0.05 for hit in found["hits"])
    assert any("肯德尔" in line for line in program.in_chinese("inspect", "agreement"))


def test_inspect__balance_takes_several_searches(program, run):
    several = program.json("inspect", "balance", str(run), str(run))
    assert (several["searches"], several["runs"]) == (2, [run, run])
    said = program.run("inspect", "balance", "--last", "5")
    assert said.exit_code == 0, said.stderr
    assert said.stdout.startswith("1 questions, 1 of them reranked.")
    assert "No quota" in said.stdout
    for wrong in (("depth", str(run), str(run)), ("balance", str(run), "--last", "2")):
        assert program.run("inspect", *wrong).exit_code == 2


def test_inspect__nothing_to_look_at_is_one_sentence(program, run):
    missing = program.run("inspect", "depth", "99")
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert "no search 99" in missing.stderr


def test_search__a_quota_is_read_and_refused(program, run):
    found = program.json("search", "fox", "--words", "only", "--quota", "passage=1")
    assert len(found["recall"]) == 1
    assert found["question"]["quota"] == {"passage": 1}
    for wrong in ("cat=3", "passage", "passage=x", "passage=0"):
        assert program.run("search", "fox", "--words", "only", "--quota", wrong).exit_code == 2
