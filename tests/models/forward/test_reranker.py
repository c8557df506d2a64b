import pytest
import torch
from PIL import Image

from qwen3vl_app.models.forward import batching as forward
from qwen3vl_app.models.forward.batching import NO_MEMORY
from qwen3vl_app.types import ModelInput, Picture

QUERY = ModelInput(texts=("a red bicycle",))
DOCUMENTS = [ModelInput(texts=(t,)) for t in ("a bicycle", "invoice " * 30, "sea", "words " * 9)]


def test_score__relevance_is_the_sigmoid_of_the_logit(reranker):
    for score in reranker.score(QUERY, DOCUMENTS, "").scores:
        assert score.relevance == pytest.approx(torch.tensor(score.logit).sigmoid().item())
        assert 0 < score.relevance < 1


def test_score__logits_order_as_relevances(reranker):
    scores = reranker.score(QUERY, DOCUMENTS, "").scores
    by_logit = sorted(range(4), key=lambda i: scores[i].logit)
    assert by_logit == sorted(range(4), key=lambda i: scores[i].relevance)


def test_score__logit_is_the_difference_of_two_of_the_models_own(reranker, parity):
    from transformers import Qwen3VLForConditionalGeneration

    from qwen3vl_app.models.forward.rows import collate
    from qwen3vl_app.models.prompt.layout import rerank_rows

    model = Qwen3VLForConditionalGeneration.from_pretrained(parity / "checkpoint").eval()
    tokenizer = reranker.tokenizer
    row = rerank_rows(tokenizer, reranker.budget, QUERY, DOCUMENTS[:1], "").rows[0]
    with torch.inference_mode():
        logits = model(input_ids=collate([row], tokenizer).ids).logits[0, -1]
    expected = logits[tokenizer.id_of("yes")] - logits[tokenizer.id_of("no")]
    found = reranker.score(QUERY, DOCUMENTS[:1], "").scores[0].logit
    assert found == pytest.approx(expected.item(), abs=1e-4)


def test_score__in_input_order_whatever_the_lengths(reranker):
    together = reranker.score(QUERY, DOCUMENTS, "").scores
    for document, score in zip(DOCUMENTS, together, strict=True):
        alone = reranker.score(QUERY, [document], "").scores[0]
        assert score.logit == pytest.approx(alone.logit, abs=1e-5)


def test_score__no_documents(reranker):
    assert reranker.score(QUERY, [], "").scores == ()


def test_score__a_rejected_document_has_a_reason_and_no_score(reranker):
    strip = ModelInput(pictures=(Picture(Image.new("RGB", (1, 30_000))),))
    batch = reranker.score(QUERY, [DOCUMENTS[0], strip, DOCUMENTS[2]], "")
    assert [score is None for score in batch.scores] == [False, True, False]
    assert batch.rejected[0][0] == 1
    assert batch.rejected[0][1].code == "input.strip"


def test_score__a_document_too_large_for_the_device(reranker, monkeypatch):
    def run(_model, _tower, _batch, _past=None, **_given):
        raise MemoryError

    monkeypatch.setattr(reranker._runner, "_tokens", 4096)
    monkeypatch.setattr(forward, "run", run)
    batch = reranker.score(QUERY, DOCUMENTS[:2], "")
    assert batch.scores == (None, None)
    assert batch.rejected == ((0, NO_MEMORY), (1, NO_MEMORY))
