"""The parity checkpoints in memory, and a plain reader of the parity media."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from qwen3vl_app.models.embedder import Qwen3VLEmbedder
from qwen3vl_app.models.loader import load_embedder, load_reranker
from qwen3vl_app.models.names import Checkpoint
from qwen3vl_app.models.reranker import Qwen3VLReranker
from qwen3vl_app.types import Clip

PARITY = Path(__file__).parent.parent / "data" / "parity"


class PlainReader:
    """Opens media in this process, frames chosen as in ``smart_nframes`` of qwen-vl-utils."""

    def picture(self, path):
        picture = Image.open(path)
        if picture.mode == "RGBA":
            white = Image.new("RGB", picture.size, (255, 255, 255))
            white.paste(picture, mask=picture.getchannel("A"))
            return white
        return picture.convert("RGB")

    def clip(self, path, *, fps=None, max_frames=None):
        decord = pytest.importorskip("decord")
        video = decord.VideoReader(str(path))
        total, rate = len(video), video.get_avg_fps()
        most = (max_frames or 64) // 2 * 2
        count = min(max(total / rate * (fps or 1.0), 4), most, total) // 2 * 2
        chosen = torch.linspace(0, total - 1, int(count)).round().long().tolist()
        frames = tuple(Image.fromarray(f) for f in video.get_batch(chosen).asnumpy())
        return Clip(frames=frames, seconds=tuple(i / rate for i in chosen))


def checkpoint(name):
    return Checkpoint(folder=PARITY / name, name=name, reason="a test")


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
    return PlainReader()


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
