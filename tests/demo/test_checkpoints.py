"""The committed checkpoints, through the program's own loader: loose bounds, real numbers."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from transformers import AutoTokenizer

from qwen3vl_app.budget import load_budget
from qwen3vl_app.demo.measuring.judging import RerankEvaluation, other
from qwen3vl_app.demo.measuring.measures import picture, text
from qwen3vl_app.demo.world.names import Thing, load_things
from qwen3vl_app.demo.world.scenes import Scene
from qwen3vl_app.demo.world.sizes import BUDGET
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.resolve import Checkpoint
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.models.prompt.tokenizer import PromptTokenizer
from qwen3vl_app.settings import DEMO_EMBEDDER, DEMO_RERANKER, SAMPLES
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, QUERY_INSTRUCTION, RERANK_INSTRUCTION

WORDS = ("cat", "elephant", "pizza", "rocket", "guitar", "castle", "banana", "key", "owl", "bus")


TEST = Message.free("test")


@pytest.fixture(scope="module")
def embedder() -> Qwen3VLEmbedder:
    checkpoint = Checkpoint(folder=DEMO_EMBEDDER, name="demo", reason=TEST, bundled=True)
    return Qwen3VLEmbedder(load_embedder(checkpoint, "cpu"))


@pytest.fixture(scope="module")
def reranker() -> Qwen3VLReranker:
    checkpoint = Checkpoint(folder=DEMO_RERANKER, name="demo", reason=TEST, bundled=True)
    return Qwen3VLReranker(load_reranker(checkpoint, "cpu"))


@pytest.fixture(scope="module")
def known(sources: None) -> list[Thing]:
    return [next(thing for thing in load_things() if thing.name() == word) for word in WORDS]


@pytest.mark.parametrize("folder", [DEMO_EMBEDDER, DEMO_RERANKER])
def test_checkpoint__carries_its_budget_and_stays_small(folder: Path) -> None:
    assert load_budget(folder) == BUDGET
    assert sum(file.stat().st_size for file in folder.iterdir()) < 24e6


@pytest.mark.parametrize(("folder", "ends"), [(DEMO_EMBEDDER, True), (DEMO_RERANKER, False)])
def test_tokenizer__transformers_reads_the_same_ids(folder, ends: bool) -> None:
    ours, theirs = PromptTokenizer(folder), AutoTokenizer.from_pretrained(folder)
    words = "three red circles, un été, 猫が\n\n好き"
    expected = ours._tokenizer.encode(words).ids
    assert theirs(words)["input_ids"] == expected
    assert (expected[-1] == ours.id_of("<|endoftext|>")) is ends


def test_embedder__finds_fresh_drawings_by_name(
    embedder: Qwen3VLEmbedder, known: list[Thing]
) -> None:
    rng = Random(2_500_001)
    drawn = [picture(rng, Scene("thing", (thing,))) for thing in known]
    pictures = embedder.embed(drawn, DOCUMENT_INSTRUCTION).vectors
    queries = embedder.embed([text(word) for word in WORDS], QUERY_INSTRUCTION).vectors
    right = (queries @ pictures.T).argmax(1) == np.arange(len(WORDS))
    assert right.sum() >= 8


def test_embedder__leading_dimensions_find_them_too(
    embedder: Qwen3VLEmbedder, known: list[Thing]
) -> None:
    rng = Random(2_500_002)
    drawn = [picture(rng, Scene("thing", (thing,))) for thing in known]
    pictures = embedder.embed(drawn, DOCUMENT_INSTRUCTION).vectors[:, :64]
    queries = embedder.embed([text(word) for word in WORDS], QUERY_INSTRUCTION).vectors[:, :64]
    pictures = pictures / np.linalg.norm(pictures, axis=1, keepdims=True)
    assert ((queries @ pictures.T).argmax(1) == np.arange(len(WORDS))).sum() >= 8


def test_reranker__matching_is_likelier_than_unrelated(
    reranker: Qwen3VLReranker, known: list[Thing]
) -> None:
    rng = Random(2_500_003)
    drawn = [picture(rng, Scene("thing", (thing,))) for thing in known]
    gaps = []
    for place, word in enumerate(WORDS):
        documents = [drawn[place], drawn[(place + 3) % len(drawn)]]
        yes, no = reranker.score(text(word), documents, RERANK_INSTRUCTION).scores
        gaps.append(yes.relevance - no.relevance)
    assert np.mean(gaps) > 0.4


def test_reranker__true_colour_beats_wrong_colour(
    reranker: Qwen3VLReranker, sources: None
) -> None:
    evaluation = RerankEvaluation(reranker, load_things(), 2_500_004)
    assert evaluation.subtle("shapes", other("colour"), 20) >= 0.75


def test_samples__every_kind_is_there_and_small() -> None:
    files = [path for path in SAMPLES.rglob("*") if path.is_file()]
    endings = {path.suffix for path in files}
    assert {".jpg", ".png", ".webp", ".pdf", ".txt", ".md", ".mp4"} <= endings
    assert 150 <= len(files) <= 250
    assert sum(path.stat().st_size for path in files) < 15e6
