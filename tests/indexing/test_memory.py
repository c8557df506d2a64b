"""A model whose device runs out of memory, as torch says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest
import torch

from qwen3vl_app.indexing.committing import NO_MEMORY, embed_inputs
from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.models.forward.memory import is_out_of_memory
from qwen3vl_app.types import EmbeddingBatch, ModelInput, Outcome
from tests.indexing.embedders import HashingEmbedder, TinyHost
from tests.indexing.world import World, counted

FITS = 1000
"""Words that the device holds at once; a passage of the test's texts has 201."""


class SmallEmbedder(HashingEmbedder):
    """Fails as a device with room for ``FITS`` words does, or one of pictures for ``pictures``."""

    def __init__(self, *, cuda: bool = False, fits: int = FITS) -> None:
        super().__init__()
        self.cuda, self.fits = cuda, fits
        self.taken: list[int] = []

    def embed(self, inputs: Sequence[ModelInput], instruction: str) -> EmbeddingBatch:
        words = sum(len(text.split()) for one in inputs for text in one.texts)
        if words > self.fits and self.cuda:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        if words > self.fits:
            torch.empty(2**60, dtype=torch.uint8)  # more than any machine has: raises for real
        self.taken.append(len(inputs))
        return super().embed(inputs, instruction)


def texts(*words: int) -> list[ModelInput]:
    return [ModelInput(texts=(f"t{at} " + "w " * (n - 1),)) for at, n in enumerate(words)]


def embed(host: TinyHost, inputs: Sequence[ModelInput]) -> EmbeddingBatch:
    return embed_inputs(cast(Any, host), inputs, host.space())


@pytest.mark.parametrize("cuda", [True, False], ids=["cuda", "cpu"])
def test_embed__halves_until_it_fits(cuda: bool) -> None:
    embedder = SmallEmbedder(cuda=cuda)
    inputs = texts(*[300] * 8)
    found = embed(TinyHost(embedder), inputs)
    assert embedder.taken == [2, 2, 2, 2]
    assert found.kept == tuple(range(8))
    assert (found.vectors == HashingEmbedder().embed(inputs, "").vectors).all()


@pytest.mark.parametrize("cuda", [True, False], ids=["cuda", "cpu"])
def test_embed__what_does_not_fit_alone_is_left_out(cuda: bool) -> None:
    inputs = texts(10, 1001, 10, 2000, 10)
    found = embed(TinyHost(SmallEmbedder(cuda=cuda)), inputs)
    assert found.kept == (0, 2, 4)
    assert found.rejected == ((1, NO_MEMORY), (3, NO_MEMORY))
    expected = HashingEmbedder().embed([inputs[at] for at in found.kept], "").vectors
    assert (found.vectors == expected).all()


def test_embed__nothing_fits() -> None:
    found = embed(TinyHost(SmallEmbedder(fits=0)), texts(1, 1, 1))
    assert (found.kept, len(found.rejected)) == ((), 3)


def test_embed__other_errors_pass() -> None:
    host = TinyHost(failure=RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="mat1"):
        embed(host, texts(1, 1))


def test_index__the_smallest_failing_input_is_recorded_and_the_run_goes_on(world: World) -> None:
    world.host.embedder = SmallEmbedder()
    world.pictures(6)
    world.text("fits.txt", *(f"verse{n}" for n in range(9)))
    huge = world.folder / "huge.txt"
    huge.write_text("word " * 1200 + "\n")  # no paragraph ends: one passage or a few long ones
    world.host.embedder.fits = 250
    progress = world.index()
    assert progress.state is IndexState.IDLE
    assert progress.items >= 15
    assert counted(progress)["indexed"] >= 7
    assert world.outcome_of(world.folder / "fits.txt") is Outcome.INDEXED
    reasons = [row.reason for row in world.library.outcomes() if row.path == huge]
    assert reasons[0] == NO_MEMORY
    assert world.library.check() == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), True),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate"), True),
        (RuntimeError("expected scalar type Float"), False),
        (ValueError("out of memory"), False),
        (OSError("out of memory"), False),
    ],
)
def test_is_out_of_memory(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) is expected
