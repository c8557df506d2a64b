"""Workers on a local Ray of two processors, with the demo models: as here, and safe from loss."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from qwen3vl_app.bench.mixed import draw_mixed
from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import ModelLoadError
from qwen3vl_app.indexing.indexer import Indexer
from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.host import ModelHost
from qwen3vl_app.models.service.protocol import ModelService, ModelState, Priority
from qwen3vl_app.scale.far_models import FarModels
from qwen3vl_app.settings import Limits, Settings
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, RERANK_INSTRUCTION, ModelInput, Picture

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed (the extra ray)"),
    pytest.mark.filterwarnings("ignore"),  # of a library of its size
]

DEMO = Settings(
    model="demo", reranker="demo", device="cpu", threads=1, batch_items=4, readers=1, ocr=False
)
CLOSE = 1e-5
"""How far apart numbers of the same model may be that were computed in another process."""

FILES = 40
LOAD = 240
"""Seconds for a cluster to start and two workers to load, on a busy machine."""


@pytest.fixture(scope="module")
def far() -> Iterator[FarModels]:
    reader = Reader(Budget(), Limits(), workers=1)
    made = FarModels(replace(DEMO, ray="local", workers=2), reader)
    made.start()
    assert made.wait(LOAD)
    assert made.status()[0].state is ModelState.READY, made.status()[0].detail
    yield made
    made.close()
    reader.close()


@pytest.fixture(scope="module")
def here() -> Iterator[ModelHost]:
    made = ModelHost(DEMO)
    yield made
    made.close()


def inputs() -> list[ModelInput]:
    chance = np.random.default_rng(3)
    pictures = [Image.fromarray(chance.integers(0, 256, (n, 96, 3), np.uint8)) for n in (64, 300)]
    return [
        ModelInput(texts=("a red fox by the river",)),
        *(ModelInput(pictures=(Picture(one),)) for one in pictures),
        ModelInput(texts=("what is this?",), pictures=(Picture(pictures[0]),)),
    ]


def test_workers__answer_in_the_same_space_with_the_same_numbers(far, here):
    assert far.space() == here.space()
    assert far.embedder_budget() == here.embedder_budget()
    assert far.reranker_fingerprint() == here.reranker_fingerprint()
    given: dict[str, Any] = {"instruction": DOCUMENT_INSTRUCTION, "priority": Priority.INDEX}
    ours, theirs = (one.embed(inputs(), **given) for one in (here, far))
    assert ours.kept == theirs.kept == (0, 1, 2, 3)
    assert np.abs(ours.vectors - theirs.vectors).max() <= CLOSE
    query, *documents = inputs()
    judged = [
        one.score(query, documents, instruction=RERANK_INSTRUCTION).scores for one in (here, far)
    ]
    for one, other in zip(*judged, strict=True):
        assert one.logit == pytest.approx(other.logit, abs=1e-4)
    assert [status.state for status in far.status()] == [ModelState.READY] * 2
    assert far.status()[0].fingerprint == here.space().fingerprint


def test_index__a_worker_killed_in_mid_run_and_nothing_is_lost_or_doubled(far, here, tmp_path):
    folder = tmp_path / "files"
    draw_mixed(folder, FILES)
    killed: list[int] = []

    def kill(indexer: Indexer) -> None:
        until(lambda: indexer.progress().items >= 8)
        killed.append(far.do(lambda _: os.getpid()))
        os.kill(killed[0], signal.SIGKILL)
        assert indexer.progress().state is IndexState.INDEXING

    theirs = indexed(tmp_path / "far", folder, far, kill)
    ours = indexed(tmp_path / "here", folder, here)
    assert [*theirs] == [*ours]  # in the same order
    assert len({name for name, _ in theirs}) == FILES
    apart = [np.abs(theirs[one] - ours[one]).max() for one in ours]
    assert max(apart) <= CLOSE
    until(lambda: len(pids(far)) == 2)  # another one has come for it
    assert killed[0] not in pids(far)


def indexed(
    home: Path,
    folder: Path,
    models: ModelService,
    meanwhile: Callable[[Indexer], None] = lambda _: None,
) -> dict[tuple[str, int], Any]:
    """Vectors by file and part, in the order in which they were kept."""
    crew = models if isinstance(models, FarModels) else None
    with (
        closing(Reader(Budget(), Limits(), workers=1)) as reader,
        Library.open(home) as library,
        closing(Indexer(library, reader, models, DEMO, crew)) as indexer,
    ):
        indexer.add([folder])
        indexer.start()
        meanwhile(indexer)
        progress = indexer.wait(400)
        assert progress.state is IndexState.IDLE, progress.message
        assert progress.done == progress.files == FILES
        assert library.check() == []
        items = library.list_items(limit=10_000)[::-1]
        vectors = library.fetch(models.space(), [item.id for item in items])
        names = [(item.path.name, item.ordinal) for item in items]
        assert len(set(names)) == len(names) == len(vectors)
        return {name: np.array(vectors[item.id]) for name, item in zip(names, items, strict=True)}


def pids(far: FarModels) -> set[int]:
    return {far.do(lambda _: os.getpid()) for _ in range(8)}


def test_cluster__listens_on_this_computer_alone(far):
    """All of its processes, of which this one has started the first."""
    started = [
        one
        for one in psutil.process_iter()
        if "site-packages/ray/" in " ".join(_command(one)) or _is_seat(one)
    ]
    assert len([one for one in started if _is_seat(one)]) >= 2
    listening = {
        connection.laddr.ip
        for one in (psutil.Process(), *started)
        for connection in one.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening
    assert listening <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _is_seat(process: psutil.Process) -> bool:
    return "".join(_command(process)[:1]).startswith("ray::Seat")


def test_do__what_a_worker_raises_comes_back_as_it_was(far):
    def fails(_: Any) -> None:
        raise ModelLoadError(Message.of("load.absent", model="a", command="b", hub="c", other="d"))

    with pytest.raises(ModelLoadError) as failed:
        far.do(fails)
    assert failed.value.code == "load.absent"

    def is_full(_: Any) -> None:
        raise RuntimeError("CUDA out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        far.do(is_full)


def until(holds: Callable[[], bool], seconds: float = LOAD) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
