from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import DecoderDiedError, TooSlowError, UnreadableMediaError
from qwen3vl_app.indexing.decoding import CHANGED, open_file, read_parts, stamp_of
from qwen3vl_app.indexing.jobs import Job, weight
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.rows import FileId, KnownFile
from qwen3vl_app.types import Content, ContentHash, Kind, Outline, Part, Place
from tests.indexing.world import World
from tests.store.build import content, stamp

PARTS = [Part(ordinal=n, kind=Kind.PAGE, place=Place(page=n + 1)) for n in range(5)]


class OddReader:
    """Reads pages, but for those that it is told to fail on."""

    def __init__(self, path: Path, errors: dict[int, type[UnreadableMediaError]]) -> None:
        self.errors = errors
        self.path = path
        self.calls: list[int] = []

    def outline(self, path: Path) -> Outline:
        raise RuntimeError("In a worker process:\nTraceback…\nKeyError: 'Root'")

    def read(
        self,
        path: Path,
        parts: Sequence[Part],
        *,
        budget: Budget | None = None,
        findings: bytes = b"",
    ) -> tuple[Content, ...]:
        self.calls.append(len(parts))
        for part in parts:
            if part.ordinal in self.errors:
                raise self.errors[part.ordinal](
                    path, Message.free(f"page {part.ordinal + 1} is bad")
                )
        return tuple(content(part.ordinal, part.kind, part.place) for part in parts)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    return path


def known(path: Path) -> KnownFile:
    return KnownFile(id=FileId(1), path=path, stamp=None, outcome=None, content_hash=None)


def test_read_parts__one_bad_page(file: Path) -> None:
    reader: Any = OddReader(file, {2: UnreadableMediaError})
    reading = read_parts(reader, stamp_of(file), PARTS)
    assert [one.part.ordinal for one in reading.contents] == [0, 1, 3, 4]
    assert reading.failures == ((PARTS[2], Message.free("page 3 is bad")),)
    assert (reading.costly, reading.void) == (0, NOTHING)
    assert reader.calls == [5, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("error", [TooSlowError, DecoderDiedError])
def test_read_parts__two_that_hang_end_it(file: Path, error: type[UnreadableMediaError]) -> None:
    reader: Any = OddReader(file, {1: error, 2: error, 3: error})
    reading = read_parts(reader, stamp_of(file), PARTS)
    assert [one.part.ordinal for one in reading.contents] == [0]
    assert [part.ordinal for part, _ in reading.failures] == [1, 2, 3, 4]
    assert reader.calls == [5, 1, 1, 1]


def test_read_parts__file_changed_meanwhile(file: Path) -> None:
    before = stamp_of(file)
    os.utime(file, ns=(1, 1))
    reading = read_parts(cast(Any, OddReader(file, {})), before, PARTS)
    assert (reading.contents, reading.void) == ((), CHANGED)


def test_read_parts__file_gone_meanwhile(file: Path) -> None:
    before = stamp_of(file)
    file.unlink()
    assert read_parts(cast(Any, OddReader(file, {})), before, PARTS).void.code == "reason.gone"


def test_open_file__gone(tmp_path: Path, world: World) -> None:
    opened = open_file(world.reader, known(tmp_path / "none.png"))
    assert (opened.stamp, opened.outline) == (None, None)
    assert opened.reason.code == "reason.gone"


def test_open_file__decoder_fails_in_an_unknown_way(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened = open_file(cast(Any, OddReader(file, {})), known(file))
    assert str(opened.reason) == "The decoder failed in an unknown way (KeyError: 'Root')."
    assert "Traceback" in caplog.text


class Meddled(OddReader):
    """Stumbles over a file because something was done to it meanwhile."""

    def __init__(self, path: Path, change: Callable[[Path], object]) -> None:
        super().__init__(path, {})
        self.change = change

    def outline(self, path: Path) -> Outline:
        self.change(path)
        raise UnreadableMediaError(path, Message.free("The picture is damaged."))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (Path.unlink, "no longer there"),
        (lambda path: path.write_bytes(b"more of it"), str(CHANGED)),
        (Path.touch, str(CHANGED)),
        (Path.stat, "The picture is damaged."),
    ],
    ids=["gone", "grows", "touched", "as it was"],
)
def test_open_file__what_is_said_of_a_file_that_changed_meanwhile(
    file: Path, change: Callable[[Path], object], reason: str
) -> None:
    os.utime(file, ns=(1, 1))
    opened = open_file(cast(Any, Meddled(file, change)), known(file))
    assert opened.outline is None
    assert reason in str(opened.reason)


def test_open_file__real_picture(world: World) -> None:
    path = world.picture("a.png")
    opened = open_file(world.reader, known(path))
    assert opened.stamp == stamp_of(path)
    assert opened.outline is not None
    assert [part.kind for part in opened.outline.parts] == [Kind.PICTURE]


def job(parts: list[Part]) -> Job:
    from collections import deque

    path = Path("/p/a.pdf")
    return Job(
        file=known(path),
        stamp=stamp(path),
        content_hash=ContentHash("a"),
        parts=tuple(parts),
        todo=deque(parts),
    )


def test_next_parts__fill_the_room_and_no_more() -> None:
    video = [Part(ordinal=0, kind=Kind.VIDEO)]
    moments = [Part(ordinal=n, kind=Kind.MOMENT) for n in range(1, 9)]
    clip = job(video + moments)
    assert weight(clip.next_parts(4)) == 8  # larger than the room, but alone
    assert len(clip.next_parts(8)) == 4
    assert len(clip.next_parts(1)) == 1
    assert (clip.in_flight, len(clip.todo), clip.is_over) == (6, 3, False)


def test_ends__of_a_file_and_its_follower() -> None:
    pdf = job(PARTS)
    pdf.followers.append((known(Path("/p/copy.pdf")), stamp(Path("/p/copy.pdf"))))
    pdf.failures.append((PARTS[1], Message.free("Damaged.")))
    ends = list(pdf.ends())
    assert [end.vectors for end in ends] == [4, 4]
    assert str(ends[0].reason) == "1 of 5 pages could not be read: page 2: Damaged."
    pdf.failures.extend((part, Message.free("Damaged.")) for part in PARTS)
    assert [(end.content_hash, str(end.reason)) for end in pdf.ends()] == [(None, "Damaged.")] * 2
    pdf.void = CHANGED
    assert [end.reason for end in pdf.ends()] == [CHANGED]
