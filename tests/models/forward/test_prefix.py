"""A question's beginning computed once gives the scores of whole rows."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from qwen3vl_app.models.forward import passes
from qwen3vl_app.models.forward import prefix as prefixes
from qwen3vl_app.models.prompt.layout import rerank_rows
from qwen3vl_app.types import Clip, ModelInput, Picture


def picture(colour: str, width: int = 96, height: int = 64) -> Picture:
    shades = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    return Picture(Image.blend(shades, Image.new("RGB", (width, height), colour), 0.5))


def clip(*colours: str) -> Clip:
    frames = tuple(picture(colour, 64, 64).image for colour in colours)
    return Clip(frames=frames, seconds=tuple(float(at) for at in range(len(frames))))


RED = picture("red")
QUERIES = [
    ModelInput(texts=("a red bicycle",)),
    ModelInput(pictures=(RED,)),
    ModelInput(texts=("at night",), pictures=(RED, picture("blue", 64, 128))),
    ModelInput(clips=(clip("red", "green", "blue"),)),
    ModelInput(texts=("and then",), pictures=(picture("green"),), clips=(clip("red", "blue"),)),
]
DOCUMENTS = [
    ModelInput(texts=("a bicycle",)),
    ModelInput(texts=("//invoice " * 30,)),
    ModelInput(pictures=(RED,)),
    ModelInput(pictures=(picture("yellow", 200, 64),)),
    ModelInput(clips=(clip("red", "green"),)),
    ModelInput(texts=("caption",), pictures=(picture("white"), picture("black"))),
    ModelInput(),
]


def whole_logits(reranker, query, documents):
    """Of rows that share nothing."""
    pairs = rerank_rows(reranker.tokenizer, reranker.budget, query, documents, "")
    rows = [replace(row, prefix=None) for row in pairs.rows.values()]
    states = dict(reranker._runner.last_states(rows))
    return [float(states[at] @ reranker._direction) for at in range(len(rows))]


@pytest.mark.parametrize("query", QUERIES)
def test_score__as_of_whole_rows(reranker, query):
    expected = whole_logits(reranker, query, DOCUMENTS)
    for _ in range(2):  # computed, then known
        found = [score.logit for score in reranker.score(query, DOCUMENTS, "").scores]
        assert found == pytest.approx(expected, abs=1e-5)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.sampled_from(QUERIES),
    chosen=st.lists(st.integers(0, len(DOCUMENTS) - 1), min_size=1, max_size=9),
    tokens=st.sampled_from([1, 60, 200, 4096]),
)
def test_score__whatever_else_is_judged_with_it(reranker, monkeypatch, query, chosen, tokens):
    monkeypatch.setattr(reranker._runner, "_tokens", tokens)
    documents = [DOCUMENTS[at] for at in chosen]
    found = [score.logit for score in reranker.score(query, documents, "").scores]
    assert found == pytest.approx(whole_logits(reranker, query, documents), abs=1e-5)


def test_prefix__once_for_all_slices_of_a_search(reranker, monkeypatch):
    reranker._runner._prefixes._kept.clear()
    computed = []
    real = passes.run

    def run(model, tower, batch, past, **given):
        computed.append(batch.ids.shape)
        return real(model, tower, batch, past, **given)

    monkeypatch.setattr(prefixes, "run", run)
    for document in DOCUMENTS[:-1]:
        reranker.score(QUERIES[2], [document], "")
    assert len(computed) == 1
    reranker.score(QUERIES[2], DOCUMENTS, "Another instruction")
    assert len(computed) == 2, "another beginning"


def test_prefix__a_picture_of_the_same_size_is_another(reranker):
    red, blue = (
        reranker.score(ModelInput(pictures=(picture(colour),)), DOCUMENTS[:1], "").scores[0].logit
        for colour in ("red", "blue")
    )
    assert abs(red - blue) > 1e-4


def test_prefix__no_more_is_kept_than_allowed(reranker, monkeypatch):
    kept = reranker._runner._prefixes._kept
    kept.clear()
    monkeypatch.setattr(prefixes, "KEPT_BYTES", 10)
    score = reranker.score(QUERIES[0], DOCUMENTS[:2], "").scores[0].logit
    assert not kept
    assert score == pytest.approx(whole_logits(reranker, QUERIES[0], DOCUMENTS)[0], abs=1e-5)
