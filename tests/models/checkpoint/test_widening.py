"""Weights kept in 16 bits give what the same weights give in float32, in half of the memory."""

from __future__ import annotations

import shutil

import numpy as np
import orjson
import pytest
import torch
from safetensors.torch import load_file, save_file

from qwen3vl_app.bench.works import clip_of, picture, texts
from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.models.checkpoint import load, speed
from qwen3vl_app.models.checkpoint.footprint import needed_memory, weights_of
from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.resolve import Role, resolve
from qwen3vl_app.models.checkpoint.speed import Speed
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.models.service.building import fingerprint_of
from qwen3vl_app.settings import Settings
from qwen3vl_app.types import ModelInput


@pytest.fixture
def narrow(parity, tmp_path):
    """The parity checkpoint in bfloat16."""
    folder = tmp_path / "narrow"
    shutil.copytree(parity / "checkpoint", folder)
    file = folder / "model.safetensors"
    stored = {name: weight.bfloat16() for name, weight in load_file(file).items()}
    save_file(stored, file, metadata={"format": "pt"})
    config = orjson.loads((folder / "config.json").read_bytes())
    (folder / "config.json").write_bytes(orjson.dumps(config | {"dtype": "bfloat16"}))
    return folder


def loaded(kind, folder, role):
    return kind(resolve(str(folder), role, gpu=lambda: False), "cpu")


def little_memory(monkeypatch, folder, share):
    """So little that this checkpoint would need so large a part of it in float32."""
    needed = needed_memory(weights_of(folder), width=2, running=4)
    monkeypatch.setattr(load, "total_memory", lambda: int(needed / share))


INPUTS = [
    *texts([3, 30]),
    ModelInput(pictures=(picture((96, 64), 1),), texts=("a",)),
    clip_of(4),
]


def test_load__vectors_as_in_float32(narrow, monkeypatch):
    expected = Qwen3VLEmbedder(loaded(load_embedder, narrow, Role.EMBEDDER))
    little_memory(monkeypatch, narrow, 0.5)
    found = Qwen3VLEmbedder(loaded(load_embedder, narrow, Role.EMBEDDER))
    assert "widened to float32 layer by layer" in str(found.detail)
    assert found.space == expected.space
    assert found.is_exact
    assert not found.self_test.failed
    assert np.array_equal(found.embed(INPUTS, "").vectors, expected.embed(INPUTS, "").vectors)
    small = sum(one.nbytes for one in found._loaded.model.parameters())
    assert small < 0.6 * sum(one.nbytes for one in expected._loaded.model.parameters())


def test_load__scores_as_in_float32(narrow, monkeypatch):
    expected = Qwen3VLReranker(loaded(load_reranker, narrow, Role.RERANKER))
    little_memory(monkeypatch, narrow, 0.5)
    found = Qwen3VLReranker(loaded(load_reranker, narrow, Role.RERANKER))
    for query in INPUTS:
        scores = [one.score(query, INPUTS, "").scores for one in (found, expected)]
        assert scores[0] == scores[1]


def test_load__as_wide_as_ever_where_there_is_room(narrow, monkeypatch):
    little_memory(monkeypatch, narrow, 0.39)
    found = loaded(load_embedder, narrow, Role.EMBEDDER)
    assert {weight.dtype for weight in found.model.parameters()} == {torch.float32}


def test_load__too_large_even_so(narrow, monkeypatch):
    little_memory(monkeypatch, narrow, 2.5)
    with pytest.raises(ModelLoadError, match="memory"):
        loaded(load_embedder, narrow, Role.EMBEDDER)


def test_widened__other_rows_go_through_between_two_layers(narrow, monkeypatch):
    """A search goes first in the middle of a pass, through layers that the pass is in."""
    little_memory(monkeypatch, narrow, 0.5)
    turns: list[np.ndarray] = []
    inside = False

    def between():
        nonlocal inside
        if not inside and len(turns) < 40:
            inside = True
            turns.append(embedder.embed(INPUTS[:1], "").vectors)
            inside = False

    embedder = Qwen3VLEmbedder(loaded(load_embedder, narrow, Role.EMBEDDER), between)
    inside = True
    undisturbed = embedder.embed(INPUTS, "").vectors
    alone = embedder.embed(INPUTS[:1], "").vectors
    inside = False
    assert np.array_equal(embedder.embed(INPUTS, "").vectors, undisturbed)
    assert len(turns) > 5
    assert all(np.array_equal(one, alone) for one in turns)


def test_widened__narrow_again_after_an_error(narrow, monkeypatch):
    little_memory(monkeypatch, narrow, 0.5)
    embedder = Qwen3VLEmbedder(loaded(load_embedder, narrow, Role.EMBEDDER))
    layer = embedder._loaded.model.language_model.layers[0]
    expected = embedder.embed(INPUTS, "").vectors

    def fail(*_):
        raise ValueError("in the middle")

    handle = layer.mlp.register_forward_pre_hook(fail)
    norm = layer.self_attn.v_proj.register_forward_pre_hook(fail)
    with pytest.raises(ValueError, match="in the middle"):
        embedder.embed(INPUTS, "")
    handle.remove()
    norm.remove()
    assert layer.mlp.up_proj.weight.dtype is torch.bfloat16
    assert np.array_equal(embedder.embed(INPUTS, "").vectors, expected)


@pytest.fixture
def hardware(monkeypatch):
    """A CPU with hardware for bfloat16, to which every checkpoint is large."""
    monkeypatch.setattr(speed, "LARGE", 100)
    monkeypatch.setattr(load, "speed_here", lambda: Speed(single=1e9, half=4e9))


@pytest.mark.usefixtures("hardware")
def test_load__in_bfloat16_where_hardware_makes_it_fast(narrow, parity):
    rough = Qwen3VLEmbedder(loaded(load_embedder, narrow, Role.EMBEDDER))
    assert rough._loaded.placement.dtype is torch.bfloat16
    assert "this CPU has hardware for bfloat16, 4.0 times as fast" in str(rough.detail)
    assert not rough.is_exact
    assert not rough.self_test.failed
    plain = Qwen3VLEmbedder(loaded(load_embedder, parity / "checkpoint", Role.EMBEDDER))
    assert plain._loaded.placement.dtype is torch.float32  # stored in 32 bits
    vectors = [one.embed(INPUTS, "").vectors for one in (rough, plain)]
    assert (vectors[0] * vectors[1]).sum(1) == pytest.approx(1, abs=2e-3)
    settings = Settings(model=str(narrow), device="cpu")
    found = resolve(str(narrow), Role.EMBEDDER, gpu=lambda: False)
    assert fingerprint_of(found, settings) == rough.space.fingerprint


@pytest.mark.usefixtures("hardware")
def test_load__a_reranker_in_bfloat16(narrow, parity):
    rough = Qwen3VLReranker(loaded(load_reranker, narrow, Role.RERANKER))
    plain = Qwen3VLReranker(loaded(load_reranker, parity / "checkpoint", Role.RERANKER))
    assert not rough.self_test.failed
    for query in INPUTS:
        both = [
            [score.relevance for score in one.score(query, INPUTS, "").scores]
            for one in (rough, plain)
        ]
        assert both[0] == pytest.approx(both[1], abs=0.02)


def test_load__in_float32_without_hardware(narrow, monkeypatch):
    monkeypatch.setattr(speed, "LARGE", 100)
    monkeypatch.setattr(load, "speed_here", lambda: Speed(single=1e9, half=1e8))
    found = loaded(load_embedder, narrow, Role.EMBEDDER)
    assert found.placement.dtype is torch.float32
    assert "this CPU is slow in bfloat16" in str(found.detail)
