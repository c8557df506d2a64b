"""Pinned questions are asked again in the background, and only when something has changed."""

from __future__ import annotations

import time

import pytest

from qwen3vl_app.evaluation import pin_watch
from qwen3vl_app.evaluation.pin_watch import PinWatch
from qwen3vl_app.types.question import Question
from tests.search.world import NOTES


@pytest.fixture
def pinned(parts):
    """The longest note must be first: true of recall, untrue once it is reranked."""
    by_text = {item.text: item.id for item in parts.library.list_items()}
    asked = Question(text="fox river red rain", rerank=False)
    parts.library.pins.add(asked, by_text[NOTES[0]], must=True, first=1)
    return by_text


def when_asked(parts):
    (pin,) = parts.library.pins.all()
    return None if pin.latest is None else pin.latest.asked


def test_look__asks_what_was_never_asked_and_says_what_is_broken(parts, pinned):
    watch = PinWatch(parts, is_idle=lambda: True)
    watch.look()
    assert when_asked(parts) is not None
    assert not watch.notices
    parts.library.pins.add(Question(text="fox"), pinned[NOTES[0]], must=True, first=1)
    watch.look()
    (said,) = watch.notices
    assert (said.code, said.values["n"]) == ("pins.broken", 1)


def test_look__asks_again_only_when_something_has_changed(parts, pinned, models):
    watch = PinWatch(parts, is_idle=lambda: True)
    watch.look()
    embedded = len(models.asked)
    watch.look()
    assert len(models.asked) == embedded
    parts.library.forget([parts.library.item(pinned[NOTES[3]]).path])
    parts.engine.forget_scores()
    watch.look()
    (pin,) = parts.library.pins.all()
    assert pin.latest.conditions["items"] == 3


def test_look__asks_nothing_while_files_are_indexed(parts, pinned):
    watch = PinWatch(parts, is_idle=lambda: False)
    watch.look()
    assert when_asked(parts) is None


def test_look__what_cannot_be_asked_is_not_asked_for_ever(parts, pinned, models):
    parts.library.pins.remove(1)
    parts.library.pins.add(Question(text="fox"), pinned[NOTES[0]], must=True, first=1)
    models.fails = "no memory."
    watch = PinWatch(parts, is_idle=lambda: True)
    watch.look()
    assert when_asked(parts) is None
    models.fails = ""
    watch.look()  # under the same model, index and settings
    assert when_asked(parts) is None


def test_watch__ends_within_a_question(parts, models):
    (first, *_) = parts.library.list_items()
    parts.library.pins.add(Question(text="fox river red rain"), first.id, must=True, first=1)
    watch = PinWatch(parts, is_idle=lambda: True)
    score = models.score

    def last(*given, **more):
        watch.close()
        return score(*given, **more)

    models.score = last
    watch.look()
    assert sum(models.judged) < len(NOTES)
    assert when_asked(parts) is None


def test_watch__begins_after_a_while_and_ends(parts, pinned):
    watch = PinWatch(parts, is_idle=lambda: True, delay=0.0)
    watch.start()
    until = time.monotonic() + 20
    while when_asked(parts) is None and time.monotonic() < until:
        time.sleep(0.01)
    watch.close()
    assert when_asked(parts) is not None


def test_watch__goes_on_after_what_nobody_expected(parts, pinned, monkeypatch, caplog):
    monkeypatch.setattr(pin_watch, "AGAIN", 0.05)
    faults = iter([ZeroDivisionError("seen once")])

    def is_idle():
        for fault in faults:
            raise fault
        return True

    watch = PinWatch(parts, is_idle=is_idle, delay=0.0)
    watch.start()
    until = time.monotonic() + 30
    while when_asked(parts) is None and time.monotonic() < until:
        time.sleep(0.02)
    watch.close()
    assert when_asked(parts) is not None
    assert "seen once" in caplog.text
