"""Batches read and embedded by workers: the library is the same as if that had happened here."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from qwen3vl_app.errors import ModelError, UnreachableMediaError
from qwen3vl_app.indexing.decoding import Reading
from qwen3vl_app.indexing.far_batches import embedded
from qwen3vl_app.indexing.indexer import Indexer
from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import Message
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import DOCUMENT_INSTRUCTION, Content, Kind, ModelInput, Part
from tests.drawn import draw_folder
from tests.indexing.embedders import REJECTED, HashingEmbedder, TinyHost
from tests.indexing.world import World, counted
from tests.store.build import vector_of

ROOM = 4


@dataclass
class NearCrew:
    """Does the work of workers on the threads that ask for it."""

    reader: Any
    embedder: HashingEmbedder = field(default_factory=HashingEmbedder)
    before: Callable[[int], None] = lambda _: None
    """Called with the number of each piece of work, from 0."""

    room: int = ROOM
    begun: int = 0
    sizes: list[int] = field(default_factory=list)
    failure: Exception | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def embed(self, inputs, instruction):
        assert instruction == DOCUMENT_INSTRUCTION
        self.sizes.append(len(inputs))
        return self.embedder.embed(inputs, instruction)

    def do(self, work):
        with self._lock:
            number, self.begun = self.begun, self.begun + 1
        self.before(number)
        if self.failure is not None:
            raise self.failure
        return work(self)


class FarWorld(World):
    """A world whose indexer has workers; ``host`` is what is sent to them by value."""

    crew: NearCrew

    def open(self) -> None:
        self.crew = NearCrew(self.reader)
        self.library = Library.open(self.settings.library)
        self.indexer = Indexer(self.library, self.reader, self.models, self.settings, self.crew)


@pytest.fixture
def far(tmp_path: Path, reader: Reader) -> Iterator[FarWorld]:
    (tmp_path / "far").mkdir()
    made = FarWorld(tmp_path / "far", reader, TinyHost())
    yield made
    made.close()


def waiting_for(event: threading.Event, first: int = 0) -> Callable[[int], None]:
    """Holds up work from the ``first`` piece on."""

    def wait(number: int) -> None:
        if number >= first:
            event.wait(20)

    return wait


def contents(world: World) -> list[tuple[str, int, bytes]]:
    """Of all items, oldest first: where they come from, and their vectors."""
    space = world.host.space()
    return [
        (item.path.name, item.ordinal, vector_of(world.library, space, item.id).tobytes())
        for item in reversed(world.library.list_items(limit=1000))
    ]


def fill(world: World) -> None:
    draw_folder(world.folder / "drawn")
    world.pictures(13)
    world.picture("again.png", (3, 252, 6))  # the same as 003.png
    world.text("long.txt", *(f"chapter{n}" for n in range(11)))
    world.text("refused.txt", "fine", REJECTED)


def test_index__everything_is_as_if_it_had_been_read_here(far, world):
    for one in (far, world):
        fill(one)
    theirs, ours = far.index(), world.index()
    assert theirs.state is IndexState.IDLE
    assert (counted(theirs), theirs.items) == (counted(ours), ours.items)
    assert sorted(contents(far)) == sorted(contents(world))
    for one in (far, world):
        assert one.library.check() == []
    reasons = [
        {row.path.name: row.reason for row in one.library.failures()} for one in (far, world)
    ]
    assert reasons[0] == reasons[1]
    thumbnails = [
        {item.path.name for item in one.library.list_items(limit=1000) if item.thumbnail}
        for one in (far, world)
    ]
    assert thumbnails[0] == thumbnails[1]
    assert far.host.batches == []  # no pixels were sent
    assert max(far.crew.sizes) <= far.settings.batch_items


def test_index__what_is_known_by_its_content_goes_to_no_worker(far):
    fill(far)
    far.index()
    begun = far.crew.begun
    shutil.copy(far.folder / "005.png", far.folder / "copied.png")
    (far.folder / "long.txt").rename(far.folder / "renamed.txt")
    os.utime(far.folder / "007.png")
    assert counted(far.index())["duplicate"] == 1  # the copy
    assert far.crew.begun == begun


def test_index__batches_are_kept_in_order_whatever_ends_first(far, world):
    others = threading.Semaphore(0)

    def before(number: int) -> None:
        if number == 0:
            for _ in range(ROOM - 1):
                assert others.acquire(timeout=20)
        else:
            others.release()

    far.crew.before = before
    for one in (far, world):
        for n, path in enumerate(one.pictures(24)):
            os.utime(path, ns=(n * 10**9, n * 10**9))
        one.index()
    assert far.names() == world.names()
    assert len(far.names()) == 24


def test_index__no_more_is_in_hand_than_there_is_room_for(far):
    go_on = threading.Event()
    far.crew.before = waiting_for(go_on)
    far.pictures(40)
    far.indexer.add([far.folder])
    far.indexer.start()
    until(lambda: far.crew.begun == ROOM)
    threading.Event().wait(0.5)
    assert far.crew.begun == ROOM
    assert far.library.list_items() == []
    go_on.set()
    assert far.finish().items == 40
    assert far.crew.begun == 10


class Unsharing:
    """A reader of a computer that does not have these files."""

    def __init__(self, reader: Reader, has: Callable[[Path], bool]) -> None:
        self._reader, self._has = reader, has

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def read(self, path, parts, **more):
        if not self._has(path):
            raise UnreachableMediaError(path, Message.of("reason.gone"))
        return self._reader.read(path, parts, **more)


def test_index__what_a_worker_does_not_see_is_read_here_and_sent(far, world):
    far.crew.reader = Unsharing(far.reader, lambda path: path.suffix == ".txt")
    for one in (far, world):
        fill(one)
    theirs, ours = far.index(), world.index()
    assert counted(theirs) == counted(ours)
    assert sorted(contents(far)) == sorted(contents(world))
    assert sum(far.host.batches) > 13


def test_index__a_file_that_changes_meanwhile_is_not_kept(far):
    path = far.text("a.txt", "before", "and more")

    def before(_number: int) -> None:
        path.write_text("after it was opened " * 100)

    far.crew.before = before
    progress = far.index()
    assert counted(progress) == {"failed": 1}
    assert far.library.list_items() == []
    far.crew.before = lambda _: None
    far.indexer.retry()
    assert counted(far.indexer.wait(30)) == {"indexed": 1}


def test_index__where_no_worker_can_do_it_the_run_says_so_and_goes_on_later(far):
    far.crew.failure = ModelError(Message.of("ray.lost", n=3, said="it has gone"))
    far.pictures(6)
    progress = far.index()
    assert (progress.state, progress.message.code) == (IndexState.FAILED, "ray.lost")
    far.crew.failure = None
    far.indexer.resume()
    assert far.indexer.wait(30).items == 6


def test_cancel__what_was_kept_stays_and_nothing_is_half_kept(far):
    go_on = threading.Event()
    far.crew.before = waiting_for(go_on, first=2)
    far.pictures(30)
    far.indexer.add([far.folder])
    far.indexer.start()
    until(lambda: len(far.library.list_items()) == 8)
    far.indexer.cancel()
    progress = far.indexer.wait(20)
    go_on.set()
    assert (progress.state, progress.items) == (IndexState.IDLE, 8)
    assert far.library.check() == []
    assert counted(far.index()) == {"unchanged": 8, "indexed": 22}
    assert len(set(far.names())) == 30


def test_close__in_the_middle_and_on_with_the_next_program(far):
    go_on = threading.Event()
    far.crew.before = waiting_for(go_on, first=2)
    far.pictures(30)
    far.indexer.add([far.folder])
    far.indexer.start()
    until(lambda: len(far.library.list_items()) == 8)
    crew = far.crew
    far.close()
    go_on.set()
    far.open()
    assert far.finish().items == 30
    assert len(set(far.names())) == 30
    assert crew is not far.crew


def test_embedded__every_reading_has_its_own_vectors():
    texts = ["fox", REJECTED, "river", "red"]
    given = [
        Content(
            part=Part(ordinal=n, kind=Kind.PASSAGE),
            model_input=ModelInput(texts=(text,)),
            thumbnail=b"",
        )
        for n, text in enumerate(texts)
    ]
    readings = [Reading(contents=tuple(given[:2])), Reading(), Reading(contents=tuple(given[2:]))]
    host = HashingEmbedder()
    whole = host.embed([one.model_input for one in given], DOCUMENT_INSTRUCTION)
    calls: list[int] = []

    def embed(inputs):
        calls.append(len(inputs))
        if len(inputs) > 2:
            raise RuntimeError("CUDA out of memory")
        return host.embed(inputs, DOCUMENT_INSTRUCTION)

    first, none, last = embedded(readings, embed)
    assert calls == [4, 2, 2]
    assert (first.embedding.kept, none.embedding.kept, last.embedding.kept) == ((0,), (), (0, 1))
    assert [at for at, _ in first.embedding.rejected] == [1]
    assert (first.embedding.vectors == whole.vectors[:1]).all()
    assert (last.embedding.vectors == whole.vectors[1:]).all()
    kept = [content for one in (first, last) for content in one.reading.contents]
    assert all(content.model_input.texts == () for content in kept)  # it has been embedded


def until(holds: Callable[[], bool]) -> None:
    for _ in range(2000):
        if holds():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it has not come to that")
