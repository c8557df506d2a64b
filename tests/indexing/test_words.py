"""Words in pictures are read after indexing, by the real reader of words."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qwen3vl_app.errors import (
    AppError,
    DecoderDiedError,
    UnreachableMediaError,
    UnreadableMediaError,
)
from qwen3vl_app.indexing.progress_file import read_progress_file
from qwen3vl_app.indexing.words_progress import Pace, WordsState
from qwen3vl_app.media import ocr
from qwen3vl_app.messages import Message
from qwen3vl_app.types import ExactWords, PictureClass, TextLine, TextOutcome
from tests.indexing.world import World
from tests.media.test_ocr import ROOT, installed, written

BOX = (0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0)


@pytest.fixture
def world(world, monkeypatch):
    """Words are read in it, as soon as the indexer is started."""
    monkeypatch.setattr(ocr, "is_installed", lambda: True)
    world.settings = replace(world.settings, ocr=True)
    world.restart()
    return world


@pytest.fixture
def lines(world, monkeypatch):
    """What is read from a picture, by its name: lines, or an error that is raised."""
    known: dict[str, Any] = {}

    def picture_lines(path, part, of):
        said = known.get(path.name, ())
        if isinstance(said, Exception):
            raise said
        return tuple(TextLine(text=text, corners=BOX, confidence=1.0) for text in said)

    monkeypatch.setattr(world.reader, "picture_lines", picture_lines)
    return known


def names(world: World, asked: str) -> list[str]:
    found = world.library.find_words(ExactWords.read(asked)).found
    return [item.path.name for item in world.library.items(found).values()]


def outcomes(world: World) -> dict[str, TextOutcome]:
    items = world.library.list_items()
    texts = world.library.picture_texts.of([item.id for item in items])
    return {item.path.name: texts[item.id].outcome for item in items if item.id in texts}


def finish(world: World) -> None:
    world.index()
    assert world.indexer.words.wait(60).state is WordsState.IDLE


@installed
def test_words__find_a_screenshot_and_a_scanned_pdf(world):
    written("Error 4711: no paper").save(world.folder / "screen.png")
    page = written("Invoice Zwetschge", size=(1240, 1754))
    page.save(world.folder / "scan.pdf", resolution=150)
    world.picture("plain.png")
    finish(world)
    assert names(world, "4711") == ["screen.png"]
    assert names(world, "zwetschge") == ["scan.pdf"]
    assert outcomes(world) == {
        "screen.png": TextOutcome.READ,
        "scan.pdf": TextOutcome.READ,
        "plain.png": TextOutcome.NONE,
    }
    progress = world.indexer.progress().words
    assert (progress.done, progress.total, progress.seconds_left) == (3, 3, None)


@installed
def test_words__are_read_on_after_a_kill(world):
    for n in range(6):
        written(f"Number {n}").save(world.folder / f"{n}.png")
    world.library.close()
    command = [sys.executable, "-m", "tests.indexing.run_words"]
    process = subprocess.Popen(
        [*command, str(world.settings.library), str(world.folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("read 2"):
            break
    process.kill()
    process.wait()
    process.stdout.close()
    world.open()
    before = world.library.picture_texts.count_read(ocr.VERSION)
    assert 2 <= before < 6
    world.indexer.start()
    world.indexer.words.look()
    _wait(lambda: world.library.picture_texts.count_read(ocr.VERSION) == 6)
    for n in range(6):
        assert names(world, f'"number {n}"') == [f"{n}.png"]


def test_words__of_a_file_that_changes(world, lines):
    path, _ = world.picture("a.png", "red"), world.picture("other.png", "green")
    lines["a.png"] = ["before"]
    finish(world)
    assert names(world, "before") == ["a.png"]
    world.picture("a.png", "blue")
    lines["a.png"] = ["after"]
    finish(world)
    assert (names(world, "before"), names(world, "after")) == ([], ["a.png"])
    path.unlink()
    finish(world)
    assert names(world, "after") == []


def test_words__what_fails_is_recorded_and_delays_no_other(world, lines):
    for name, colour in zip("abcdef", range(6), strict=True):
        world.picture(f"{name}.png", (colour, 0, 0))
    reason = Message.of("reason.slow", seconds="60")
    lines["a.png"] = DecoderDiedError(Path("a.png"), reason)
    lines["b.png"] = UnreadableMediaError(Path("b.png"), reason)
    lines["c.png"] = UnreachableMediaError(Path("c.png"), reason)
    lines["d.png"] = ZeroDivisionError("bug")
    lines["e.png"] = ["word"]
    finish(world)
    assert outcomes(world) == {
        "a.png": TextOutcome.FAILED,
        "b.png": TextOutcome.REFUSED,
        "d.png": TextOutcome.FAILED,
        "e.png": TextOutcome.READ,
        "f.png": TextOutcome.NONE,
    }
    assert world.indexer.progress().words.done == 5
    lines["c.png"] = ["later"]
    world.restart()
    world.indexer.start()
    _wait(lambda: names(world, "later") == ["c.png"])


def test_words__pause_and_resume(world, lines, monkeypatch):
    gate, met = threading.Event(), []

    def picture_lines(path, part, of):
        met.append(path.name)
        assert gate.wait(20)
        return ()

    monkeypatch.setattr(world.reader, "picture_lines", picture_lines)
    world.pictures(4)
    world.index()
    words = world.indexer.words
    _wait(lambda: met)
    words.pause()
    gate.set()
    _wait(lambda: words.progress().done == 1)
    time.sleep(0.3)
    assert (words.progress().state, len(met)) == (WordsState.PAUSED, 1)
    words.resume()
    assert words.wait(20).state is WordsState.IDLE
    assert len(met) == 4


def test_words__wait_until_nothing_is_indexed(world, lines):
    world.pictures(3)
    world.host.open.clear()
    world.indexer.add([world.folder])
    world.indexer.start()
    _wait(lambda: world.indexer.words.progress().state is WordsState.WAITING)
    time.sleep(0.3)
    assert world.indexer.words.progress().done == 0
    world.host.open.set()
    _wait(lambda: world.indexer.words.progress().done == 3)


def test_words__closing_records_nothing_of_the_picture_in_work(world, lines, monkeypatch):
    gate, met = threading.Event(), []

    def picture_lines(path, part, of):
        met.append(path)
        assert gate.wait(20)
        raise DecoderDiedError(path, Message.of("reason.gone"))

    monkeypatch.setattr(world.reader, "picture_lines", picture_lines)
    monkeypatch.setattr(world.reader, "stop_picture_lines", gate.set)
    world.picture("a.png")
    world.index()
    _wait(lambda: met)
    world.restart()
    assert outcomes(world) == {}


def test_words__a_reader_that_cannot_work_is_said_once(world, lines):
    world.pictures(3)
    broken = AppError(Message.of("ocr.broken", said="libonnx"))
    lines |= dict.fromkeys(("000.png", "001.png", "002.png"), broken)
    world.index()
    progress = world.indexer.words.wait(20)
    assert (progress.state, progress.message) == (WordsState.FAILED, broken.message)
    assert outcomes(world) == {}
    lines.clear()
    world.indexer.words.resume()
    _wait(lambda: len(outcomes(world)) == 3)


def test_words__turned_off_or_not_installed(world, monkeypatch):
    world.picture("a.png")
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    world.index()
    assert world.indexer.words.wait(1).state is WordsState.ABSENT
    world.settings = replace(world.settings, ocr=False)
    world.restart()
    world.indexer.start()
    assert world.indexer.words.wait(1).state is WordsState.OFF
    assert outcomes(world) == {}


def test_words__progress_is_told_to_other_programs(world, lines):
    world.pictures(2)
    finish(world)
    world.indexer.close()
    found = read_progress_file(world.library.directory)
    assert found is not None
    assert (found[0].words.state, found[0].words.done, found[0].words.total) == ("idle", 2, 2)


def test_pace__a_class_that_was_not_met_is_as_slow_as_the_others():
    pace = Pace()
    assert pace.seconds_left(Counter({PictureClass.PAGE: 3})) is None
    pace.note(PictureClass.PAGE, 10.0)  # usually 4
    pace.note(PictureClass.PAGE, 6.0)
    assert pace.seconds_left(Counter({PictureClass.PAGE: 3})) == pytest.approx(24.0)
    assert pace.seconds_left(Counter({PictureClass.PHOTOGRAPH: 3})) == pytest.approx(6.0)


def _wait(until) -> None:
    end = time.monotonic() + 40
    while not until():
        if time.monotonic() > end:
            pytest.fail("it did not happen in time")
        time.sleep(0.02)
