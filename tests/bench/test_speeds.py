"""Both ways give the same answers, and every kind of work is measured."""

from dataclasses import replace

import pytest
import torch
from transformers import Qwen3VLForConditionalGeneration

from qwen3vl_app.bench.speeds import measure_speeds
from qwen3vl_app.budget import Budget
from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.random_weights import SHAPES, config_of
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from tests.models.conftest import checkpoint

IDS = {
    "image_token_id": 5,
    "video_token_id": 6,
    "vision_start_token_id": 3,
    "vision_end_token_id": 4,
}


@pytest.mark.parametrize(("shape", "billions"), [("2b", 2.13), ("8b", 8.77)])
def test_shapes__as_many_parameters_as_published(shape, billions):
    config = config_of(SHAPES[shape], IDS)
    config.tie_word_embeddings = shape == "2b"
    with torch.device("meta"):
        model = Qwen3VLForConditionalGeneration(config)
    assert model.num_parameters() / 1e9 == pytest.approx(billions, rel=0.005)


def test_measure_speeds__every_work_both_ways():
    small = Budget(max_picture_tokens=16, max_frames=4, min_frame_tokens=4, max_input_tokens=256)
    loaded, judge = (
        kind(checkpoint("checkpoint"), "cpu") for kind in (load_embedder, load_reranker)
    )
    embedder = Qwen3VLEmbedder(replace(loaded, budget=small))
    reranker = Qwen3VLReranker(replace(judge, budget=small))
    report = measure_speeds(embedder, reranker, turns=1, count=2)
    names = [one.name for one in report.speeds]
    assert len(names) == len(set(names)) == 14
    assert "rerank 2 pictures of 512 × 512, seen before" in names
    for one in report.speeds:
        assert one.apart < 1e-5, one.name
        assert one.rate > 0 < one.times
    assert report.peak_bytes > 2**27
    assert embedder._runner.off == reranker._runner.off == set()
