"""``--allow-download``: a model that is missing is got, loaded and used, by the same way in."""

from __future__ import annotations

import time

import numpy as np
import pytest

from qwen3vl_app.models.getting.places import folder_of
from qwen3vl_app.models.service.host import ModelHost
from qwen3vl_app.models.service.protocol import ModelState, Priority
from qwen3vl_app.settings import Settings
from qwen3vl_app.types import ModelInput
from tests.models.conftest import PARITY
from tests.models.getting.hub import MODEL
from tests.models.getting.test_download import WEIGHTS

CHECKPOINT = PARITY / "checkpoint"


def started(*, allow_download: bool, model: str = "2b") -> ModelHost:
    settings = Settings(
        model=model, reranker="none", device="cpu", threads=1, allow_download=allow_download
    )
    host = ModelHost(settings)
    host.start()
    return host


def vectors(host: ModelHost) -> np.ndarray:
    asked = [ModelInput(texts=("a red bicycle",))]
    return host.embed(asked, instruction="", priority=Priority.SEARCH).vectors


@pytest.fixture
def real(hub):
    hub.files = {file.name: file.read_bytes() for file in CHECKPOINT.iterdir()}
    return hub


def test_host__gets_what_is_missing_and_embeds_with_it(real):
    host = started(allow_download=True)
    try:
        assert host.wait(60)
        embedder, _ = host.status()
        assert embedder.state is ModelState.READY, embedder.detail
        found = vectors(host)
    finally:
        host.close()
    assert (folder_of(MODEL) / WEIGHTS).read_bytes() == (CHECKPOINT / WEIGHTS).read_bytes()
    given = started(allow_download=False, model=str(CHECKPOINT))
    try:
        expected = vectors(given)
    finally:
        given.close()
    assert np.array_equal(found, expected)


def test_host__asks_nothing_of_the_network_unless_it_may(real):
    host = started(allow_download=False)
    try:
        assert host.wait(60)
        embedder, _ = host.status()
    finally:
        host.close()
    assert embedder.state is ModelState.FAILED
    assert f"models get {MODEL}" in str(embedder.detail)
    assert real.asked == []


def test_host__closing_ends_a_download(real):
    def before(handler, name):
        if name != WEIGHTS:
            return False
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(real.files[name])))
        handler.end_headers()
        for start in range(0, len(real.files[name]), 1000):
            handler.wfile.write(real.files[name][start : start + 1000])
            time.sleep(0.02)
        return True

    real.before = before
    host = started(allow_download=True)
    real.wait_until(lambda: real.counts[WEIGHTS] == 1)
    begun = time.monotonic()
    host.close()
    assert time.monotonic() - begun < 5
    assert not folder_of(MODEL).exists()
