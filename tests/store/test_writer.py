from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from qwen3vl_app.messages import Message
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import EmbeddedPart, FileEnd, FileId
from qwen3vl_app.store.tables import items
from qwen3vl_app.types import FileOutcome, Kind, Outcome, SkippedPath, Space
from tests.store.build import SPACE, commit, content, hash_of, put_file, stamp, unit, vector_of

EAST, NORTH = unit(1, 0, 0, 0), unit(0, 1, 0, 0)
A, B = Path("/p/a.png"), Path("/p/b.png")
ONE = [(content(), EAST)]
TWO = [(content(0, Kind.PAGE), EAST), (content(1, Kind.PAGE), NORTH)]


def pending(library: Library, *paths: Path) -> list[FileId]:
    return library.writer.record_scan(pending=[stamp(path) for path in paths])[0]


def rows(library: Library) -> dict[str, Outcome]:
    return {row.path.name: row.outcome for row in library.outcomes()}


def reason_of(library: Library, path: Path) -> str:
    found: dict[Path, FileOutcome] = {row.path: row for row in library.outcomes()}
    return str(found[path].reason)


def part(name: str, number: int = 0, vector: np.ndarray = EAST) -> EmbeddedPart:
    return EmbeddedPart(
        content_hash=hash_of(name), content=content(number, Kind.PAGE), vector=vector
    )


# ---------------------------------------------------------------- batches


def test_commit__all_or_nothing(library: Library) -> None:
    file, other = pending(library, A, B)
    nan = unit(1, 0, 0, 0) * np.float32("nan")
    with pytest.raises(ValueError, match="finite"):
        library.writer.commit(
            SPACE,
            starts={file: hash_of("a"), other: hash_of("b")},
            parts=[part("a"), part("b", vector=nan)],
            ends=[FileEnd(file=file, stamp=stamp(A), content_hash=hash_of("a"), vectors=1)],
        )
    assert library.list_items() == []
    assert library.search(SPACE, EAST, 5) == []
    assert library.counts().pending == 2
    assert library.spaces() == []
    assert all("damage" not in line for line in map(str, library.check()))


def test_commit__failure_at_the_last_statement_leaves_nothing(library: Library) -> None:
    (file,) = pending(library, A)

    with library._connection.reading() as conn:
        conn.execute(
            "CREATE TEMP TRIGGER stopper AFTER UPDATE OF outcome ON file "
            "BEGIN SELECT raise(ABORT, 'stopped'); END"
        )
    with pytest.raises(sqlite3.IntegrityError, match="stopped"):
        commit(library, {file: "a"}, ONE, mark=stamp(A))
    assert (library.list_items(), library.search(SPACE, EAST, 5)) == ([], [])
    with library._connection.reading() as conn:
        conn.execute("DROP TRIGGER stopper")
    assert commit(library, {file: "a"}, ONE, mark=stamp(A)) == {file: Outcome.INDEXED}


def test_commit__wrong_dimension_is_refused(library: Library) -> None:
    (file,) = pending(library, A)
    with pytest.raises(ValueError, match="4 finite numbers"):
        commit(library, {file: "a"}, [(content(), unit(1, 0, 0))])


def test_commit__searchable_batch_by_batch(library: Library) -> None:
    (file,) = pending(library, A)
    starts = {file: hash_of("a")}
    assert library.writer.commit(SPACE, starts=starts, parts=[part("a")], ends=[]) == {}
    assert len(library.search(SPACE, EAST, 5)) == 1
    assert library.counts().pending == 1
    end = FileEnd(
        file=file,
        stamp=stamp(A),
        content_hash=hash_of("a"),
        vectors=2,
        reason=Message.free("note"),
    )
    outcomes = library.writer.commit(SPACE, starts=starts, parts=[part("a", 1)], ends=[end])
    assert outcomes == {file: Outcome.INDEXED}
    assert reason_of(library, A) == "note"
    assert len(library.search(SPACE, EAST, 5)) == 2


def test_commit__equal_files_are_duplicates_of_the_first(library: Library) -> None:
    first, second, third = pending(library, A, B, Path("/p/c.png"))
    outcomes = commit(library, {first: "a", second: "a", third: "a"}, ONE)
    assert list(outcomes.values()) == [Outcome.INDEXED, Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert len(library.list_items()) == 1


def test_commit__same_part_again_keeps_its_id(library: Library) -> None:
    put_file(library, A, "a", ONE)
    before = library.list_items()[0]
    (file,) = pending(library, A)
    commit(library, {file: "a"}, [(content(text="better"), NORTH)])
    (after,) = library.list_items()
    assert (after.id, after.text) == (before.id, "better")
    assert vector_of(library, SPACE, after.id).tolist() == NORTH.tolist()
    assert [found.similarity for found in library.search(SPACE, NORTH, 5)] == [1]


def test_commit__forgotten_meanwhile_has_no_outcome(library: Library) -> None:
    (file,) = pending(library, A)
    library.forget([A])
    assert commit(library, {file: "a"}, ONE) == {}
    assert (library.list_items(), library.search(SPACE, EAST, 5)) == ([], [])
    assert library.writer.sweep() == 1
    assert list(library.thumbnails.iterdir()) == []


def test_commit__items_taken_away_meanwhile_leave_the_file_pending(library: Library) -> None:
    first, second = pending(library, A, B)
    library.writer.commit(SPACE, starts={first: hash_of("a")}, parts=[part("a")], ends=[])
    library.forget([A])
    end = FileEnd(file=second, stamp=stamp(B), content_hash=hash_of("a"), vectors=2)
    starts = {second: hash_of("a")}
    assert library.writer.commit(SPACE, starts=starts, parts=[part("a", 1)], ends=[end]) == {}
    assert library.counts().pending == 1


def test_commit__does_not_walk_all_files_of_one_outcome(library: Library) -> None:
    sql = "SELECT path FROM file WHERE content = 'a' AND outcome = 'indexed' AND id <> 1"
    with library._connection.reading() as conn:
        plan = conn.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
    assert "file_content" in plan[0][3]


# ---------------------------------------------------------------- changes of files


def test_changed_file__shows_the_old_until_the_new_is_complete(library: Library) -> None:
    put_file(library, A, "old", TWO)
    (file,) = pending(library, A)
    starts = {file: hash_of("new")}
    library.writer.commit(SPACE, starts=starts, parts=[part("new")], ends=[])
    assert {item.content_hash for item in library.list_items()} == {hash_of("old")}
    assert len(library.search(SPACE, EAST, 5)) == 2
    end = FileEnd(file=file, stamp=stamp(A, size=2), content_hash=hash_of("new"), vectors=1)
    library.writer.commit(SPACE, starts=starts, parts=[], ends=[end])
    assert {item.content_hash for item in library.list_items()} == {hash_of("new")}
    assert len(library.search(SPACE, EAST, 5)) == 1
    assert library.writer.sweep() == 2
    assert all("damage" not in line for line in map(str, library.check()))


def test_changed_file__cannot_be_read_any_more(library: Library) -> None:
    put_file(library, A, "old", ONE)
    (file,) = pending(library, A)
    end = FileEnd(
        file=file, stamp=stamp(A, size=2), content_hash=None, reason=Message.free("broken")
    )
    library.writer.commit(SPACE, starts={}, parts=[], ends=[end])
    assert library.search(SPACE, EAST, 5) == []
    assert [(row.path, str(row.reason)) for row in library.failures()] == [(A, "broken")]


@pytest.mark.parametrize("mark", [None, stamp(A)])
def test_unchanged_file__that_cannot_be_read_keeps_its_items(library: Library, mark) -> None:
    put_file(library, A, "old", ONE)
    (file,) = pending(library, A)
    end = FileEnd(file=file, stamp=mark, content_hash=None, reason=Message.free("drive is gone"))
    library.writer.commit(SPACE, starts={}, parts=[], ends=[end])
    assert len(library.search(SPACE, EAST, 5)) == 1


def test_renamed_file__takes_over_the_items(library: Library) -> None:
    put_file(library, A, "a", ONE)
    (known,) = library.writer.stamps_under(A).values()
    library.writer.add_sources([Path("/p")], None)
    (source,) = library.writer.sources()
    (file,) = pending(library, B)
    library.writer.finish_source(source.id, [known.id])
    assert (library.list_items(), library.search(SPACE, EAST, 5)) == ([], [])
    assert library.writer.is_embedded(hash_of("a"), SPACE)
    end = FileEnd(file=file, stamp=stamp(B), content_hash=hash_of("a"))
    outcomes = library.writer.commit(SPACE, starts={}, parts=[], ends=[end])
    assert outcomes == {file: Outcome.INDEXED}
    assert [item.path for item in library.list_items()] == [B]
    assert len(library.search(SPACE, EAST, 5)) == 1
    assert library.writer.sweep() == 0


def test_skipped__file_that_was_indexed_no_longer_shows(library: Library) -> None:
    put_file(library, A, "a", ONE)
    skipped = SkippedPath(path=A, reason=Message.of("reason.special"))
    library.writer.record_scan(
        skipped=[skipped, SkippedPath(path=B, reason=Message.of("reason.hidden"))]
    )
    assert rows(library) == {"a.png": Outcome.SKIPPED, "b.png": Outcome.SKIPPED}
    assert library.search(SPACE, EAST, 5) == []


# ---------------------------------------------------------------- what is to be done


def test_sources__once_each_in_order(library: Library) -> None:
    writer = library.writer
    writer.add_sources([A, B], None)
    writer.add_sources([A], None)
    writer.add_sources([A], "trip")
    assert [(s.path, s.collection) for s in writer.sources()] == [
        (A, None),
        (B, None),
        (A, "trip"),
    ]
    assert writer.has_work()
    assert library.counts().pending == 3
    for source in writer.sources():
        writer.finish_source(source.id, [])
    assert not writer.has_work()


def test_record_scan__members_join_the_collection(library: Library) -> None:
    put_file(library, A, "a", ONE)
    ((path, known),) = library.writer.stamps_under(Path("/p")).items()
    assert (path, known.size, known.mtime_ns, known.outcome) == (str(A), 1, 1, Outcome.INDEXED)
    library.writer.record_scan(members=[known.id], collection="trip")
    library.writer.record_scan(members=[known.id], collection="trip")
    assert library.collections() == [("trip", 1)]


def test_stamps_under__not_the_neighbour_with_the_longer_name(library: Library) -> None:
    pending(library, Path("/p/x/a"), Path("/p/x.png"), Path("/p/xy/a"))
    assert [*library.writer.stamps_under(Path("/p/x"))] == ["/p/x/a"]


def test_stale_files__those_without_vectors_in_the_space(library: Library) -> None:
    other = Space(model="other", dimension=4, fingerprint="other")
    put_file(library, A, "a", ONE)
    put_file(library, B, "b", ONE)
    put_file(library, B, "b", ONE, space=other)
    (new,) = pending(library, Path("/p/new"))
    writer = library.writer
    assert [file.path for file in writer.stale_files(other, after=None, limit=9)] == [A]
    assert writer.stale_files(SPACE, after=None, limit=9) == []
    assert len(writer.work(other)) == 2
    assert writer.work(None) == writer.work(SPACE) == [new]


def test_embedded_parts__by_space(library: Library) -> None:
    put_file(library, A, "a", TWO)
    other = Space(model="other", dimension=4, fingerprint="other")
    parts = library.writer.embedded_parts(hash_of("a"), SPACE)
    assert parts == {one.part for one, _ in TWO}
    assert library.writer.embedded_parts(hash_of("a"), other) == frozenset()
    assert not library.writer.is_embedded(hash_of("a"), other)


# ---------------------------------------------------------------- changes of mind


def fail(library: Library, path: Path) -> None:
    (file,) = pending(library, path)
    end = FileEnd(file=file, stamp=stamp(path), content_hash=None, reason=Message.free("broken"))
    library.writer.commit(SPACE, starts={}, parts=[], ends=[end])


def test_retry__all_or_some(library: Library) -> None:
    for path in (A, B, Path("/q/c.png")):
        fail(library, path)
    assert library.writer.retry([Path("/q"), B]) == 2
    assert library.counts().pending == 2
    assert library.writer.retry(None) == 1
    assert library.failures() == []


def test_cancel__puts_everything_back(library: Library) -> None:
    put_file(library, A, "a", ONE)
    put_file(library, B, "a", ONE)
    fail(library, Path("/p/broken"))
    files = pending(library, A, B, Path("/p/broken"), Path("/p/new"), Path("/p/half"))
    library.writer.commit(
        SPACE, starts={files[-1]: hash_of("half"), files[0]: hash_of("a2")}, parts=[], ends=[]
    )
    library.writer.add_sources([Path("/p"), Path("/q")], None)
    first, later = library.writer.sources()
    library.writer.cancel(Message.free("Cancelled."), first.id)
    assert rows(library) == {
        "a.png": Outcome.INDEXED,
        "b.png": Outcome.DUPLICATE,
        "broken": Outcome.FAILED,
        "half": Outcome.FAILED,
    }
    assert reason_of(library, Path("/p/broken")) == "broken"
    assert reason_of(library, Path("/p/half")) == "Cancelled."
    assert library.writer.sources() == [later]
    assert library.counts().pending == 1


def test_sweep__keeps_what_is_about_to_be_shown(library: Library) -> None:
    put_file(library, A, "old", ONE)
    (file,) = pending(library, A)
    starts = {file: hash_of("new")}
    library.writer.commit(SPACE, starts=starts, parts=[part("new")], ends=[])
    assert library.writer.sweep() == 0
    assert len(library.writer.embedded_parts(hash_of("new"), SPACE)) == 1


def test_commit__a_file_does_not_read_the_list_of_all_vectors(library: Library) -> None:
    """With that, the time per file grew with the library: 1 ms at 3,000 items, 20 at 50,000."""
    with library._connection.reading() as conn:
        plan = conn.execute(f"EXPLAIN QUERY PLAN {items._EMBEDDED_PARTS}", (1, "a")).fetchall()
    assert [row[3].split(" USING")[0] for row in plan] == ["SEARCH item", "SEARCH vector"]
    assert "item=? AND space=?" in plan[1][3]
