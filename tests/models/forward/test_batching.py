import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qwen3vl_app.models.forward import batching as forward
from qwen3vl_app.models.forward import passes
from qwen3vl_app.models.forward.batching import NO_MEMORY, NOT_FINITE, by_length, tokens_per_pass
from qwen3vl_app.types import ModelInput, Picture

TEXTS = [ModelInput(texts=("word " * n,)) for n in (1, 40, 3, 60, 45, 2)]


@given(st.lists(st.integers(1, 300), max_size=40), st.integers(1, 1000), st.integers(1, 1000))
def test_by_length__every_row_once_within_the_limit(lengths, tokens, enough):
    batches = list(by_length(lengths, tokens, enough))
    assert sorted(at for batch in batches for at in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[at] for at in batch)
        assert len(batch) == 1 or longest * len(batch) <= tokens
        assert all(lengths[at] * 2 >= longest for at in batch)
        after = batch[math.ceil(enough / longest) :]  # it has enough without these
        assert all(lengths[at] >= 0.8 * longest for at in after)


def test_tokens_per_pass__a_search_never_waits_long_for_a_large_model_on_a_cpu():
    assert (
        tokens_per_pass("cpu", 2048) < tokens_per_pass("cpu", 64) < tokens_per_pass("cuda", 2048)
    )


@given(st.lists(st.integers(1, 300), min_size=1))
def test_by_length__longest_first(lengths):
    order = [lengths[at] for batch in by_length(lengths, 600, 300) for at in batch]
    assert order == sorted(lengths, reverse=True)


def test_embed__same_in_one_pass_or_many(embedder, monkeypatch):
    together = embedder.embed(TEXTS, "").vectors
    monkeypatch.setattr(embedder._runner, "_tokens", 1)
    alone = embedder.embed(TEXTS, "").vectors
    assert (together * alone).sum(1) == pytest.approx(1, abs=1e-6)


def test_embed__nothing(embedder):
    batch = embedder.embed([], "")
    assert batch.vectors.shape == (0, 64)
    assert batch.kept == batch.rejected == ()


def short_of_memory(limit, monkeypatch):
    """Passes of more than ``limit`` tokens run out of memory, as a device would."""
    real, seen = passes.run, []

    def run(model, tower, batch, past=None, **given):
        seen.append(batch.ids.numel())
        if batch.ids.numel() > limit:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return real(model, tower, batch, past, **given)

    monkeypatch.setattr(forward, "run", run)
    return seen


def test_embed__halves_when_memory_runs_out(embedder, monkeypatch):
    expected = embedder.embed(TEXTS, "").vectors
    monkeypatch.setattr(embedder._runner, "_tokens", 4096)
    seen = short_of_memory(300, monkeypatch)
    batch = embedder.embed(TEXTS, "")
    assert batch.kept == tuple(range(len(TEXTS)))
    assert (batch.vectors * expected).sum(1) == pytest.approx(1, abs=1e-6)
    seen.clear()
    embedder.embed(TEXTS, "")
    assert max(seen) <= 300, "what was learnt is kept"


def test_embed__one_input_too_large_for_the_device_is_left_out(embedder, monkeypatch):
    monkeypatch.setattr(embedder._runner, "_tokens", 4096)
    short_of_memory(210, monkeypatch)
    batch = embedder.embed(TEXTS, "")
    assert batch.kept == (0, 1, 2, 4, 5)
    assert batch.rejected == ((3, NO_MEMORY),)


def test_embed__other_errors_are_not_taken_for_memory(embedder, monkeypatch):
    def run(_model, _tower, _batch, _past=None, **_given):
        raise RuntimeError("shape mismatch")

    monkeypatch.setattr(forward, "run", run)
    with pytest.raises(RuntimeError, match="shape mismatch"):
        embedder.embed(TEXTS, "")


def test_embed__a_bad_input_does_not_spoil_its_batch(embedder):
    strip = ModelInput(pictures=(Picture(Image.new("RGB", (30_000, 1))),))
    batch = embedder.embed([TEXTS[0], strip, TEXTS[1]], "")
    assert batch.kept == (0, 2)
    assert batch.rejected[0][0] == 1
    assert batch.rejected[0][1].code == "input.strip"
    assert (batch.vectors * embedder.embed(TEXTS[:2], "").vectors).sum(1) == pytest.approx(1)


def test_embed__no_vector_without_numbers(embedder, monkeypatch):
    real = passes.run

    def run(model, tower, batch, past=None, **given):
        states = real(model, tower, batch, past, **given)
        states[0, 0] = torch.nan
        return states

    monkeypatch.setattr(forward, "run", run)
    batch = embedder.embed([TEXTS[0], TEXTS[2]], "")
    assert batch.kept == (0,)
    assert batch.rejected == ((1, NOT_FINITE),), "the longer one is the first of its pass"
