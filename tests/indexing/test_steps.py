"""Batches given to workers: no more than they have room for, and back in their order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import UnreachableMediaError
from qwen3vl_app.indexing.batches import Unread
from qwen3vl_app.indexing.decoding import Reading
from qwen3vl_app.indexing.far_batches import Brought, FarBatches, ReadAndEmbed
from qwen3vl_app.indexing.jobs import Job
from qwen3vl_app.indexing.steps import far
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types import (
    Content,
    ContentHash,
    EmbeddingBatch,
    FileStamp,
    Kind,
    ModelInput,
    Part,
    Space,
)

ROOM = 3
SPACE = Space(model="few", dimension=1, fingerprint="few-1")
CHANGED = Message.of("reason.changing")


def job(name: str, parts: int = 2) -> Job:
    stamp = FileStamp(path=Path(f"/{name}"), size=1, mtime_ns=1)
    given = tuple(Part(ordinal=n, kind=Kind.PASSAGE) for n in range(parts))
    known: Any = None
    made = Job(
        file=known,
        stamp=stamp,
        content_hash=ContentHash(name),
        parts=given,
        todo=deque(given),
    )
    made.next_parts(100)
    return made


def unread(*jobs: Job) -> Unread:
    return Unread(asked=tuple((one, one.parts) for one in jobs), endings=())


def brought(name: str, parts: int, *, void: Message = NOTHING) -> Brought:
    """Vectors that say which file and part they are of."""
    contents = tuple(
        Content(
            part=Part(ordinal=n, kind=Kind.PASSAGE),
            model_input=ModelInput(),
            thumbnail=b"",
            text=f"{name} {n}",
        )
        for n in range(parts)
    )
    rows = [[float(f"{ord(name[0])}.{n}")] for n in range(parts)]
    return Brought(
        reading=Reading(void=void) if void else Reading(contents=contents),
        embedding=EmbeddingBatch(
            vectors=np.array([] if void else rows, np.float32).reshape(-1, 1),
            kept=() if void else tuple(range(parts)),
        ),
    )


@dataclass
class FewCrew:
    """Brings what is asked; a test may say what happens before."""

    before: Callable[[str], None] = lambda _: None
    changed: tuple[str, ...] = ()
    room: int = ROOM
    begun: list[str] = field(default_factory=list)

    def do(self, work: Any) -> Any:
        assert isinstance(work, ReadAndEmbed)
        names = [str(one.content_hash) for one in work.asked]
        self.begun.append(names[0])
        self.before(names[0])
        return tuple(
            brought(str(one.content_hash), len(one.parts))
            if str(one.content_hash) not in self.changed
            else brought("x", 1, void=CHANGED)
            for one in work.asked
        )


@dataclass
class FewFiles:
    """Stands for ``Prefetch``: batches that are full at once."""

    left: list[Unread]
    taken: int = 0

    @property
    def is_full(self) -> bool:
        return bool(self.left)

    def fill(self, until: Any = None) -> None:
        pass

    def take_unread(self) -> Unread | None:
        if not self.left:
            return None
        self.taken += 1
        return self.left.pop(0)


class NoReader:
    """Sees what the workers see."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nothing is read here: {name}")


def batches(
    crew: FewCrew, halted: Callable[[], bool] = lambda: False, reader: Any = None
) -> FarBatches:
    few: Any = crew
    none: Any = NoReader()
    return FarBatches(few, none, reader or none, SPACE, budget=Budget(), halted=halted)


def steps(crew: FewCrew, files: FewFiles, halted: Callable[[], bool] = lambda: False):
    given: Any = files
    return far(given, batches(crew, halted), lambda _: None)


def waiting_for(event: threading.Event) -> Callable[[str], None]:
    def wait(_: str) -> None:
        event.wait(10)

    return wait


def texts(step: Any) -> list[tuple[str, float]]:
    """What was kept of a batch, with the numbers beside it."""
    batch, embedding = step
    contents = batch.contents
    return [
        (contents[at][1].text, round(float(vector[0]), 1))
        for at, vector in zip(embedding.kept, embedding.vectors, strict=True)
    ]


def test_far__in_their_order_whatever_ends_first():
    others = threading.Semaphore(0)

    def before(name: str) -> None:
        if name == "a":
            for _ in range(ROOM - 1):
                assert others.acquire(timeout=10)
        else:
            others.release()

    files = FewFiles([unread(job(name)) for name in "abcdefg"])
    found = [texts(step) for step in steps(FewCrew(before), files)]
    assert found == [
        [(f"{name} 0", float(ord(name))), (f"{name} 1", ord(name) + 0.1)] for name in "abcdefg"
    ]


def test_far__others_are_given_before_one_that_is_done_is_kept():
    crew = FewCrew()
    files = FewFiles([unread(job(name)) for name in "abcdefg"])
    found = steps(crew, files)
    for n in range(1, 5):
        next(found)  # each is done at once, and kept as late as there is room for others
        assert files.taken == n + ROOM - 1


def test_far__no_more_than_there_is_room_for():
    go_on = threading.Event()
    crew = FewCrew(waiting_for(go_on))
    files = FewFiles([unread(job(name)) for name in "abcdefg"])
    found = steps(crew, files)
    threading.Timer(0.3, go_on.set).start()
    next(found)
    assert files.taken == ROOM  # none was taken while all were in hand
    assert len([*found]) == 6


def test_far__what_has_gone_is_left_out_and_the_numbers_of_others_stay_theirs():
    asked = [job("a"), job("b"), job("c")]
    crew = FewCrew(changed=("b",))
    in_hand = batches(crew, reader=Gone())
    in_hand.give(unread(*asked))
    step = in_hand.take()
    assert texts(step) == [("a 0", 97.0), ("a 1", 97.1), ("c 0", 99.0), ("c 1", 99.1)]
    assert [one.void.code for one in asked] == ["", "reason.gone", ""]
    # what another batch brings of a file that is void by now is left out as well
    crew.changed = ()
    in_hand.give(unread(*asked))
    assert len(texts(in_hand.take())) == 4


class Gone:
    """A reader that finds no file either; none of those here is on the disk."""

    def __getattr__(self, name: str) -> Any:
        def gone(path: Path, *_: Any, **__: Any) -> Any:
            raise UnreachableMediaError(path, CHANGED)

        return gone


def test_far__halted_while_nothing_comes():
    go_on, halted = threading.Event(), threading.Event()
    files = FewFiles([unread(job(name)) for name in "abc"])
    found = steps(FewCrew(waiting_for(go_on)), files, halted.is_set)
    threading.Timer(0.2, halted.set).start()
    assert [*found] == []
    go_on.set()
