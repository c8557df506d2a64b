"""Newest first, small before large, and what comes new goes before what waits."""

from __future__ import annotations

import os
import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.store.tables.outcomes import turn_of
from qwen3vl_app.types import FileStamp
from tests.indexing.world import World, counted

DAY = 86_400 * 10**9
NOW = 20_000 * DAY + 7


def stamp(mtime_ns: int, size: int) -> FileStamp:
    return FileStamp(path=Path("/a"), size=size, mtime_ns=mtime_ns)


def dated(path: Path, days_ago: float) -> Path:
    when = time.time() - days_ago * 86_400
    os.utime(path, (when, when))
    return path


def test_pending_files__newest_day_first_and_small_before_large(world: World) -> None:
    dated(world.text("old-small.txt", "one"), 9)
    dated(world.text("new-large.txt", *(f"chapter{n}" for n in range(9))), 1)
    dated(world.text("sub-new.txt", "one", "two"), 1)
    dated(world.text("new-small.txt", "one two"), 1)
    dated(world.text("older.txt", "three"), 400)
    world.indexer.add([world.folder])
    world.indexer.start()
    world.finish()
    assert list(dict.fromkeys(world.names())) == [
        "new-small.txt",
        "sub-new.txt",
        "new-large.txt",
        "old-small.txt",
        "older.txt",
    ]


def test_feed__what_is_added_now_goes_before_what_waits(world: World) -> None:
    for path in world.pictures(60):
        dated(path, 30)
    world.host.open.clear()
    world.indexer.add([world.folder])
    world.indexer.start()
    assert world.host.entered.acquire(timeout=20)
    late = world.picture("late.png", "white")
    world.indexer.add([late])
    world.host.open.set()
    assert counted(world.indexer.wait(timeout=60)) == {"indexed": 61}
    assert world.names().index("late.png") < 20


@given(st.integers(-(2**62), 2**62), st.integers(0, 2**62))
def test_turn_of__any_stamp_fits_into_the_database(mtime_ns: int, size: int) -> None:
    assert -(2**63) <= turn_of(stamp(mtime_ns, size)) < 2**63


@given(st.integers(0, 2**61), st.integers(0, 2**61), st.integers(0, 2**39), st.integers(0, 2**39))
def test_turn_of__the_day_decides_before_the_size(a: int, b: int, small: int, large: int) -> None:
    if a // DAY > b // DAY or (a // DAY == b // DAY and small < large):
        assert turn_of(stamp(a, small)) < turn_of(stamp(b, large))
