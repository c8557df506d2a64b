"""``judgements``: the grades, and whether reranking helped."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemId, Timings
from qwen3vl_app.types.judgement import asked_key
from qwen3vl_app.types.question import Question
from qwen3vl_app.types.run import Owner, Ranked, Run
from tests.store.build import content, put_file, unit


@pytest.fixture
def judged(program) -> Path:
    """Five questions of which reranking puts the right item first, by two judges."""
    with Library.open(program.library) as library:
        for n in range(2):
            put_file(
                library, Path(f"/{n}.png"), str(n), [(content(text=str(n)), unit(1, n, 0, 0))]
            )
        right, wrong = sorted(item.id for item in library.list_items())
        for n in range(5):
            hits = tuple(
                Ranked(
                    item=ItemId(item), recall_rank=at, similarity=0.5, rank=3 - at,
                    relevance=0.5, logit=0.0,
                )
                for at, item in enumerate((wrong, right), start=1)
            )  # fmt: skip
            question = Question(text=f"fox {n}")
            run = Run(
                question=question, model="m", reranker="r", space="s", version="1", hits=hits,
                timings=Timings(),
            )  # fmt: skip
            library.runs.add(run, owner=Owner("anna"))
            for judge in ("Ann", "Bo"):
                for item, grade in ((right, 3), (wrong, 0)):
                    asked = asked_key(question)
                    library.judgements.add(asked, item, judge, grade, owner=Owner("anna"))
    return program.library


def test_judgements__are_listed_as_text_json_and_table(program, judged):
    rows = program.json("judgements")["judgements"]
    assert len(rows) == 20
    assert {row["judge"] for row in rows} == {"Ann", "Bo"}
    lines = program.run("judgements").stdout.splitlines()
    assert lines[0].split("  ")[:4] == ["fox 0", "3", "Ann", "/0.png"]
    table = [*csv.DictReader(io.StringIO(program.run("judgements", "--csv").stdout))]
    assert len(table) == 20


def test_judgements__the_report_says_whether_reranking_helped(program, judged):
    said = program.run("judgements", "--report", "-k", "1").stdout.splitlines()
    assert said[0] == (
        "All: reranking helped. nDCG@1 +1.000 [+1.000, +1.000] by 5 questions "
        "(5 better, 0 equal, 0 worse)."
    )
    assert said[1].startswith("Kind picture: reranking helped.")
    assert said[-1].startswith("Judges agree with Krippendorff's alpha 1.000 on 10 items")
    assert "全部：重排有帮助。" in program.in_chinese("judgements", "--report", "-k", "1")[0]
    assert program.json("judgements", "--report")["parts"][0]["verdict"] == "helped"


def test_judgements__says_where_there_is_nothing_or_too_much_is_wanted(program):
    with Library.open(program.library):
        pass
    assert program.run("judgements").stderr.startswith("Nothing was graded yet")
    assert program.run("judgements", "--report").stderr.startswith("No question has a relevant")
    refused = program.run("judgements", "--csv", "--json")
    assert (refused.exit_code, "--csv lists the grades" in refused.stderr) == (2, True)
