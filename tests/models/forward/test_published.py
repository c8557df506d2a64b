"""The README's example: what is asked, and when a number counts as the published one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from qwen3vl_app.models.forward.published import (
    COSINES,
    INSTRUCTION,
    LOGITS,
    QUERY,
    RELEVANCES,
    TEXT,
    Published,
    embedder_published,
    reranker_published,
)
from qwen3vl_app.models.prompt.reference import read_input

PICTURE = Image.linear_gradient("L").convert("RGB")


class Gradient:
    """A source of media that has this picture under every name."""

    def picture(self, _path: Path) -> Image.Image:
        return PICTURE

    def clip(self, path: Path, **_given: object) -> None:
        raise AssertionError(path)


def asked(entry):
    return read_input(entry, Gradient(), Path())


DOCUMENTS = {
    "text": asked({"text": TEXT}),
    "shown": asked({"image": "demo.jpeg"}),
    "both": asked({"text": TEXT, "image": "demo.jpeg"}),
}


def test_embedder_published__as_the_reference_would_be_asked(embedder):
    query = embedder.embed([asked({"text": QUERY})], INSTRUCTION).vectors[0]
    expected = {
        name: float(np.dot(query, embedder.embed([one], "").vectors[0]))
        for name, one in DOCUMENTS.items()
    }
    found = embedder_published(embedder, PICTURE, expected)
    assert [one.document for one in found] == ["text", "shown", "both"]
    assert all(one.agrees for one in found)
    assert [one.found for one in found] == pytest.approx(list(expected.values()), abs=1e-4)
    assert not all(one.agrees for one in embedder_published(embedder, PICTURE))
    assert [one.expected for one in embedder_published(embedder, PICTURE)] == [*COSINES.values()]


def test_reranker_published__logits_in_float32_and_relevances_else(reranker):
    scores = reranker.score(asked({"text": QUERY}), [*DOCUMENTS.values()], INSTRUCTION).scores
    logits = dict(zip(DOCUMENTS, (score.logit for score in scores), strict=True))
    found = reranker_published(reranker, PICTURE, torch.float32, RELEVANCES, logits)
    assert all(one.agrees and one.measure == "logit" for one in found)
    rough = reranker_published(reranker, PICTURE, torch.bfloat16)
    assert [(one.measure, one.expected) for one in rough] == [
        ("relevance", expected) for expected in RELEVANCES.values()
    ]
    assert [one.found for one in rough] == pytest.approx([s.relevance for s in scores], abs=1e-4)


def test_published__the_two_tables_agree():
    """The float32 logits are the relevances, within what bfloat16 changes."""
    for name, logit in LOGITS.items():
        assert 1 / (1 + np.exp(-logit)) == pytest.approx(RELEVANCES[name], abs=0.06)


def test_published__without_the_picture_the_text_alone(embedder, reranker):
    for found in (
        embedder_published(embedder, None),
        reranker_published(reranker, None, torch.float32),
    ):
        assert [one.document for one in found] == ["text"]


@pytest.mark.parametrize(("found", "agrees"), [(0.709, True), (0.711, False), (0.689, False)])
def test_agrees__within_the_tolerance(found, agrees):
    number = Published(
        measure="cosine", document="text", expected=0.7, found=found, tolerance=0.01
    )
    assert number.agrees is agrees


def test_agrees__what_is_no_number_does_not():
    number = Published(
        measure="cosine", document="text", expected=0.7, found=float("nan"), tolerance=0.01
    )
    assert number.agrees is False
