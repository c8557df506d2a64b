"""A file replaced by another of the same size and time, and what only looks like that.

Programs that copy keep times: ``cp -p``, ``rsync -t``, ``exiftool -P``, archives, backups. What
failed is left alone until there is a reason to try again.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from qwen3vl_app.errors import UnreachableMediaError
from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.media import reader as reading
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import Message
from qwen3vl_app.models.service.protocol import ModelState
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import FileEnd
from qwen3vl_app.types import ExactWords, FileStamp, Outcome
from tests.indexing.embedders import REJECTED, HashingEmbedder
from tests.indexing.test_folders import soon
from tests.indexing.world import World, counted
from tests.store.build import SPACE

FIRST, SECOND = "The old word was zebra.\n", "The new word is quagga.\n"
"""Of one length."""


class Calls:
    """What was asked of the reader."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.outlines: list[str] = []
        self.hashes: list[str] = []
        self.reads: list[str] = []
        self._count(monkeypatch, "outline", self.outlines)
        self._count(monkeypatch, "content_hash", self.hashes)
        self._count(monkeypatch, "read", self.reads)

    def _count(self, monkeypatch: pytest.MonkeyPatch, name: str, into: list[str]) -> None:
        real = getattr(Reader, name)

        def counting(reader, path, *args, **named):
            into.append(path.name)
            return real(reader, path, *args, **named)

        monkeypatch.setattr(Reader, name, counting)

    def clear(self) -> None:
        for calls in (self.outlines, self.hashes, self.reads):
            calls.clear()

    def all(self) -> list[str]:
        return [*self.outlines, *self.hashes, *self.reads]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    return Calls(monkeypatch)


def words(world: World, word: str) -> list[str]:
    found = world.library.find_words(ExactWords.read(word)).found
    return [item.path.name for item in world.library.items(found).values()]


def copied_over(path: Path, other: Path) -> None:
    """``cp -p``: the same inode."""
    shutil.copyfile(other, path)
    shutil.copystat(other, path)


def renamed_over(path: Path, other: Path) -> None:
    """``rsync -t``, and programs that write aside and rename: another inode."""
    aside = path.with_name(".aside")
    shutil.copy2(other, aside)
    os.replace(aside, path)


def deleted_and_made(path: Path, other: Path) -> None:
    path.unlink()
    shutil.copy2(other, path)


def written_and_set_back(path: Path, other: Path) -> None:
    """``exiftool -P`` in place: only the time is put back."""
    before = path.stat()
    path.write_bytes(other.read_bytes())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


WAYS = [copied_over, renamed_over, deleted_and_made, written_and_set_back]


def replace_in(world: World, way) -> Path:
    """A text that is indexed, then replaced by one of the same size and time."""
    path, other = world.folder / "note.txt", world.folder.parent / "other.txt"
    path.write_text(FIRST)
    other.write_text(SECOND)
    for one in (path, other):
        os.utime(one, ns=(10**18, 10**18))
    world.index()
    before = path.stat()
    way(path, other)
    after = path.stat()
    assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return path


@pytest.mark.parametrize("way", WAYS)
def test_replaced__seen_at_the_next_scan(world: World, way) -> None:
    replace_in(world, way)
    assert counted(world.index()) == {"indexed": 1}
    assert (words(world, "zebra"), words(world, "quagga")) == ([], ["note.txt"])
    assert counted(world.index()) == {"unchanged": 1}
    assert world.library.check() == []


def test_replaced__seen_by_an_exact_path_and_after_a_restart(world: World) -> None:
    path = replace_in(world, copied_over)
    world.restart()
    assert counted(world.index(path)) == {"indexed": 1}
    assert words(world, "quagga") == ["note.txt"]


@pytest.mark.parametrize("way", [copied_over, renamed_over])
def test_replaced__seen_while_watching(world: World, way) -> None:
    path, other = world.folder / "note.txt", world.folder.parent / "other.txt"
    path.write_text(FIRST)
    other.write_text(SECOND)
    for one in (path, other):
        os.utime(one, ns=(10**18, 10**18))
    world.index()
    world.indexer.folders.watch(world.folder, on=True)
    world.indexer.folders.start_watching()
    soon(lambda: counted(world.indexer.progress()) == {"unchanged": 1})
    way(path, other)
    soon(lambda: words(world, "quagga") == ["note.txt"])
    assert words(world, "zebra") == []


def test_replaced__by_something_broken_shows_nothing_any_more(world: World) -> None:
    path = world.picture("a.png")
    os.utime(path, ns=(10**18, 10**18))
    size = path.stat().st_size
    world.index()
    path.write_bytes(b"\x89PNG\r\n\x1a\n".ljust(size, b"-"))
    os.utime(path, ns=(10**18, 10**18))
    assert counted(world.index()) == {"failed": 1}
    assert world.names() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.chmod(0o600),
        lambda path: os.link(path, path.parents[1] / "second"),
        lambda path: renamed_over(path, path),
        lambda path: deleted_and_made(path, shutil.copy2(path, path.parents[1] / "copy")),
    ],
    ids=["rights", "second name", "renamed over itself", "made anew"],
)
def test_same_bytes__are_compared_once_and_never_embedded(world: World, calls, change) -> None:
    path = world.picture("a.png")
    world.index()
    world.host.batches.clear()
    calls.clear()
    change(path)
    assert counted(world.index()) == {"unchanged": 1}
    assert (calls.hashes, calls.outlines, calls.reads) == (["a.png"], [], [])
    assert counted(world.index()) == {"unchanged": 1}
    assert calls.all() == ["a.png"]
    assert world.host.batches == []
    assert world.names() == ["a.png"]


def test_same_bytes__a_whole_library_on_another_disk(world: World, calls) -> None:
    """Copied with everything and put in the place of the first one: every inode is another."""
    world.pictures(6)
    world.index()
    world.close()
    home, away = world.folder.parent, world.folder.parent.with_name("away")
    shutil.copytree(home, away, copy_function=shutil.copy2)
    home.rename(home.with_name("old disk"))
    away.rename(home)
    world.open()
    world.host.batches.clear()
    calls.clear()
    assert counted(world.index()) == {"unchanged": 6}
    assert (sorted(calls.hashes), calls.outlines) == ([f"{n:03}.png" for n in range(6)], [])
    calls.clear()
    assert counted(world.index()) == {"unchanged": 6}
    assert (calls.all(), world.host.batches) == ([], [])


def test_same_bytes__on_a_card_that_is_put_in_again(world: World, calls, monkeypatch) -> None:
    """Its files have other inodes at every mount, and nothing of it is read again."""
    monkeypatch.setattr("qwen3vl_app.media.stamps.has_lasting_inodes", lambda device: False)
    world.pictures(3)
    world.index()
    calls.clear()
    real = FileStamp.of

    def of(path, status):
        return replace(real(path, status), inode=status.st_ino + 1000)

    monkeypatch.setattr(FileStamp, "of", of)
    assert counted(world.index()) == {"unchanged": 3}
    assert calls.all() == []


def test_same_bytes__rights_changed_while_it_was_read(world: World, monkeypatch) -> None:
    path = world.text("long.txt", *(f"chapter{n}" for n in range(6)))
    real = Reader.read

    def read(reader, path, parts, **named):
        path.chmod(0o600 if path.stat().st_mode & 0o077 else 0o644)
        return real(reader, path, parts, **named)

    monkeypatch.setattr(Reader, "read", read)
    assert counted(world.index()) == {"indexed": 1}
    monkeypatch.setattr(Reader, "read", real)
    assert counted(world.index()) == {"unchanged": 1}
    assert path.exists()


def test_same_size_and_time_but_other_bytes_while_it_was_read(world: World, monkeypatch) -> None:
    """What was read before and after does not belong together, so none of it is kept."""
    path = world.text("long.txt", *(f"chapter{n}" for n in range(6)))
    real = Reader.read
    replaced: list[int] = []

    def read(reader, path, parts, **named):
        found = real(reader, path, parts, **named)
        if not replaced:
            replaced.append(1)
            other = path.parents[1] / "other"
            other.write_bytes(path.read_bytes().replace(b"chapter", b"CHAPTER"))
            shutil.copystat(path, other)
            copied_over(path, other)
        return found

    monkeypatch.setattr(Reader, "read", read)
    assert counted(world.index()) == {"failed": 1}
    assert counted(world.index()) == {"indexed": 1}
    assert {item.text[:8] for item in world.library.list_items()} == {
        f"CHAPTER{n}" for n in range(6)
    }
    assert path.exists()


# ---------------------------------------------------------------- of the file system


@pytest.mark.parametrize("inode", [0, 2**63 - 1, 2**63, 2**64 - 1, 2**127 + 5])
@pytest.mark.parametrize("ctime", [0, -(2**63), 2**63 - 1, 2**70, -(2**70)])
def test_stamp__any_inode_and_time_is_kept_and_found_again(
    library: Library, inode: int, ctime: int
) -> None:
    class Status:
        st_size, st_mtime_ns, st_ctime_ns, st_ino = 5, ctime, ctime, inode

    path = Path("/p/a.png")
    stamp = FileStamp.of(path, Status)  # type: ignore[arg-type]
    (file,), _ = library.writer.record_scan(pending=[stamp])
    end = FileEnd(
        file=file, stamp=stamp, content_hash=None, reason=Message.free("No."), given_up_by="1"
    )
    library.writer.commit(SPACE, starts={}, parts=(), ends=[end])
    (known,) = library.writer.stamps_under(path).values()
    assert (known.ctime_ns, known.inode) == (stamp.ctime_ns, stamp.inode)
    assert (known.outcome, known.given_up_by) == (Outcome.FAILED, "1")
    assert library.check() == []


def test_stamp__inodes_that_differ_stay_different() -> None:
    def of(inode: int) -> int | None:
        class Status:
            st_size, st_mtime_ns, st_ctime_ns, st_ino = 1, 1, 1, inode

        return FileStamp.of(Path("/a"), Status).inode  # type: ignore[arg-type]

    numbers = [0, 1, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 1]
    assert len({of(number) for number in numbers}) == len(numbers)


# ---------------------------------------------------------------- what failed


@pytest.fixture
def broken(world: World) -> World:
    """Twenty broken files and a good one, indexed."""
    for number in range(20):
        (world.folder / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(number + 1))
    world.picture("good.png")
    assert counted(world.index()) == {"indexed": 1, "failed": 20}
    return world


def test_failed__is_not_read_again(broken: World, calls) -> None:
    for _ in range(2):
        assert counted(broken.index()) == {"unchanged": 1, "failed": 20}
    broken.restart()
    assert counted(broken.index(collection="late")) == {"unchanged": 1, "failed": 20}
    assert calls.all() == []
    assert len(broken.library.failures()) == 20
    assert broken.library.check() == []


def test_failed__is_read_when_it_has_changed(broken: World, calls) -> None:
    path = broken.picture("7.png", "blue")
    assert counted(broken.index()) == {"unchanged": 1, "failed": 19, "indexed": 1}
    assert calls.outlines == ["7.png"]
    calls.clear()
    before = path.stat()
    broken.picture("8.png", "lime")
    os.utime(path.with_name("8.png"), ns=(before.st_atime_ns, before.st_mtime_ns))
    broken.index()
    assert calls.outlines == ["8.png"]


def test_failed__is_read_on_request(broken: World, calls) -> None:
    broken.indexer.retry([broken.folder / "3.png"])
    assert counted(broken.finish()) == {"failed": 1}
    assert calls.outlines == ["3.png"]
    broken.indexer.retry()
    assert counted(broken.finish()) == {"failed": 20}
    assert len(calls.outlines) == 21


def test_failed__is_read_by_a_newer_reader(broken: World, calls, monkeypatch) -> None:
    monkeypatch.setattr(reading, "VERSION", reading.VERSION + 1)
    assert counted(broken.index()) == {"unchanged": 1, "failed": 20}
    assert len(calls.outlines) == 20
    broken.index()
    assert len(calls.outlines) == 20


def test_failed__is_read_where_it_may_cost_more(broken: World, calls) -> None:
    reader = broken.reader
    limits = replace(reader._options.limits, max_reader_bytes=3 * 2**30)
    broken.reader = Reader(reader.budget, limits)
    broken.restart()
    broken.index()
    broken.reader.close()
    assert len(calls.outlines) == 20


def test_failed__for_the_moment_is_tried_at_every_scan(world: World, monkeypatch) -> None:
    """A disk that did not answer, rights that were missing: nothing about the file changes."""
    world.picture("a.png")
    real = Reader.outline

    def refused(reader, path):
        raise UnreachableMediaError(path, Message.of("reason.denied"))

    monkeypatch.setattr(Reader, "outline", refused)
    assert counted(world.index()) == {"failed": 1}
    monkeypatch.setattr(Reader, "outline", real)
    assert counted(world.index()) == {"indexed": 1}


def test_failed__by_the_model_is_tried_at_every_scan(world: World, monkeypatch) -> None:
    world.picture("a.png")
    monkeypatch.setattr("qwen3vl_app.indexing.batches.np.isfinite", lambda v: v != v)  # noqa: PLR0124
    assert counted(world.index()) == {"failed": 1}
    monkeypatch.undo()
    assert counted(world.index()) == {"indexed": 1}


@pytest.fixture
def refused(world: World) -> World:
    """A text that the model refuses, and one that it takes, indexed."""
    world.text("bad.txt", REJECTED)
    world.text("good.txt", "fine")
    assert counted(world.index()) == {"indexed": 1, "failed": 1}
    return world


def test_refused__by_the_model_is_not_read_again(refused: World, calls) -> None:
    assert counted(refused.index()) == {"unchanged": 1, "failed": 1}
    refused.restart()
    assert counted(refused.index()) == {"unchanged": 1, "failed": 1}
    assert calls.all() == []
    (failure,) = refused.library.failures()
    assert str(failure.reason) == "too long for the model"
    assert refused.library.check() == []


def test_refused__is_not_read_again_while_the_model_loads(refused: World, calls) -> None:
    refused.host.state = ModelState.LOADING
    refused.indexer.add([refused.folder])
    soon(lambda: refused.indexer.progress().state is IndexState.WAITING)
    refused.host.state = ModelState.READY
    assert counted(refused.finish()) == {"unchanged": 1, "failed": 1}
    assert calls.all() == []


def test_refused__is_read_when_it_has_changed(refused: World, calls) -> None:
    refused.text("bad.txt", "better now")
    assert counted(refused.index()) == {"unchanged": 1, "indexed": 1}
    assert set(calls.all()) == {"bad.txt"}


def test_refused__is_read_on_request(refused: World, calls) -> None:
    refused.indexer.retry()
    assert counted(refused.finish()) == {"failed": 1}
    assert calls.reads == ["bad.txt"]


def test_refused__is_read_by_a_newer_reader(refused: World, calls, monkeypatch) -> None:
    monkeypatch.setattr(reading, "VERSION", reading.VERSION + 1)
    for _ in range(2):
        assert counted(refused.index()) == {"unchanged": 1, "failed": 1}
        assert calls.reads == ["bad.txt"]


def test_refused__is_read_for_another_model(refused: World, calls) -> None:
    refused.host.embedder = HashingEmbedder("hashing-2")
    refused.restart()
    refused.index()
    assert "bad.txt" in calls.reads
    refused.index()
    assert calls.reads.count("bad.txt") == 1


def test_refused__for_want_of_memory_is_tried_at_every_scan(world: World) -> None:
    world.text("a.txt", "fine")
    world.host.failure = MemoryError()
    assert counted(world.index()) == {"failed": 1}
    world.host.failure = None
    assert counted(world.index()) == {"indexed": 1}


def test_failed__parts_that_are_all_bad_are_not_read_again(world: World, calls) -> None:
    path = world.picture("a.png", "red")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"IDAT", b"IDAX"))  # its header is whole, its pixels are not
    assert counted(world.index()) == {"failed": 1}
    calls.clear()
    assert counted(world.index()) == {"failed": 1}
    assert calls.all() == []


def test_failed__then_left_out_and_taken_in_again(broken: World, calls) -> None:
    broken.indexer.folders.ignore(["*.png"])
    assert counted(broken.finish()) == {"skipped": 21}
    broken.indexer.folders.ignore([])
    assert counted(broken.finish()) == {"indexed": 1, "failed": 20}
    assert len(calls.outlines) == 21
