"""What is known of a video crosses to the process that reads it, and is used of it alone."""

from __future__ import annotations

import os
import random
from dataclasses import replace

import numpy as np
import pytest

from qwen3vl_app.media import findings, worker
from qwen3vl_app.media.findings import Findings
from qwen3vl_app.media.packets import PacketIndex, Timing, index_packets
from tests.media.films import Film, write

TIMING = Timing(base=1 / 90000, rate=0.0, last=3600, lead=0.25, has_gaps=True)
VERSION = (1, 2**62, 3, 2**100)


def column(*values):
    return np.array(values, np.int64)


@pytest.mark.parametrize("decoded", [None, column(-(2**62), 0, 2**62)])
@pytest.mark.parametrize("first", [(0, None), (7, -(2**62))])
def test_unpack__what_was_packed(decoded, first):
    index = PacketIndex(
        times=column(-5, 0, 2**62),
        keys=column(-5),
        ticks=column(1, 2, 3),
        last=9,
        longest=11,
        decoded=decoded,
        restarts=decoded is not None,
    )
    packed = Findings(version=VERSION, index=index, first=first, timing=TIMING).packed()
    found = Findings.unpack(packed, VERSION)
    assert (found.version, found.first, found.timing) == (VERSION, first, TIMING)
    for name in ("times", "keys", "ticks", "decoded"):
        one, other = getattr(index, name), getattr(found.index, name)
        assert (one is None and other is None) or one.tolist() == other.tolist()
    assert (found.index.last, found.index.longest) == (9, 11)
    assert found.index.restarts is (decoded is not None)


def of_times(times) -> Findings:
    index = PacketIndex(times=times, keys=times[::50], ticks=times)
    return Findings(version=VERSION, index=index, first=(0, 0), timing=TIMING)


def test_packed__a_steady_day_is_small():
    assert len(of_times(np.arange(25 * 86400, dtype=np.int64) * 3600).packed()) < 2**16


def test_packed__not_what_is_too_large(monkeypatch):
    chance = random.Random(0)
    times = np.cumsum([chance.randrange(1, 9000) for _ in range(10_000)])
    assert Findings.unpack(of_times(times).packed(), VERSION) is not None
    monkeypatch.setattr(findings, "_MOST", 10_000)
    assert of_times(times).packed() == b""
    assert Findings.unpack(b"", VERSION) is None


def test_unpack__nothing_of_another_state_of_the_file(tmp_path, options, monkeypatch):
    path = write(tmp_path / "a.mp4", Film())
    outline = worker.outline(path, options)
    assert outline.findings
    known = replace(options, findings=outline.findings)
    gone_through = []

    def note(*args):
        gone_through.append(path)
        return index_packets(*args)

    monkeypatch.setattr("qwen3vl_app.media.videos.index_packets", note)
    worker.rest()
    worker.read(path, known, outline.parts, known=False)
    assert gone_through == []
    os.utime(path, (1, 1))
    worker.read(path, known, outline.parts, known=False)
    assert gone_through == [path]


def test_outline__looks_for_damage_after_a_part_was_read(tmp_path, options):
    """The video that is kept open was not gone through then."""
    path = write(tmp_path / "a.mkv", Film(grainy=True))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4])
    first = worker.outline(path, options)
    assert first.damage.code == "reason.truncated"
    known = replace(options, findings=first.findings)
    worker.rest()
    worker.read(path, known, first.parts, known=False)
    again = worker.outline(path, options)
    assert (again.damage, again.content_hash) == (first.damage, first.content_hash)
    assert again.parts == first.parts
