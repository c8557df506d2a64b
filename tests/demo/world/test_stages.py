"""What both stages are asked, and what is made of their answers."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from tokenizers import Tokenizer

from qwen3vl_app.demo.measuring.measures import Measure, goal_of, table
from qwen3vl_app.demo.measuring.stagewise import (
    Answer,
    StageEvaluation,
    calibration_error,
    gain,
    language_lines,
    lines_of,
)
from qwen3vl_app.demo.measuring.trials import Trials
from qwen3vl_app.demo.training.export import export
from qwen3vl_app.demo.training.network import build_model
from qwen3vl_app.demo.training.tokenizer import append_end
from qwen3vl_app.demo.world.names import LANGUAGES, load_things
from qwen3vl_app.demo.world.sizes import BUDGET
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.resolve import Checkpoint
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker

pytestmark = pytest.mark.usefixtures("sources")


def answer(recalled: list[int], reranked: list[int], tongue: str = "en") -> Answer:
    return Answer(tongue, 0, tuple(recalled), tuple(reranked), (0.5,) * len(recalled))


@pytest.mark.parametrize(
    ("ranking", "share"),
    [([0, 1], 1.0), ([1, 0], 0.6309), ([1, 2], 0.0), ([*range(1, 11), 0], 0.0)],
)
def test_gain__by_the_place_of_the_one_that_is_right(ranking: list[int], share: float) -> None:
    assert gain(ranking, 0) == pytest.approx(share, abs=1e-4)


def test_calibration_error__by_hand() -> None:
    relevance = np.array([0.95, 0.95, 0.05, 1.0])
    right = np.array([1.0, 0.0, 0.0, 1.0])
    assert calibration_error(relevance, right) == pytest.approx((0.9 + 0.05) / 4)
    assert calibration_error(np.array([0.0, 1.0]), np.array([0.0, 1.0])) == 0


def test_lines_of__the_second_stage_may_help_and_harm() -> None:
    lines = {line.name: line.share for line in lines_of("x", [answer([1, 0], [0, 1])])}
    assert lines["x, rerank"] == 1.0
    assert lines["x, rerank − recall"] == pytest.approx(1 - 0.6309, abs=1e-4)
    harmed = lines_of("x", [answer([0, 1], [1, 0])])[-1]
    assert harmed.share == pytest.approx(0.6309 - 1, abs=1e-4)


def test_language_lines__one_for_each_language() -> None:
    answers = [answer([0, 1], [0, 1], tongue) for tongue in LANGUAGES]
    names = [line.name for line in language_lines(answers)]
    for tongue in LANGUAGES:
        assert f"names, {tongue}, rerank − recall" in names
    assert "names in other languages, rerank" in names


@pytest.mark.parametrize(
    ("line", "goal"),
    [
        (Measure("nDCG@10", "charts, rerank − recall", 9, 0), "0.00"),
        (Measure("nDCG@10", "relations, rerank − recall", 9, 0), "0.20"),
        (Measure("nDCG@10", "charts, rerank", 9, 0), ""),
        (Measure("first of all", "names in English, rerank", 9, 0), "0.95"),
        (Measure("true before wrong", "wrong count", 9, 0), "0.97"),
        (Measure("relevance over 0.5", "matching page", 9, 0), "0.97"),
        (Measure("relevance over 0.5", "unrelated page", 9, 0), "≤ 0.02"),
        (Measure("calibration error", "all candidates", 9, 0), "≤ 0.05"),
    ],
)
def test_goal_of__lines_and_groups(line: Measure, goal: str) -> None:
    assert goal_of(line) == goal
    assert table([line]).endswith(f"| 0.000 | {goal} |\n")


def test_trials__what_is_asked_for_is_there_once() -> None:
    trials = Trials(Random(3), load_things(60), BUDGET, 6)
    names = trials.names()
    assert [it.tongue for it in names.questions].count("en") == 6
    assert {it.tongue for it in names.questions} == set(LANGUAGES)
    for trial in (names, trials.counts(), trials.charts(), trials.by_picture_and_text()):
        assert trial.questions
        assert all(0 <= it.wanted < len(trial.documents) for it in trial.questions)


def test_trials__pages_of_pdf_files_have_the_heading_in_another_face() -> None:
    trial = Trials(Random(3), load_things(60), BUDGET, 2).printed()
    assert len(trial.questions) == 2
    wide, high = trial.documents[0].pictures[0].size
    assert 800 < wide < high < 1200


def test_trials__counts_stand_among_three_times_three_wrong_ones() -> None:
    trial = Trials(Random(3), load_things(60), BUDGET, 5).counts()
    assert len(trial.documents) == 5 * 10
    assert [it.wanted for it in trial.questions] == [0, 10, 20, 30, 40]


def test_trials__counts_ask_for_no_colour_and_shape_twice() -> None:
    trial = Trials(Random(3), load_things(60), BUDGET, 60).counts()
    shapes = {tuple(it.query.texts[0].rstrip("s").split()[1:]) for it in trial.questions}
    assert len(shapes) == len(trial.questions) == 60


def test_answers__both_rankings_have_the_same_documents(
    tmp_path: Path, tokenizer: Tokenizer
) -> None:
    export(build_model(11), append_end(tokenizer), tmp_path / "embedder")
    export(build_model(12, 7), tokenizer, tmp_path / "reranker")

    def checkpoint(role: str) -> Checkpoint:
        return Checkpoint(
            folder=tmp_path / role, name=role, reason=Message.free("test"), bundled=True
        )

    embedder = Qwen3VLEmbedder(load_embedder(checkpoint("embedder"), "cpu"))
    reranker = Qwen3VLReranker(load_reranker(checkpoint("reranker"), "cpu"))
    evaluation = StageEvaluation(embedder, reranker, load_things(60), 5, 3)
    for found in evaluation.answers(evaluation.trials.notes()):
        assert sorted(found.recalled) == sorted(found.reranked)
        best = found.recalled[int(np.argmax(found.relevance))]
        assert found.reranked[0] == best
