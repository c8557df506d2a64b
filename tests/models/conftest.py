"""The parity checkpoints in memory, and the program's own reader for the parity media."""

from pathlib import Path

import pytest
import torch

from qwen3vl_app.budget import Budget
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.resolve import Checkpoint
from qwen3vl_app.models.forward.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.forward.reranker import Qwen3VLReranker
from qwen3vl_app.settings import Limits

PARITY = Path(__file__).parent.parent / "data" / "parity"


def checkpoint(name):
    return Checkpoint(
        folder=PARITY / name,
        name=name,
        reason=Message.free("a test"),
        source=str(PARITY / name),
    )


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """Small matrices on several threads wait for each other, badly so on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def parity():
    return PARITY


@pytest.fixture(scope="session")
def reader():
    reader = Reader(Budget(), Limits(), workers=1, reference=True)
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def embedder():
    return Qwen3VLEmbedder(load_embedder(checkpoint("checkpoint"), "cpu"))


@pytest.fixture(scope="session")
def reranker():
    return Qwen3VLReranker(load_reranker(checkpoint("checkpoint"), "cpu"))


@pytest.fixture(scope="session")
def embedder_eos():
    return Qwen3VLEmbedder(load_embedder(checkpoint("checkpoint-eos"), "cpu"))


@pytest.fixture(scope="session")
def reranker_eos():
    return Qwen3VLReranker(load_reranker(checkpoint("checkpoint-eos"), "cpu"))
