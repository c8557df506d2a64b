"""What every ``StoreWriter`` promises, seen through a ``Store`` of the same items."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.protocols import Store, StoreWriter
from qwen3vl_app.store.rows import EmbeddedPart, FileEnd, FileId
from qwen3vl_app.types import FileStamp, Kind, Outcome, SkippedPath, Space
from tests.contracts.conftest import Kept, on_milvus_too
from tests.store.build import SPACE, content, hash_of, stamp, unit

EAST, NORTH = unit(1, 0, 0, 0), unit(0, 1, 0, 0)
A, B, C = Path("/p/a.png"), Path("/p/b.png"), Path("/q/c.png")
DAY = 86_400 * 10**9
OTHER = Space(model="other", dimension=4, fingerprint="other-4")


@pytest.fixture
def writer(kept: Kept) -> StoreWriter:
    return kept.writer.writer


@pytest.fixture
def store(kept: Kept) -> Store:
    return kept.store


def pending(writer: StoreWriter, *paths: Path) -> list[FileId]:
    return writer.record_scan(pending=[stamp(path) for path in paths])[0]


def part(name: str, number: int = 0, vector: np.ndarray = EAST) -> EmbeddedPart:
    one = content(number, Kind.PAGE, text=name)
    return EmbeddedPart(content_hash=hash_of(name), content=one, vector=vector)


def end(
    file: FileId, path: Path, name: str | None, vectors: int = 1, reason: Message = NOTHING
) -> FileEnd:
    known = None if name is None else hash_of(name)
    return FileEnd(
        file=file, stamp=stamp(path), content_hash=known, vectors=vectors, reason=reason
    )


def put(writer: StoreWriter, path: Path, name: str, space: Space = SPACE) -> FileId:
    (file,) = pending(writer, path)
    starts = {file: hash_of(name)}
    writer.commit(space, starts=starts, parts=[part(name)], ends=[end(file, path, name)])
    return file


def fail(writer: StoreWriter, path: Path) -> None:
    (file,) = pending(writer, path)
    writer.commit(
        SPACE,
        starts={},
        parts=[],
        ends=[end(file, path, None, vectors=0, reason=Message.free("broken"))],
    )


def texts(store: Store) -> list[str]:
    found = store.items([one.item_id for one in store.search(SPACE, EAST, 50)])
    return sorted(item.text for item in found.values())


@on_milvus_too
def test_commit__is_found_by_the_next_call(writer: StoreWriter, store: Store) -> None:
    (file,) = pending(writer, A)
    first = writer.commit(SPACE, starts={file: hash_of("a")}, parts=[part("a")], ends=[])
    assert (first, texts(store)) == ({}, ["a"])
    more = part("a", 1, NORTH)
    ended = writer.commit(SPACE, starts={}, parts=[more], ends=[end(file, A, "a", vectors=2)])
    assert ended == {file: Outcome.INDEXED}
    assert len(store.search(SPACE, EAST, 50)) == 2
    assert writer.is_embedded(hash_of("a"), SPACE)


def test_commit__all_or_nothing(writer: StoreWriter, store: Store) -> None:
    file, other = pending(writer, A, B)
    with pytest.raises(ValueError, match="finite"):
        writer.commit(
            SPACE,
            starts={file: hash_of("a"), other: hash_of("b")},
            parts=[part("a"), part("b", vector=EAST * np.float32("nan"))],
            ends=[end(file, A, "a")],
        )
    assert texts(store) == []
    assert sorted(writer.work(None)) == sorted([file, other])
    assert not writer.is_embedded(hash_of("a"), SPACE)


def test_commit__equal_files_are_one_item(writer: StoreWriter, store: Store) -> None:
    put(writer, A, "a")
    (file,) = pending(writer, B)
    ended = writer.commit(
        SPACE, starts={file: hash_of("a")}, parts=[], ends=[end(file, B, "a", vectors=0)]
    )
    assert ended == {file: Outcome.DUPLICATE}
    assert texts(store) == ["a"]
    assert store.paths_of(hash_of("a")) == [A, B]


def test_commit__forgotten_meanwhile(writer: StoreWriter, store: Store) -> None:
    (file,) = pending(writer, A)
    assert writer.forget([A]) == [A]
    starts = {file: hash_of("a")}
    assert writer.commit(SPACE, starts=starts, parts=[part("a")], ends=[end(file, A, "a")]) == {}
    assert texts(store) == []


@on_milvus_too
def test_changed_file__shows_the_old_until_the_new_is_complete(
    writer: StoreWriter, store: Store
) -> None:
    put(writer, A, "old")
    (file,) = pending(writer, A)
    starts = {file: hash_of("new")}
    writer.commit(SPACE, starts=starts, parts=[part("new")], ends=[])
    assert texts(store) == ["old"]
    writer.commit(SPACE, starts=starts, parts=[part("new", 1)], ends=[end(file, A, "new", 2)])
    assert texts(store) == ["new", "new"]


def test_sources__once_each_until_they_are_finished(writer: StoreWriter, store: Store) -> None:
    writer.add_sources([A, B], None)
    writer.add_sources([A], None)
    writer.add_sources([A], "trip")
    found = [(source.path, source.collection) for source in writer.sources()]
    assert found == [(A, None), (B, None), (A, "trip")]
    assert writer.has_work()
    for source in writer.sources():
        writer.finish_source(source.id, [])
    assert not writer.has_work()
    assert store.counts().pending == 0


@on_milvus_too
def test_finish_source__vanished_files_leave_and_renamed_ones_stay(
    writer: StoreWriter, store: Store
) -> None:
    gone, moved = put(writer, A, "gone"), put(writer, B, "moved")
    writer.add_sources([Path("/p")], None)
    (source,) = writer.sources()
    (file,) = pending(writer, C)
    writer.finish_source(source.id, [gone, moved])
    assert texts(store) == []
    assert writer.is_embedded(hash_of("moved"), SPACE)
    writer.commit(
        SPACE, starts={file: hash_of("moved")}, parts=[], ends=[end(file, C, "moved", vectors=0)]
    )
    assert texts(store) == ["moved"]
    assert writer.sweep() == 1
    assert not writer.is_embedded(hash_of("gone"), SPACE)
    assert texts(store) == ["moved"]


def test_stamps_under__what_tells_a_file_from_its_like(writer: StoreWriter) -> None:
    """Of one that failed also who gave it up, until it works."""
    mark = FileStamp(path=A, size=1, mtime_ns=1, ctime_ns=-5, inode=-(2**63))
    (file,), _ = writer.record_scan(pending=[mark])
    known = writer.stamps_under(A)[str(A)]
    assert (known.ctime_ns, known.inode, known.given_up_by) == (None, None, "")
    failed = FileEnd(
        file=file, stamp=mark, content_hash=None, reason=Message.free("broken"), given_up_by="7"
    )
    writer.commit(SPACE, starts={}, parts=[], ends=[failed])
    known = writer.stamps_under(A)[str(A)]
    assert (known.ctime_ns, known.inode, known.given_up_by) == (-5, -(2**63), "7")
    put(writer, A, "a")
    known = writer.stamps_under(A)[str(A)]
    assert (known.ctime_ns, known.inode, known.given_up_by) == (None, None, "")


def test_record_scan__what_still_fails_joins_the_collection(writer: StoreWriter) -> None:
    fail(writer, A)
    (known,) = writer.stamps_under(A).values()
    assert writer.record_scan(failed=[known.id], collection="late") == ([], [])
    assert writer.stamps_under(A)[str(A)].outcome is Outcome.FAILED


def test_stamps_under__of_a_file_or_inside_a_folder(writer: StoreWriter) -> None:
    pending(writer, A, Path("/p/x/1"), Path("/p/xy/2"))
    assert set(writer.stamps_under(Path("/p/x"))) == {"/p/x/1"}
    assert set(writer.stamps_under(A)) == {str(A)}
    assert len(writer.stamps_under(Path("/p"))) == 3


@on_milvus_too
def test_record_scan__skipped_files_no_longer_show(writer: StoreWriter, store: Store) -> None:
    put(writer, A, "a")
    _, (left,) = writer.record_scan(
        skipped=[SkippedPath(path=A, reason=Message.of("reason.hidden"))]
    )
    assert left
    assert texts(store) == []
    assert store.counts().files[Outcome.SKIPPED] == 1


def test_watch__only_what_is_remembered(writer: StoreWriter) -> None:
    writer.remember_folders([Path("/p")], "trip")
    assert writer.watch(Path("/p"), on=True)
    assert not writer.watch(Path("/q"), on=True)


def test_pending_files__newest_day_first_small_before_large(writer: StoreWriter) -> None:
    marks = [
        stamp(A, size=9, mtime_ns=5 * DAY),
        stamp(B, size=1, mtime_ns=3 * DAY),
        stamp(C, size=4, mtime_ns=5 * DAY),
    ]
    writer.record_scan(pending=marks)
    assert [file.path for file in writer.pending_files(10)] == [C, A, B]
    assert [file.path for file in writer.pending_files(1)] == [C]


def test_stale_files__those_of_another_space(writer: StoreWriter) -> None:
    first = put(writer, A, "a")
    put(writer, B, "b")
    put(writer, B, "b", OTHER)
    assert [file.path for file in writer.stale_files(OTHER, after=None, limit=9)] == [A]
    assert writer.stale_files(OTHER, after=first, limit=9) == []
    assert (writer.work(OTHER), writer.work(SPACE)) == ([first], [])
    assert writer.embedded_parts(hash_of("a"), SPACE) == {part("a").content.part}
    assert writer.embedded_parts(hash_of("a"), OTHER) == frozenset()


def test_retry__all_or_some(writer: StoreWriter, store: Store) -> None:
    for path in (A, B, C):
        fail(writer, path)
    assert store.counts().files[Outcome.FAILED] == 3
    assert writer.retry([Path("/q"), B]) == 2
    assert writer.retry(None) == 1
    assert store.counts().pending == 3


def test_cancel__drops_what_waits_and_keeps_what_shows(writer: StoreWriter, store: Store) -> None:
    put(writer, A, "a")
    pending(writer, A, B)
    writer.add_sources([Path("/p"), Path("/q")], None)
    first, later = writer.sources()
    writer.cancel(Message.free("Cancelled."), first.id)
    assert writer.sources() == [later]
    assert writer.work(None) == []
    assert texts(store) == ["a"]


@on_milvus_too
def test_forget__folders_with_all_inside(writer: StoreWriter, store: Store) -> None:
    put(writer, A, "a")
    put(writer, C, "c")
    assert writer.forget([Path("/p"), Path("/nowhere")]) == [A]
    assert texts(store) == ["c"]
    assert not writer.is_embedded(hash_of("a"), SPACE)
