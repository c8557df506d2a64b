"""Equal weights of two models are in memory once, and others stay as they are."""

import torch

from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.sharing import share_equal
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.models.service.building import share_weights
from qwen3vl_app.types import ModelInput
from tests.models.conftest import checkpoint


def layers():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 5, bias=False))


def test_share_equal__bit_for_bit():
    first, second = layers(), layers()
    with torch.no_grad():
        second[1].weight[0, 0] += 1e-6
    assert share_equal(second, [torch.nn.Linear(3, 4), first]) == 4 * (12 + 4)
    assert second[0].weight.data_ptr() == first[0].weight.data_ptr()
    assert second[1].weight.data_ptr() != first[1].weight.data_ptr()
    assert share_equal(second, [first]) == 0  # they are one already


def test_share_equal__not_of_another_kind_or_shape():
    first, second = layers().double(), layers()
    assert share_equal(second, [first]) == 0
    assert share_equal(layers(), [torch.nn.Sequential(torch.nn.Linear(4, 3))]) == 0


def test_share_weights__an_embedder_and_a_reranker_of_one_checkpoint():
    """The output layer of this checkpoint is its own; all else the pair has in common."""
    embedder = Qwen3VLEmbedder(load_embedder(checkpoint("checkpoint"), "cpu"))
    reranker = Qwen3VLReranker(load_reranker(checkpoint("checkpoint"), "cpu"))
    asked = ModelInput(texts=("a red bicycle",))
    expected = reranker.score(asked, [asked], "").scores
    saved = share_weights(reranker, [embedder])
    assert saved == embedder.memory_bytes
    assert reranker.score(asked, [asked], "").scores == expected
    weights = [one.towers.get_parameter("visual.pos_embed.weight") for one in (embedder, reranker)]
    assert weights[0].data_ptr() == weights[1].data_ptr()


def test_share_weights__nothing_of_what_is_no_model_of_ours():
    embedder = Qwen3VLEmbedder(load_embedder(checkpoint("checkpoint"), "cpu"))
    assert share_weights(embedder, [object()]) == 0
    assert share_weights(object(), [embedder]) == 0
