"""What a CPU can do, measured once, and which checkpoints it is enough for."""

from __future__ import annotations

import numpy as np
import orjson
import pytest

from qwen3vl_app.models.checkpoint import speed
from qwen3vl_app.models.checkpoint.speed import (
    is_usable,
    keep_speed,
    known_speed,
    measure,
    parameters,
    seconds_per_page,
)


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def checkpoint(tmp_path):
    """Two files with 1,000 numbers of 16 bits together."""
    (tmp_path / "config.json").write_bytes(orjson.dumps({"dtype": "bfloat16"}))
    for name, size in (("a", 1500), ("b", 500)):
        (tmp_path / f"{name}.safetensors").write_bytes(bytes(size))
    return tmp_path


def test_known_speed__nothing_until_it_was_measured_on_this_very_computer(monkeypatch):
    assert known_speed() is None
    keep_speed(3e11)
    assert known_speed() == 3e11
    monkeypatch.setattr("os.cpu_count", lambda: 4096)
    assert known_speed() is None


@pytest.mark.parametrize("kept", [b"", b"[]", b"3", b'{"a": {}}', b"\xff"])
def test_known_speed__a_damaged_file_is_none(kept):
    keep_speed(3e11)
    speed._file().write_bytes(kept)
    assert known_speed() is None


def test_keep_speed__a_disk_that_refuses_does_no_harm(tmp_path):
    (tmp_path / "cache").write_text("a file, where there should be a folder")
    keep_speed(3e11)
    assert known_speed() is None


def test_is_usable__by_the_size_of_the_checkpoint(checkpoint):
    assert parameters(checkpoint) == 1000
    assert is_usable(checkpoint) is None
    work = 1000 * speed.WORK * speed.TOKENS
    keep_speed(work / speed.USABLE_SECONDS)
    assert seconds_per_page(checkpoint, known_speed()) == pytest.approx(speed.USABLE_SECONDS)
    assert is_usable(checkpoint) is True
    keep_speed(work / speed.USABLE_SECONDS / 1.01)
    assert is_usable(checkpoint) is False


def test_measure__multiplies_about_as_fast_as_another_library():
    import time

    rows = np.ones((speed.ROWS, speed.INNER), np.float32)
    weights = np.ones((speed.INNER, speed.OUTER), np.float32)
    rows @ weights
    begun = time.perf_counter()
    rows @ weights
    seconds = time.perf_counter() - begun
    expected = speed.ROWS * speed.INNER * speed.OUTER / seconds
    assert expected / 20 < measure() < expected * 20  # whatever else the machine does
