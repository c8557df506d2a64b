"""The program is killed at random points, for real, and started again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemId
from tests.indexing.world import World, counted
from tests.store.build import vector_of

ROUNDS = 5
PROJECT = Path(__file__).parents[2]


def run_and_kill(world: World, batches: int, seconds: float) -> bool:
    """Start the program, kill it some time after so many batches; False if it was faster."""
    command = [sys.executable, "-m", "tests.indexing.run_indexer"]
    program = subprocess.Popen(
        [*command, world.library.directory, world.folder],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        start_new_session=True,
    )
    try:
        lines = iter(program.stdout.readline, "")
        for line in lines:
            batches -= 1
            if line.startswith("done"):
                return False
            if batches <= 0:
                break
        time.sleep(seconds)
        os.kill(program.pid, signal.SIGKILL)
        return True
    finally:
        program.wait()
        program.stdout.close()
        with suppress(ProcessLookupError):  # its readers end by themselves, sooner or later
            os.killpg(program.pid, signal.SIGKILL)


def contents(library: Library) -> dict[int, tuple[str, int]]:
    return {
        item.id: (item.content_hash, item.ordinal) for item in library.list_items(limit=100_000)
    }


def test_kill__at_random_points_and_every_item_is_there_once(world: World) -> None:
    world.pictures(50)
    world.text("long.txt", *(f"chapter{n}" for n in range(40)))
    world.text("other.txt", *(f"verse{n}" for n in range(9)))
    shutil.copy(world.folder / "long.txt", world.folder / "a copy.txt")
    (world.folder / "broken.png").touch()
    world.close()
    chance = random.Random(7)
    kept: dict[int, tuple[str, int]] = {}
    for _ in range(ROUNDS):
        assert run_and_kill(world, chance.randint(1, 5), chance.random() * 0.05)
        with Library.open(world.library.directory) as library:
            assert library.check(world.host.space()) == []
            now = contents(library)
            assert kept.items() <= now.items(), "a committed item was lost or changed its id"
            assert len(set(now.values())) == len(now), "an item is there twice"
            kept = now
    assert 0 < len(kept) < 99
    world.open()
    progress = world.index()
    assert progress.files == 54
    assert counted(progress)["failed"] == 1
    assert progress.items == 99 - len(kept)
    final = contents(world.library)
    assert kept.items() <= final.items()
    assert len(set(final.values())) == len(final) == 99
    assert world.library.check(world.host.space()) == []
    assert (
        len(
            world.library.search(
                world.host.space(),
                vector_of(world.library, world.host.space(), ItemId(min(final))),
                1000,
            )
        )
        == 99
    )
