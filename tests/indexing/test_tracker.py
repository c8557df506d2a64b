from __future__ import annotations

import pytest

from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.indexing.tracker import ProgressTracker
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.rows import FileId
from qwen3vl_app.types import Outcome

ONE, TWO, THREE = (FileId(n) for n in (1, 2, 3))


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tracker(clock: Clock) -> ProgressTracker:
    made = ProgressTracker(clock)
    made.begin()
    made.enter(IndexState.INDEXING)
    return made


def test_end__each_file_counts_once(tracker: ProgressTracker) -> None:
    tracker.see([ONE, TWO, ONE])
    tracker.end([(ONE, Outcome.FAILED), (THREE, Outcome.SKIPPED)])
    tracker.see([ONE])
    tracker.end([(ONE, Outcome.INDEXED)])
    found = tracker.snapshot()
    assert (found.files, found.done, tracker.waiting()) == (3, 2, 1)
    assert found.outcomes == {Outcome.INDEXED: 1, Outcome.SKIPPED: 1}


def test_end__unchanged_does_not_replace_what_was_done(tracker: ProgressTracker) -> None:
    tracker.end([(ONE, Outcome.INDEXED)])
    tracker.end([(ONE, Outcome.UNCHANGED)])
    assert tracker.snapshot().outcomes == {Outcome.INDEXED: 1}


def test_end__unchanged_gives_way_to_being_embedded_anew(tracker: ProgressTracker) -> None:
    tracker.end([(ONE, Outcome.UNCHANGED)])
    tracker.end([(ONE, Outcome.INDEXED)])
    assert tracker.snapshot().outcomes == {Outcome.INDEXED: 1}


def test_drop_waiting__outcomes_add_up(tracker: ProgressTracker) -> None:
    tracker.see([ONE, TWO])
    tracker.end([(TWO, Outcome.INDEXED)])
    tracker.drop_waiting()
    assert (tracker.snapshot().files, tracker.waiting()) == (1, 0)


def test_rate__steady(tracker: ProgressTracker, clock: Clock) -> None:
    assert tracker.snapshot().rate is None
    for _ in range(3):
        clock.now += 2
        tracker.add_items(10, parts_left=50)
    assert tracker.snapshot().rate == pytest.approx(5)
    assert tracker.snapshot().seconds_left == pytest.approx(10)


def test_rate__follows_a_change(tracker: ProgressTracker, clock: Clock) -> None:
    clock.now += 1
    tracker.add_items(10, 0)
    clock.now += 20
    tracker.add_items(20, 0)  # 1 a second for 20 s, after which the first second counts a third
    assert tracker.snapshot().rate == pytest.approx((10 / 2.71828 + 20) / (1 / 2.71828 + 20))


def test_seconds_left__hidden_at_first(tracker: ProgressTracker, clock: Clock) -> None:
    clock.now += 4.9
    tracker.add_items(10, 50)
    assert tracker.snapshot().seconds_left is None
    clock.now += 0.2
    tracker.add_items(10, 50)
    assert tracker.snapshot().seconds_left is not None


def test_seconds__pauses_do_not_count(tracker: ProgressTracker, clock: Clock) -> None:
    clock.now += 3
    tracker.enter(IndexState.PAUSED)
    clock.now += 100
    assert tracker.snapshot().seconds == 3
    tracker.enter(IndexState.INDEXING)
    clock.now += 2
    tracker.add_items(4, 0)
    assert tracker.snapshot().seconds == 5
    assert tracker.snapshot().rate == 2


def test_halted__takes_back_what_holds_until_then(tracker: ProgressTracker) -> None:
    tracker.say(Message.of("index.pausing"), until_halt=True)
    tracker.halted()
    assert tracker.snapshot().message == NOTHING
    tracker.say(Message.of("index.stopping"), until_halt=True)
    tracker.say(Message.of("index.pausing"))  # the same words, but meant to stay
    tracker.halted()
    assert tracker.snapshot().message == Message.of("index.pausing")


def test_begin__starts_from_nothing(tracker: ProgressTracker, clock: Clock) -> None:
    tracker.end([(ONE, Outcome.INDEXED)])
    tracker.say(Message.free("A sentence."))
    rev = tracker.snapshot().rev
    tracker.begin()
    found = tracker.snapshot()
    assert (found.files, found.items, found.message, found.seconds) == (0, 0, NOTHING, 0)
    tracker.enter(IndexState.SCANNING)
    assert tracker.snapshot().rev > rev
