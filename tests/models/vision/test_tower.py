"""Features are the same whether seen now or before, alone or with others."""

import pytest
import torch
from PIL import Image

from qwen3vl_app.models.vision.tower import Shown, Tower
from qwen3vl_app.types import Clip, Picture

RED, BLUE = (Picture(Image.new("RGB", (64, 96), colour)) for colour in ("red", "blue"))
CLIP = Clip(frames=(RED.image, BLUE.image, RED.image), seconds=(0.0, 1.0, 2.0))
SHOWN: list[Shown] = [(RED, (64, 96)), (CLIP, (64, 64)), (BLUE, (64, 96)), (RED, (96, 64))]


@pytest.fixture
def visual(reranker):
    return reranker._runner._model.visual


def same(first, second):
    return all(
        torch.allclose(one, other, atol=1e-5)
        for one, other in zip(
            (first.tokens, *first.deepstack), (second.tokens, *second.deepstack), strict=True
        )
    )


def counted(visual, monkeypatch):
    """The patches of every pass from now on."""
    passes = []
    real = visual.forward

    def forward(pixels, *given, **named):
        passes.append(len(pixels))
        return real(pixels, *given, **named)

    monkeypatch.setattr(visual, "forward", forward)
    return passes


@torch.inference_mode()
def test_features__together_as_alone_in_the_order_given(visual):
    together = Tower(visual).features(SHOWN)
    for each, found in zip(SHOWN, together, strict=True):
        (alone,) = Tower(visual).features([each])
        assert same(found, alone)
        assert found.tokens.shape == alone.tokens.shape
    assert [len(found.tokens) for found in together] == [6, 8, 6, 6]
    assert not same(together[0], together[2])


@torch.inference_mode()
def test_features__what_was_seen_is_not_seen_again(visual, monkeypatch):
    tower = Tower(visual, kept_bytes=2**20)
    first = tower.features(SHOWN[:2])
    passes = counted(visual, monkeypatch)
    again = Picture(RED.image.copy())
    found = tower.features([(again, (64, 96)), SHOWN[3], SHOWN[2], SHOWN[2]])
    assert passes == [2 * 4 * 6], "the same pixels are known; another size, and blue once"
    assert same(found[0], first[0])
    assert same(found[2], found[3])
    tower.forget()
    tower.features(SHOWN[:1])
    assert passes == [2 * 4 * 6, 4 * 6]


@torch.inference_mode()
def test_features__no_more_is_kept_than_allowed(visual):
    one = Tower(visual).features(SHOWN[:1])[0].nbytes
    tower = Tower(visual, kept_bytes=2 * one)
    tower.features([SHOWN[0], SHOWN[2], SHOWN[3]])
    assert tower._kept.currsize == 2 * one
    small = Tower(visual, kept_bytes=one - 1)
    small.features(SHOWN[:1])
    assert not small._kept


def test_score__a_second_question_sees_no_picture_again(reranker, visual, monkeypatch):
    from qwen3vl_app.types import ModelInput

    documents = [ModelInput(pictures=(RED,)), ModelInput(clips=(CLIP,)), ModelInput(texts=("a",))]
    reranker._runner._tower.forget()
    expected = reranker.score(ModelInput(texts=("two",)), documents, "").scores
    reranker._runner._tower.forget()
    reranker.score(ModelInput(texts=("one",)), documents, "")
    passes = counted(visual, monkeypatch)
    found = reranker.score(ModelInput(texts=("two",)), documents, "").scores
    assert passes == []
    assert [score.logit for score in found] == pytest.approx(
        [score.logit for score in expected], abs=1e-5
    )


def test_score__what_is_kept_goes_when_memory_runs_out(reranker, monkeypatch):
    from qwen3vl_app.models.forward import batching
    from qwen3vl_app.types import ModelInput

    documents = [ModelInput(pictures=(RED,))]
    reranker.score(ModelInput(texts=("one",)), documents, "")
    assert reranker._runner._tower._kept

    def run(_model, _tower, _batch, _past=None, **_given):
        raise MemoryError

    monkeypatch.setattr(batching, "run", run)
    reranker.score(ModelInput(texts=("one",)), documents, "")
    assert not reranker._runner._tower._kept
    assert not reranker._runner._prefixes._kept
