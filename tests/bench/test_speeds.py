"""Both ways give the same answers, and every kind of work is measured."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import Qwen3VLForConditionalGeneration

from qwen3vl_app.bench.pairs import LONG_WAY, Pair, measure_pair
from qwen3vl_app.bench.reference import entry_of, load_reference_embedder
from qwen3vl_app.bench.speeds import measure_speed
from qwen3vl_app.bench.works import Embedding, embedding_works
from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import BenchError
from qwen3vl_app.models.checkpoint.load import load_embedder, load_reranker
from qwen3vl_app.models.checkpoint.random_weights import SHAPES, config_of, save_random
from qwen3vl_app.models.checkpoint.resolve import Role, resolve
from qwen3vl_app.types import Clip, ModelInput, Picture
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


@pytest.fixture
def pair() -> Pair:
    small = Budget(max_picture_tokens=16, max_frames=4, min_frame_tokens=4, max_input_tokens=256)
    loaded, judge = (
        kind(checkpoint("checkpoint"), "cpu") for kind in (load_embedder, load_reranker)
    )
    return Pair(embedder=replace(loaded, budget=small), reranker=replace(judge, budget=small))


def test_measure_pair__every_work_beside_the_long_way(pair):
    report = measure_pair(pair, turns=1, count=2)
    names = [one.name for one in report.speeds]
    assert len(names) == len(set(names)) == 14
    assert "rerank 2 pictures of 512 × 512, seen before" in names
    for one in report.speeds:
        assert one.beside is not None
        assert one.beside.name == LONG_WAY
        assert one.beside.apart < 1e-5, one.name
        assert one.rate > 0
        assert one.times > 0
        assert 0 < report.share(one) < 2  # products are measured beside it, on a busy machine
        assert one.failed == ""
    assert report.peak_bytes > 2**27
    assert report.product > 1e8


def test_measure_pair__without_a_reranker(pair):
    report = measure_pair(replace(pair, reranker=None), turns=1, count=2)
    assert len(report.speeds) == 8
    assert report.reranker == "none"


class Slow:
    """Gives what the program gives, later; fails at what it is to fail at."""

    def __init__(self, name: str, seconds: float, fails: bool = False) -> None:
        self.name = name
        self._seconds = seconds
        self._fails = fails

    def ready(self, task):
        def run():
            if self._fails:
                raise ValueError("no")
            time.sleep(self._seconds)
            return np.ones((len(task.inputs), 1), np.float32)

        return run


def test_measure_speed__the_fastest_of_the_others_and_those_who_fail():
    work = embedding_works(2, 4)[0]
    others = [Slow("slow", 0.06), Slow("quick", 0.03), Slow("broken", 0, fails=True)]
    speed = measure_speed(work, Slow("program", 0.01), others, 3)
    assert speed.beside.name == "quick"
    assert speed.times > 1.5
    assert speed.beside.apart == 0
    assert speed.failed == "broken: no"
    with pytest.raises(ValueError, match="no"):
        measure_speed(work, Slow("program", 0, fails=True), [], 1)


def test_save_random__both_loaders_take_it(tmp_path, monkeypatch):
    monkeypatch.setitem(SHAPES, "tiny", replace(SHAPES["tiny"], text=(64, 128, 2, 8)))
    save_random("tiny", "cpu", tmp_path)
    for role, load in ((Role.EMBEDDER, load_embedder), (Role.RERANKER, load_reranker)):
        found = resolve(str(tmp_path), role, gpu=lambda: False)
        loaded = load(found, "cpu")
        assert loaded.budget == Budget()
        assert all(bool(weight.isfinite().all()) for weight in loaded.model.parameters())


# ---------------------------------------------------------------- the reference


def test_entry_of__in_the_notation_of_the_reference():
    image = Image.new("RGB", (64, 32))
    clip = Clip(frames=(image, image), seconds=(0.0, 0.5), from_file=False)
    some = ModelInput(texts=("a", "b"), pictures=(Picture(image),), clips=(clip,))
    assert entry_of(some) == {"text": ["a", "b"], "image": [image], "video": [[image, image]]}
    assert entry_of(ModelInput()) == {}


def write_reference(folder: Path, embedder: str, reranker: str = "") -> Path:
    models = folder / "src" / "models"
    models.mkdir(parents=True)
    (models / "qwen3_vl_embedding.py").write_text(embedder)
    (models / "qwen3_vl_reranker.py").write_text(reranker)
    return folder


@pytest.fixture(autouse=True)
def _not_imported_before():
    yield
    for name in [name for name in sys.modules if name == "src" or name.startswith("src.")]:
        del sys.modules[name]


def test_reference__another_folder_or_something_missing_is_said(pair, tmp_path):
    with pytest.raises(BenchError, match=r"qwen3_vl_embedding\.py is missing"):
        load_reference_embedder(tmp_path, pair.embedder)
    write_reference(tmp_path, "import there_is_no_such_thing")
    with pytest.raises(BenchError, match=r"there_is_no_such_thing.*needs torchvision"):
        load_reference_embedder(tmp_path, pair.embedder)


def test_reference__gets_the_checkpoint_its_limits_and_batches(pair, tmp_path):
    """A stranger's class with the two calls of the reference, which notes what it is given."""
    write_reference(
        tmp_path,
        "import torch\n"
        "class Qwen3VLEmbedder:\n"
        "    def __init__(self, folder, **given):\n"
        "        self.given, self.sizes = {'folder': folder, **given}, []\n"
        "    def process(self, entries):\n"
        "        self.sizes.append(len(entries))\n"
        "        return torch.ones(len(entries), 1)\n",
    )
    eight, more = load_reference_embedder(tmp_path, pair.embedder)
    ten = Embedding(inputs=[ModelInput(texts=("a",))] * 10)
    assert eight.ready(ten)().shape == more.ready(ten)().shape == (10, 1)
    assert more.ready(Embedding(inputs=ten.inputs[:8])) is None
    model = eight._model
    assert model.sizes == [8, 2, 10]
    assert model.given["folder"] == str(pair.embedder.checkpoint.folder)
    assert model.given["max_pixels"] == 16 * 1024
    assert model.given["max_length"] == 256
    assert model.given["dtype"] is torch.float32
