"""A model may be constructed beside one that runs, and changes none of its numbers."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import Qwen3VLModel

from qwen3vl_app.models.checkpoint import load
from qwen3vl_app.models.checkpoint.construction import Gate
from qwen3vl_app.types import ModelInput, Picture
from tests.models.conftest import checkpoint

WAIT = 60
SEEN = ModelInput(texts=("seen",), pictures=(Picture(Image.linear_gradient("L").convert("RGB")),))


def in_background(function):
    thread = threading.Thread(target=function)
    thread.start()
    return thread


def test_gate__a_construction_waits_for_the_layer_in_work_and_goes_before_the_next():
    gate, order = Gate(), []

    def construct():
        with gate.constructing():
            order.append("constructed")

    with gate.running():
        thread = in_background(construct)
        thread.join(0.1)
        assert (thread.is_alive(), order) == (True, [])
        with gate.paused():
            thread.join(WAIT)
        order.append("next layer")
    assert order == ["constructed", "next layer"]


def test_gate__a_pass_waits_for_a_construction():
    gate, order = Gate(), []

    def run():
        with gate.running():
            order.append("run")

    with gate.constructing():
        thread = in_background(run)
        thread.join(0.1)
        order.append("constructed")
    thread.join(WAIT)
    assert order == ["constructed", "run"]


def test_gate__an_error_opens_it_again():
    gate, passed = Gate(), []
    for way in (gate.running, gate.constructing):
        with pytest.raises(ZeroDivisionError), way():
            1 / 0  # noqa: B018
    with gate.running(), gate.paused(), gate.constructing():
        passed.append(1)
    assert passed == [1]


def test_load__is_constructed_with_the_gate_closed(monkeypatch):
    """What a pass would see of it: another default dtype, another ``linspace``."""
    gate, seen = Gate(), []
    original = Qwen3VLModel.__init__

    def seeing(self, *given, **named):
        seen.append((gate._constructing, torch.get_default_dtype()))
        original(self, *given, **named)

    monkeypatch.setattr(load, "GATE", gate)
    monkeypatch.setattr(Qwen3VLModel, "__init__", seeing)
    place = load.place

    def half(device, **given):
        return replace(place(device, **given), dtype=torch.bfloat16)

    monkeypatch.setattr(load, "place", half)
    loaded = load.load_embedder(checkpoint("checkpoint"), "cpu")
    assert (True, torch.bfloat16) in seen
    assert all(constructing for constructing, _ in seen)
    assert type(loaded.model) is Qwen3VLModel


def test_load__changes_no_number_of_a_pass_beside_it(embedder, monkeypatch):
    place = load.place

    def half(device, **given):
        return replace(place(device, **given), dtype=torch.bfloat16)

    monkeypatch.setattr(load, "place", half)
    alone = embedder.embed([SEEN], "").vectors
    over = threading.Event()

    def load_again():
        for _ in range(5):
            load.load_embedder(checkpoint("checkpoint-eos"), "cpu")
        over.set()

    thread = in_background(load_again)
    passes = 0
    while not over.is_set():
        assert np.array_equal(embedder.embed([SEEN], "").vectors, alone)
        passes += 1
    thread.join(WAIT)
    assert passes > 5
