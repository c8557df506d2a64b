"""Progress that other processes and the next program can read."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.indexing.progress_file import (
    PROGRESS_FILE,
    ProgressFile,
    is_alive,
    read_progress_file,
)
from qwen3vl_app.messages import Message
from qwen3vl_app.store.belongings import DATABASE
from qwen3vl_app.types import Outcome
from tests.indexing.world import World

PROGRESS = IndexProgress(
    state=IndexState.INDEXING,
    files=9,
    outcomes={Outcome.INDEXED: 3, Outcome.FAILED: 1},
    items=40,
    rate=2.5,
    current="\udcff.png",
    message=Message.of("not_reranked", reason=Message.free("\udcff")),
)


@pytest.fixture(autouse=True)
def library(tmp_path: Path) -> None:
    (tmp_path / DATABASE).touch()


def test_bulletin__round_trip(tmp_path: Path) -> None:
    ProgressFile(tmp_path).post(PROGRESS)
    assert read_progress_file(tmp_path) == (PROGRESS, os.getpid())


def test_bulletin__written_now_and_then_and_when_the_state_changes(tmp_path: Path) -> None:
    now = 100.0
    progress_file = ProgressFile(tmp_path, clock=lambda: now, every=0.5)

    def items() -> int:
        found = read_progress_file(tmp_path)
        return -1 if found is None else found[0].items

    progress_file.post(replace(PROGRESS, items=1))
    progress_file.post(replace(PROGRESS, items=2))
    assert items() == 1
    now = 100.6
    progress_file.post(replace(PROGRESS, items=3))
    assert items() == 3
    progress_file.post(replace(PROGRESS, items=4, state=IndexState.PAUSED))
    assert items() == 4
    progress_file.post(replace(PROGRESS, items=5, state=IndexState.PAUSED), last=True)
    assert items() == 5


def test_bulletin__a_disk_that_refuses_does_not_stop_the_run(tmp_path: Path) -> None:
    ProgressFile(tmp_path / "gone").post(PROGRESS)
    assert read_progress_file(tmp_path / "gone") is None


def test_bulletin__an_empty_folder_where_a_drive_was_stays_empty(tmp_path: Path) -> None:
    (tmp_path / DATABASE).unlink()
    ProgressFile(tmp_path).post(PROGRESS, last=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"pid": 1, "outcomes": {"odd": 1}}'])
def test_read_bulletin__damage_is_none(tmp_path: Path, damage: str) -> None:
    (tmp_path / PROGRESS_FILE).write_text(damage)
    assert read_progress_file(tmp_path) is None


def test_is_alive() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    assert is_alive(os.getpid())
    assert not is_alive(child)


def test_indexer__shows_the_whole_job_after_a_restart(world: World) -> None:
    world.pictures(12)
    (world.folder / "broken.png").touch()
    world.host.open.clear()
    world.indexer.add([world.folder])
    world.indexer.start()
    assert world.host.entered.acquire(timeout=20)
    world.restart()
    assert world.library.counts().pending == 8
    progress = world.finish()
    assert (progress.files, progress.items) == (13, 12)
    assert progress.outcomes == {Outcome.INDEXED: 12, Outcome.FAILED: 1}
    world.restart()
    world.indexer.start()
    assert world.indexer.progress().files == 0, "a run that is over is not shown again"
