"""The whole build in less than a minute, broken off midway; and what untrained weights score."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qwen3vl_app.demo.build import build_pair, load_tokenizer
from qwen3vl_app.demo.measuring.evaluate import RecallEvaluation
from qwen3vl_app.demo.measuring.judging import RerankEvaluation, other, swapped
from qwen3vl_app.demo.measuring.measures import Measure, text
from qwen3vl_app.demo.training.course import Plan
from qwen3vl_app.demo.training.export import export
from qwen3vl_app.demo.training.network import WIDTH, build_model
from qwen3vl_app.demo.training.tokenizer import append_end
from qwen3vl_app.demo.world.names import load_things
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.resolve import Checkpoint
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, RERANK_INSTRUCTION

pytestmark = pytest.mark.usefixtures("sources")

THINGS = 80
PATIENCE = 600.0
"""Seconds after which a build that does not end has failed. It shares its cores with other tests,
and is tested for no speed."""


def checkpoint(folder: Path) -> Checkpoint:
    return Checkpoint(folder=folder, name=folder.name, reason=Message.free("test"), bundled=True)


@contextmanager
def build(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A build that is over when the block is left, one way or the other."""
    arguments = ["build", "--minutes", "0.2", "--things", str(THINGS), "--no-samples"]
    arguments += ["--parts", "2", "--drawers", "2", "--size", "40"]
    places = ["--work", str(folder / "work"), "--target", str(folder / "pair")]
    with subprocess.Popen(
        [sys.executable, "-m", "qwen3vl_app.demo", *arguments, *places],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_build__killed_and_continued(tmp_path: Path) -> None:
    with build(tmp_path) as first:
        until = time.monotonic() + PATIENCE
        while not (tmp_path / "work" / "embedder.pt").exists():
            assert first.poll() is None, first.stdout and first.stdout.read()
            assert time.monotonic() < until
            time.sleep(0.5)
    with build(tmp_path) as second:
        said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, said
    assert said.count(" steps, ") == 2
    embedder = Qwen3VLEmbedder(load_embedder(checkpoint(tmp_path / "pair" / "embedder"), "cpu"))
    reranker = Qwen3VLReranker(load_reranker(checkpoint(tmp_path / "pair" / "reranker"), "cpu"))
    vectors = embedder.embed([text("cat"), text("dog")], DOCUMENT_INSTRUCTION).vectors
    assert vectors.shape == (2, WIDTH)
    scores = reranker.score(text("cat"), [text("a cat")], RERANK_INSTRUCTION).scores
    assert scores[0] is not None
    assert 0 < scores[0].relevance < 1


def test_build_pair__a_device_for_the_embedder_is_refused(tmp_path: Path) -> None:
    plan = Plan(minutes=1, work=tmp_path / "work", device="cuda")
    with pytest.raises(UsageError, match="--stage reranker"):
        build_pair(plan, tmp_path, lambda _: lambda *_: None)
    assert not plan.work.exists()


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pair of the same shape with random weights."""
    folder = tmp_path_factory.mktemp("untrained")
    tokenizer = load_tokenizer(Plan(minutes=0, work=folder, things=THINGS))
    export(build_model(11), append_end(tokenizer), folder / "embedder")
    export(build_model(12), tokenizer, folder / "reranker")
    return folder


def firsts(lines: list[Measure]) -> dict[str, float]:
    return {line.name: line.share for line in lines if line.name.endswith(", first")}


def test_evaluate__untrained_embedder_is_near_chance(untrained: Path) -> None:
    embedder = Qwen3VLEmbedder(load_embedder(checkpoint(untrained / "embedder"), "cpu"))
    evaluation = RecallEvaluation(embedder, load_things(THINGS), 5)
    things = firsts(evaluation.single_things(60))
    things.pop("same thing, first")  # equal pixels give equal vectors, trained or not
    others = {
        **firsts(evaluation.shapes(60)),
        **firsts(evaluation.headings(40)),
        **firsts(evaluation.notes(40)),
    }
    assert max(things.values()) <= 0.12
    assert max(others.values()) <= 0.2


def test_evaluate__untrained_reranker_is_near_chance(untrained: Path) -> None:
    reranker = Qwen3VLReranker(load_reranker(checkpoint(untrained / "reranker"), "cpu"))
    evaluation = RerankEvaluation(reranker, load_things(THINGS), 6)
    assert 0.2 <= evaluation.subtle("shapes", other("colour"), 40) <= 0.8
    assert 0.2 <= evaluation.subtle("side", swapped, 40) <= 0.8
