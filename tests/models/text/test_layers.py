"""Lean and trimmed layers give what transformers' own layers give, and can be taken back."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import torch
from transformers import DynamicCache, Qwen3VLModel
from transformers.models.qwen3_vl.modeling_qwen3_vl import Qwen3VLTextModel, rotate_half

from qwen3vl_app.models.checkpoint.random_weights import SHAPES, config_of
from qwen3vl_app.models.rotary import rotate
from qwen3vl_app.models.text.layers import TextLayers

IDS = {f"{one}_token_id": at for at, one in enumerate(("image", "video", "vision_start"), 5)}


def tower(dtype: torch.dtype = torch.float32) -> Any:
    """Of three small layers, whose key heads are fewer than its heads."""
    config: Any = config_of(SHAPES["tiny"], IDS).text_config
    config.num_hidden_layers, config.vocab_size = 3, 50
    config.layer_types = ["full_attention"] * 3
    config._attn_implementation = "sdpa"
    torch.manual_seed(0)
    model: Any = Qwen3VLTextModel(config)
    model = model.to(dtype).eval().requires_grad_(requires_grad=False)
    for name, weight in model.named_parameters():
        if "norm" in name:  # ones by themselves, which hide a norm whose weight is forgotten
            weight.uniform_(0.5, 1.5)
    return model


def run(model, ids, **given):
    with torch.inference_mode():
        return model(input_ids=ids, use_cache=False, **given).last_hidden_state


ROWS = torch.randint(1, 50, (3, 9), generator=torch.Generator().manual_seed(1))
LAST = torch.tensor([8, 3, 0])


@pytest.mark.parametrize("lean", [False, True])
@pytest.mark.parametrize("trim", [False, True])
def test_use__same_states(lean, trim):
    model = tower()
    plain = run(model, ROWS)
    layers = TextLayers(model, deepstack=2)
    assert layers.use(lean=lean, trim=trim) == trim
    found = run(model, ROWS, **({"read_at": LAST} if trim else {}))
    expected = plain[torch.arange(3), LAST][:, None] if trim else plain
    assert found.shape == expected.shape
    torch.testing.assert_close(found, expected, rtol=2e-5, atol=2e-5)
    if lean:
        assert not torch.equal(found, expected)  # another way was taken
    layers.use(lean=False, trim=False)
    assert torch.equal(run(model, ROWS), plain)


@pytest.mark.parametrize("trim", [False, True])
def test_use__behind_a_prefix(trim):
    """A prefix fills a cache, and rows behind it see it through a mask, padding included."""
    model = tower()
    layers = TextLayers(model, deepstack=2)

    def both(*, lean, trim):
        cache: Any = DynamicCache()
        layers.use(lean=lean, trim=trim)
        run(model, ROWS[:1, :4], past_key_values=cache, **extra(trim, torch.tensor([3])))
        for layer in cache.layers:
            layer.keys, layer.values = (
                x.expand(3, -1, -1, -1) for x in (layer.keys, layer.values)
            )
        mask = torch.ones(5, 9, dtype=torch.bool).tril_(4)[None, None]
        places = torch.arange(4, 9).expand(3, 3, -1)
        found = run(
            model,
            ROWS[:, 4:],
            past_key_values=cache,
            attention_mask=mask,
            position_ids=places,
            **extra(trim, last),
        )
        return found if trim else found[torch.arange(3), last][:, None]

    def extra(trim, last):
        return {"read_at": last} if trim else {}

    last = torch.tensor([4, 2, 0])
    expected = both(lean=False, trim=False)
    torch.testing.assert_close(both(lean=True, trim=trim), expected, rtol=2e-5, atol=2e-5)


def test_use__half_precision():
    model = tower(torch.bfloat16)
    plain = run(model, ROWS)
    TextLayers(model, deepstack=2).use(lean=True, trim=False)
    found = run(model, ROWS)
    assert found.dtype is torch.bfloat16
    torch.testing.assert_close(found, plain, rtol=0.05, atol=0.05)


def test_use__not_where_features_come_behind_the_last_layer():
    layers = TextLayers(tower(), deepstack=3)
    assert layers.use(lean=True, trim=True) is False


def test_use__not_for_another_attention(caplog):
    model = tower()
    model.config._attn_implementation = "eager"
    with caplog.at_level(logging.WARNING):
        layers = TextLayers(model, deepstack=2)
    assert layers.use(lean=True, trim=True) is False
    assert "forward" not in model.layers[-1].__dict__
    assert "left as they are" in caplog.text


def test_rotate__bitwise_as_transformers():
    torch.manual_seed(0)
    states, cos, sin = torch.randn(2, 5, 3, 8), torch.randn(2, 5, 1, 8), torch.randn(2, 5, 1, 8)
    expected = states * cos + rotate_half(states) * sin
    assert torch.equal(rotate(states, cos, sin), expected)


def test_layers__weights_keep_their_names():
    config = config_of(SHAPES["tiny"], IDS)
    with torch.device("meta"):
        model = Qwen3VLModel(config)
    names = set(model.state_dict())
    TextLayers(model.language_model, deepstack=3).use(lean=True, trim=True)
    assert set(model.state_dict()) == names
