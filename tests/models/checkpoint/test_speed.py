"""What a CPU can do, measured once, and which checkpoints it is enough for."""

from __future__ import annotations

import orjson
import pytest

from qwen3vl_app.models.checkpoint import speed
from qwen3vl_app.models.checkpoint.speed import (
    Speed,
    is_usable,
    keep_speed,
    known_speed,
    parameters,
    seconds_per_page,
)

EQUAL = Speed(single=3e11, half=3e11)


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
    keep_speed(Speed(single=3e11, half=1e12))
    assert known_speed() == Speed(single=3e11, half=1e12)
    monkeypatch.setattr("os.cpu_count", lambda: 4096)
    assert known_speed() is None


@pytest.mark.parametrize("kept", [b"", b"[]", b"3", b'{"a": {}}', b"\xff", b'{"a": 3}'])
def test_known_speed__a_damaged_file_is_none(kept):
    keep_speed(EQUAL)
    speed._file().write_bytes(kept)
    assert known_speed() is None


def test_keep_speed__a_disk_that_refuses_does_no_harm(tmp_path):
    (tmp_path / "cache").write_text("a file, where there should be a folder")
    keep_speed(EQUAL)
    assert known_speed() is None


def test_is_usable__by_the_size_of_the_checkpoint(checkpoint):
    assert parameters(checkpoint) == 1000
    assert is_usable(checkpoint) is None
    work = 1000 * speed.WORK * speed.TOKENS
    keep_speed(Speed(single=work / speed.USABLE_SECONDS, half=1))
    found = known_speed()
    assert found is not None
    assert seconds_per_page(checkpoint, found) == pytest.approx(speed.USABLE_SECONDS)
    assert is_usable(checkpoint) is True
    keep_speed(Speed(single=work / speed.USABLE_SECONDS / 1.01, half=1))
    assert is_usable(checkpoint) is False


@pytest.mark.parametrize(
    ("dtype", "limit", "half", "expected"),
    [
        ("bfloat16", 100, 6.0, 6.0),  # hardware
        ("bfloat16", 100, 1.4, 1.0),  # too little to matter
        ("bfloat16", 100, 0.1, 1.0),  # emulated
        ("bfloat16", 10_000, 6.0, 1.0),  # small
        ("float32", 100, 6.0, 1.0),  # would lose by it
    ],
)
def test_seconds_per_page__large_models_in_bfloat16(  # noqa: PLR0917  a table
    checkpoint, monkeypatch, dtype, limit, half, expected
):
    (checkpoint / "config.json").write_bytes(orjson.dumps({"dtype": dtype}))
    monkeypatch.setattr(speed, "LARGE", limit)
    slow = seconds_per_page(checkpoint, Speed(single=1e9, half=0))
    found = seconds_per_page(checkpoint, Speed(single=1e9, half=half * 1e9))
    assert slow / found == pytest.approx(expected)
