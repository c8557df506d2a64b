"""Pausing, cancelling, failing, closing and going on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qwen3vl_app.errors import ModelError
from qwen3vl_app.indexing.indexer import CANCELLED
from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.service.protocol import ModelState
from qwen3vl_app.types import ItemId, Outcome
from tests.indexing.world import World, counted
from tests.store.build import vector_of


def hold_first_batch(world: World, pictures: int = 10) -> None:
    """Add pictures, start, and return when the first batch of four is in the model."""
    world.pictures(pictures)
    world.host.open.clear()
    world.indexer.add([world.folder])
    world.indexer.start()
    assert world.host.entered.acquire(timeout=20)


def until(world: World, reached: Callable[[IndexProgress], bool]) -> IndexProgress:
    for _ in range(1000):
        progress = world.indexer.progress()
        if reached(progress):
            return progress
        time.sleep(0.01)
    raise AssertionError(progress)


def until_state(world: World, state: IndexState) -> IndexProgress:
    return until(world, lambda progress: progress.state is state)


# ---------------------------------------------------------------- progress


def test_progress__while_a_batch_is_in_the_model(world: World) -> None:
    hold_first_batch(world)
    progress = world.indexer.progress()
    assert (progress.state, progress.files, progress.done) == (IndexState.INDEXING, 10, 0)
    assert progress.current == "003.png"
    world.host.open.set()
    after = world.indexer.wait(timeout=30)
    assert (after.items, after.current, after.seconds_left) == (10, "", None)
    assert after.rate is not None
    assert after.rev > progress.rev


def test_commit__searchable_before_the_run_is_over(world: World) -> None:
    hold_first_batch(world)
    world.host.open.set()
    until(world, lambda progress: progress.items >= 4)
    assert (
        len(
            world.library.search(
                world.host.space(), vector_of(world.library, world.host.space(), ItemId(1)), 10
            )
        )
        >= 4
    )


def test_add__while_running_belongs_to_the_run(world: World) -> None:
    hold_first_batch(world)
    late = world.picture("late/a.png", "white")
    world.indexer.add([late], collection="late")
    world.host.open.set()
    progress = world.indexer.wait(timeout=30)
    assert counted(progress) == {"indexed": 11}
    assert world.library.collections() == [("late", 1)]


# ---------------------------------------------------------------- pause


def test_pause__after_the_batch_in_flight(world: World) -> None:
    hold_first_batch(world)
    world.indexer.pause()
    assert str(world.indexer.progress().message) == "Pausing after the batch in flight."
    world.host.open.set()
    progress = until_state(world, IndexState.PAUSED)
    assert (progress.items, world.host.batches) == (4, [4])
    time.sleep(0.1)
    assert world.indexer.progress() == progress
    assert world.indexer.wait(timeout=0.05).state is IndexState.PAUSED
    world.indexer.resume()
    assert counted(world.indexer.wait(timeout=30)) == {"indexed": 10}


def test_pause__when_nothing_is_done_is_nothing(world: World) -> None:
    world.indexer.pause()
    world.pictures(2)
    progress = world.index()
    assert (progress.state, progress.items, progress.message) == (IndexState.IDLE, 2, NOTHING)


def test_pause__at_the_last_batch_leaves_no_message(world: World) -> None:
    hold_first_batch(world, pictures=3)
    world.indexer.pause()
    world.host.open.set()
    time.sleep(0.05)
    world.indexer.resume()
    progress = world.indexer.wait(timeout=30)
    assert (progress.state, progress.message, progress.items) == (IndexState.IDLE, NOTHING, 3)


def test_close__while_paused(world: World) -> None:
    hold_first_batch(world)
    world.indexer.pause()
    world.host.open.set()
    until_state(world, IndexState.PAUSED)
    world.restart()
    assert counted(world.finish()) == {"indexed": 10}


# ---------------------------------------------------------------- cancel


def test_cancel__keeps_what_was_committed(world: World) -> None:
    hold_first_batch(world)
    world.indexer.cancel()
    world.host.open.set()
    progress = world.indexer.wait(timeout=30)
    assert (progress.state, counted(progress)) == (IndexState.IDLE, {"indexed": 4})
    assert str(progress.message) == "Cancelled; what was indexed before is kept."
    assert world.library.counts().pending == 0
    world.restart()
    assert world.finish().files == 0
    assert counted(world.index()) == {"unchanged": 4, "indexed": 6}


def test_cancel__in_the_middle_of_a_file(world: World) -> None:
    world.text("long.txt", *(f"chapter{n}" for n in range(10)))
    world.host.open.clear()
    world.indexer.add([world.folder])
    world.indexer.start()
    assert world.host.entered.acquire(timeout=20)
    world.indexer.cancel()
    world.host.open.set()
    world.indexer.wait(timeout=30)
    assert [row.reason for row in world.library.failures()] == [CANCELLED]
    assert len(world.library.list_items()) == 4
    world.host.batches.clear()
    world.indexer.retry()
    assert counted(world.indexer.wait(timeout=30)) == {"indexed": 1}
    assert sum(world.host.batches) == 6
    assert len(world.library.list_items()) == 10


def test_cancel__while_paused(world: World) -> None:
    hold_first_batch(world)
    world.indexer.pause()
    world.host.open.set()
    until_state(world, IndexState.PAUSED)
    world.indexer.cancel()
    assert world.indexer.wait(timeout=10).state is IndexState.IDLE
    assert len(world.library.list_items()) == 4


def test_cancel__what_is_added_afterwards_is_indexed(world: World) -> None:
    hold_first_batch(world)
    world.indexer.cancel()
    world.indexer.add([world.picture("late/a.png", "white")])
    world.host.open.set()
    progress = world.indexer.wait(timeout=30)
    assert "a.png" in world.names()
    assert (progress.state, progress.items, progress.done) == (IndexState.IDLE, 5, progress.files)
    assert str(progress.message) == "Cancelled; what was indexed before is kept."


def test_cancel__when_nothing_is_done_is_nothing(world: World) -> None:
    world.indexer.start()
    world.indexer.cancel()
    world.picture("a.png")
    assert counted(world.index()) == {"indexed": 1}


# ---------------------------------------------------------------- the model


def test_waiting__for_the_model_to_load(world: World) -> None:
    world.host.state = ModelState.LOADING
    world.pictures(2)
    world.indexer.add([world.folder])
    world.indexer.start()
    progress = until_state(world, IndexState.WAITING)
    assert progress.files == 2
    world.host.state = ModelState.READY
    assert counted(world.indexer.wait(timeout=30)) == {"indexed": 2}


@pytest.mark.parametrize("end", ["cancel", "close"])
def test_waiting__can_be_ended(world: World, end: str) -> None:
    world.host.state = ModelState.LOADING
    world.pictures(2)
    world.indexer.add([world.folder])
    world.indexer.start()
    until_state(world, IndexState.WAITING)
    if end == "cancel":
        world.indexer.cancel()
        assert world.indexer.wait(timeout=10).state is IndexState.IDLE
        assert world.library.counts().pending == 0
    else:
        world.indexer.close()
        assert world.library.counts().pending == 2


def test_model_that_cannot_be_loaded__fails_with_its_sentence(world: World) -> None:
    world.host.state = ModelState.FAILED
    world.pictures(2)
    progress = world.index()
    assert progress.state is IndexState.FAILED
    assert str(progress.message) == "There is no such model; choose another with --model."
    assert world.library.counts().pending == 2
    world.host.state = ModelState.READY
    world.indexer.resume()
    progress = world.indexer.wait(timeout=30)
    assert (counted(progress), progress.message) == ({"indexed": 2}, NOTHING)


def test_model_that_fails_in_the_middle__loses_nothing(world: World) -> None:
    hold_first_batch(world)
    world.host.failure = ModelError(Message.free("The model is out of memory; use a smaller one."))
    world.host.open.set()
    progress = world.indexer.wait(timeout=30)
    assert (progress.state, str(progress.message)) == (
        IndexState.FAILED,
        "The model is out of memory; use a smaller one.",
    )
    assert world.library.counts().pending == 10
    world.host.failure = None
    world.indexer.add([world.folder])
    assert counted(world.indexer.wait(timeout=30)) == {"indexed": 10}


def test_bug__is_logged_and_can_be_resumed(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.pictures(2)
    world.host.failure = ZeroDivisionError("a bug")
    progress = world.index()
    assert progress.state is IndexState.FAILED
    assert "ZeroDivisionError('a bug')" in str(progress.message)
    assert "Traceback" in caplog.text
    world.host.failure = None
    world.indexer.resume()
    assert counted(world.indexer.wait(timeout=30)) == {"indexed": 2}


def test_cancel__after_a_failure_drops_what_waits(world: World) -> None:
    world.host.state = ModelState.FAILED
    world.pictures(2)
    world.index()
    world.indexer.cancel()
    assert world.indexer.wait(timeout=10).state is IndexState.IDLE
    assert not world.library.writer.has_work()


# ---------------------------------------------------------------- the disk


def test_full_disk__fails_with_one_sentence_and_goes_on(world: World) -> None:
    world.pictures(2)
    world.index()
    with world.library._connection.reading() as conn:
        (pages,) = conn.execute("PRAGMA page_count").fetchone()
        conn.execute(f"PRAGMA max_page_count = {pages + 3}")
    world.text("long.txt", *(f"chapter{n}" for n in range(40)))
    progress = world.index()
    assert progress.state is IndexState.FAILED
    assert "is on a full disk" in str(progress.message)
    kept = len(world.library.list_items(limit=1000))
    assert (
        len(
            world.library.search(
                world.host.space(), vector_of(world.library, world.host.space(), ItemId(1)), 1000
            )
        )
        == kept
    )
    with world.library._connection.reading() as conn:
        conn.execute(f"PRAGMA max_page_count = {2**30}")
    world.indexer.resume()
    assert world.indexer.wait(timeout=30).state is IndexState.IDLE
    assert len(world.library.list_items(limit=1000)) == 42
    assert world.library.check() == []


# ---------------------------------------------------------------- restart


def test_close__in_the_middle_and_the_next_start_goes_on(world: World) -> None:
    hold_first_batch(world)
    world.restart()
    assert len(world.names()) == 4
    assert world.library.counts().pending == 6
    assert counted(world.finish()) == {"indexed": 10}
    assert world.host.batches == [4, 4, 2]
    assert world.library.check() == []


def test_add__before_the_start_survives_the_program(world: World) -> None:
    world.pictures(2)
    world.indexer.add([world.folder], collection="trip")
    world.restart()
    assert counted(world.finish()) == {"indexed": 2}
    assert world.library.collections() == [("trip", 2)]


def test_close__in_the_middle_of_a_file(world: World) -> None:
    world.text("long.txt", *(f"chapter{n}" for n in range(10)))
    world.host.open.clear()
    world.indexer.add([world.folder])
    world.indexer.start()
    assert world.host.entered.acquire(timeout=20)
    world.restart()
    assert counted(world.finish()) == {"indexed": 1}
    assert sum(world.host.batches) == 10
    assert [item.ordinal for item in world.library.siblings(ItemId(1))] == list(range(10))


# ---------------------------------------------------------------- retry


def test_retry__one_or_all(world: World) -> None:
    bad = [world.folder / f"{name}.png" for name in "abc"]
    for path in bad:
        path.touch()
    assert counted(world.index()) == {"failed": 3}
    for path in bad:
        world.picture(path.name, (ord(path.name[0]), 0, 0))
    world.indexer.retry([bad[0]])
    assert counted(world.indexer.wait(timeout=30)) == {"indexed": 1}
    world.indexer.retry()
    assert counted(world.indexer.wait(timeout=30)) == {"indexed": 2}
    world.indexer.retry()
    assert world.library.counts().files[Outcome.INDEXED] == 3


def test_forget__while_it_is_being_indexed(world: World) -> None:
    hold_first_batch(world)
    world.library.forget([Path(world.folder / "001.png"), Path(world.folder / "009.png")])
    world.host.open.set()
    progress = world.indexer.wait(timeout=30)
    assert progress.state is IndexState.IDLE
    assert len(world.names()) == 8
    assert progress.done == progress.files
    assert world.library.check() == []
