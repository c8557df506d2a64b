"""The index on disk: opened without reading vectors, and never trusted where it may be wrong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from qwen3vl_app.index import snapshot
from qwen3vl_app.index.formats import StorageSetting, VectorFormat
from qwen3vl_app.store import index_sync
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables.storage_setting import write_storage
from tests.store.build import content, put_file
from tests.store.fill import WIDE, directions, fill

COUNT = 300
VECTORS = directions(COUNT)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_sync, "KEPT_ITEMS", 1)
    monkeypatch.setattr(index_sync, "SAVE_ROWS", 8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed library of 300 items with its index on disk."""
    with Library.open(tmp_path / "library") as library:
        fill(library, VECTORS)
        library._spaces.of(WIDE)
    return tmp_path / "library"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many vectors were read from SQLite to bring the index up to date."""
    seen: list[int] = []
    plain = index_sync.SpaceIndex._read

    def counted(self: index_sync.SpaceIndex, conn, row: int, ids) -> None:
        seen.append(len(ids))
        plain(self, conn, row, ids)

    monkeypatch.setattr(index_sync.SpaceIndex, "_read", counted)
    return seen


def files(folder: Path, ending: str = "*") -> list[Path]:
    return sorted((folder / "index").glob(f"*.{ending}"))


def agrees(library: Library, vectors: np.ndarray = VECTORS, gone: tuple[int, ...] = ()) -> bool:
    """Whether every search finds what a plain product of all vectors finds."""
    stay = np.array([n for n in range(len(vectors)) if n + 1 not in gone])
    for query in directions(5, seed=1):
        found = library.search(WIDE, query, 10)
        products = vectors[stay] @ query
        expected = stay[np.lexsort((stay, -products))[:10]] + 1
        if [hit.item_id for hit in found] != expected.tolist():
            return False
    return library._spaces.of(WIDE).ids().tolist() == (stay + 1).tolist()


def on_disk(library: Library) -> index_sync.SpaceIndex:
    index = library._spaces.of(WIDE)
    assert isinstance(index, index_sync.SpaceIndex)
    return index


def test_use__index_on_disk_spares_reading(folder: Path, reads: list[int]) -> None:
    assert [path.suffix for path in files(folder)] == [".rows", ".head"]
    assert files(folder, "rows")[0].stat().st_size == VECTORS.nbytes
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert reads == []
        assert agrees(library)


def test_use__small_library_has_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_sync, "KEPT_ITEMS", COUNT + 1)
    with Library.open(tmp_path / "library") as library:
        fill(library, VECTORS)
        library._spaces.of(WIDE)
        assert agrees(library)
    assert not (tmp_path / "library" / "index").exists()


def test_use__files_are_deleted_by_hand(folder: Path, reads: list[int]) -> None:
    shutil.rmtree(folder / "index")
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert (reads, agrees(library)) == ([COUNT], True)
    assert len(files(folder)) == 2


def test_use__changes_that_the_index_has_not_seen(folder: Path, reads: list[int]) -> None:
    """Whatever the statement, the triggers of the schema leave a trace."""
    changed = VECTORS.copy()
    changed[6] = directions(1, seed=9)[0]
    with Library.open(folder) as library:
        with library._connection.writing() as conn:
            conn.execute("DELETE FROM item WHERE id = 5")
            conn.execute("UPDATE file SET content = NULL WHERE content = 'c9'")
            conn.execute("DELETE FROM file WHERE content = 'c11'")
            conn.execute(
                "INSERT OR REPLACE INTO vector (item, space, value, stamp) "
                "VALUES (7, 1, ?, random())",
                (changed[6].tobytes(),),
            )
        library._spaces.of(WIDE)
        assert reads == [1]
        assert agrees(library, changed, gone=(5, 9, 11))
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert agrees(library, changed, gone=(5, 9, 11))
    assert reads == [1]


def test_use__database_was_put_back_from_a_copy(folder: Path) -> None:
    """The index then knows more than the library, and must forget it."""
    shutil.copy(folder / "library.db", folder / "copy")
    more = directions(COUNT + 40, seed=0)
    with Library.open(folder) as library:
        fill(library, more[COUNT:], first=COUNT + 1)
        library._spaces.of(WIDE)
        assert len(library._spaces.of(WIDE).ids()) == COUNT + 40
    for name in ("library.db-wal", "library.db-shm"):
        (folder / name).unlink(missing_ok=True)
    (folder / "copy").replace(folder / "library.db")
    other = directions(40, seed=5)
    with Library.open(folder) as library:
        fill(library, other, first=COUNT + 1)  # the same ids, other vectors
        library._spaces.of(WIDE)
        assert agrees(library, np.concatenate([VECTORS, other]))


def test_use__rows_behind_the_end_are_cut_off(folder: Path, reads: list[int]) -> None:
    """What was being appended when the program ended."""
    rows = files(folder, "rows")[0]
    with rows.open("ab") as file:
        file.write(b"\xff" * 1000)
    more = np.concatenate([VECTORS, directions(20, seed=3)])
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert (reads, agrees(library)) == ([], True)
        fill(library, more[COUNT:], first=COUNT + 1)
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert agrees(library, more)
    assert rows.stat().st_size == more.nbytes
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert (reads, agrees(library, more)) == ([20], True)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: flip(files(folder, "head")[0], 40),
        lambda folder: flip(files(folder, "head")[0], -9),
        lambda folder: flip(files(folder, "head")[0], 0),
        lambda folder: files(folder, "head")[0].write_bytes(b""),
        lambda folder: os.truncate(files(folder, "rows")[0], VECTORS.nbytes - 1),
        lambda folder: files(folder, "rows")[0].write_bytes(bytes(VECTORS.nbytes)),
        lambda folder: files(folder, "rows")[0].unlink(),
    ],
)
def test_use__damaged_files_are_built_anew(folder: Path, reads: list[int], damage) -> None:
    damage(folder)
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert (reads, agrees(library)) == ([COUNT], True)
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert (reads, agrees(library)) == ([COUNT], True)
    assert len(files(folder)) == 2


def test_check__finds_a_single_damaged_vector(folder: Path) -> None:
    """More than the look at some rows at every opening would notice."""
    flip(files(folder, "rows")[0], 250 * 256 + 3)
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert "1 vectors of the search index are damaged" in " ".join(map(str, library.check()))
    shutil.rmtree(folder / "index")
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert "damaged" not in " ".join(map(str, library.check()))


def test_use__mapped_rows_answer_as_read_ones_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "_READ_BYTES", 0)
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert agrees(library)
        library.forget([Path("/p/3.png")])
        assert agrees(library, gone=(3,))
        picture = [(content(), VECTORS[2])]
        put_file(library, Path("/q/new.png"), "new", picture, space=WIDE)
        assert [hit.item_id for hit in library.search(WIDE, VECTORS[2], 1)] == [COUNT + 1]
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert [hit.item_id for hit in library.search(WIDE, VECTORS[2], 1)] == [COUNT + 1]


def test_use__files_of_another_library(folder: Path, tmp_path: Path, reads: list[int]) -> None:
    others = directions(COUNT, seed=7)
    with Library.open(tmp_path / "other") as library:
        fill(library, others)
        library._spaces.of(WIDE)
    shutil.rmtree(folder / "index")
    shutil.copytree(tmp_path / "other" / "index", folder / "index")
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert agrees(library)


def test_commit__is_appended(folder: Path, reads: list[int]) -> None:
    vectors = list(VECTORS)
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        for number in range(30):
            vectors.append(directions(1, seed=100 + number)[0])
            picture = [(content(), vectors[-1])]
            put_file(library, Path(f"/q/{number}.png"), f"q{number}", picture, space=WIDE)
        assert agrees(library, np.array(vectors))
        # All but the last few stand on disk already, should the program be killed now.
        assert files(folder, "rows")[0].stat().st_size / VECTORS[0].nbytes >= COUNT + 24
    reads.clear()
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert (reads, agrees(library, np.array(vectors))) == ([], True)


def test_forget__many_removed_rows_are_written_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch, reads: list[int]
) -> None:
    monkeypatch.setattr(snapshot, "_REMOVED", 10)
    before = files(folder, "rows")
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        library.forget([Path(f"/p/{n}.png") for n in range(1, 101)])
        assert agrees(library, gone=tuple(range(1, 101)))
    after = files(folder, "rows")
    assert (len(after), after == before) == (1, False)
    assert after[0].stat().st_size == 200 * VECTORS[0].nbytes
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert agrees(library, gone=tuple(range(1, 101)))
    assert sum(reads) == 0


def test_read_only__uses_the_files_and_leaves_them(folder: Path, reads: list[int]) -> None:
    before = {path: path.stat().st_mtime_ns for path in files(folder)}
    with Library.open(folder, writable=False) as reader, Library.open(folder) as library:
        reader._spaces.of(WIDE)
        assert (reads, agrees(reader)) == ([], True)
        library._spaces.of(WIDE)
        library.forget([Path(f"/p/{n}.png") for n in range(1, 290)])
        assert agrees(reader, gone=tuple(range(1, 290)))
        library.close()  # which writes the rows anew, while the reader has the old ones mapped
        assert agrees(reader, gone=tuple(range(1, 290)))
    after = {path: path.stat().st_mtime_ns for path in files(folder)}
    assert after != before
    with Library.open(folder, writable=False) as reader:
        reader._spaces.of(WIDE)
    assert {path: path.stat().st_mtime_ns for path in files(folder)} == after


def test_save__disk_that_refuses_costs_nothing_but_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(folder / "index")
    (folder / "index").write_text("a file where the folder should be")
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert agrees(library)
    assert "not kept on disk" in caplog.text


@pytest.mark.parametrize("form", list(VectorFormat))
@pytest.mark.parametrize("dimension", [None, 32])
def test_setting__every_format_finds_the_same_or_nearly(
    folder: Path, form: VectorFormat, dimension: int | None, reads: list[int]
) -> None:
    with Library.open(folder) as library:
        with library._connection.writing() as conn:
            write_storage(conn, StorageSetting(dimension=dimension, format=form))
        library._spaces.of(WIDE)
        assert len(library.search(WIDE, VECTORS[0], 1000)) == COUNT
        first = [hit.item_id for hit in library.search(WIDE, VECTORS[7], 10)]
        assert first[0] == 8
        assert library.search(WIDE, VECTORS[7], 1)[0].similarity == pytest.approx(1, abs=0.01)
    reads.clear()
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert [hit.item_id for hit in library.search(WIDE, VECTORS[7], 10)] == first
        assert reads == []


def test_codes__come_with_the_size_and_are_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, reads: list[int]
) -> None:
    monkeypatch.setattr(index_sync, "FLAT_ITEMS", 310)
    more = directions(COUNT + 50)
    more[:COUNT] = VECTORS
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert (
            str(library._spaces.of(WIDE).describe())
        ) == "300 items, 64 dimensions as float32; search over every vector, exact"
        fill(library, more[COUNT:], first=COUNT + 1)
        library._spaces.of(WIDE).refresh()
        on_disk(library)._version = -1
        library._spaces.of(WIDE).refresh()
        assert "search over 1-bit codes, candidates scored exactly" in str(
            library._spaces.of(WIDE).describe()
        )
        assert agrees(library, more)
    reads.clear()
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        codes = on_disk(library)._index.codes
        assert codes is not None
        assert len(codes) == COUNT + 50
        library.forget([Path("/p/3.png")])
        assert agrees(library, more, gone=(3,))
        with library._connection.writing() as conn:
            write_storage(conn, StorageSetting(exact=True))
    for _ in range(2):
        with Library.open(folder) as library:
            library._spaces.of(WIDE)
            assert "search over 8-bit codes, exact" in str(library._spaces.of(WIDE).describe())
            assert agrees(library, more, gone=(3,))
    assert len(files(folder, "codes")) == 1
    flip(files(folder, "codes")[0], 100)
    with Library.open(folder) as library:
        library._spaces.of(WIDE)
        assert agrees(library, more, gone=(3,))
    assert [n for n in reads if n] == [COUNT + 49]


KILLED = """
import sys, itertools
from pathlib import Path
import numpy as np
from qwen3vl_app.index import snapshot
from qwen3vl_app.store import index_sync
from qwen3vl_app.store.library import Library
from tests.store.build import content, put_file
from tests.store.fill import WIDE, directions

index_sync.KEPT_ITEMS, index_sync.SAVE_ROWS, snapshot._REMOVED = 1, 3, 5
with Library.open(Path(sys.argv[1])) as library:
    library._spaces.of(WIDE)
    print("ready", flush=True)
    for n in itertools.count(int(sys.argv[2])):
        put_file(library, Path(f"/k/{n}.png"), f"k{n}", [(content(), directions(1, seed=n)[0])],
                 space=WIDE)
        if n % 3 == 0:
            library.forget([Path(f"/k/{n - 2}.png")])
"""


def test_kill__index_and_library_agree_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    random = np.random.default_rng(0)
    for turn in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder), str(1000 * turn)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.1 + 0.2 * random.random())
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        with Library.open(folder) as library:
            library._spaces.of(WIDE)
            assert [line for line in map(str, library.check(WIDE)) if "disagrees" in line] == []
            index = on_disk(library)
            drawn = index.ids().tolist()
            assert index._index.ids().tolist() == drawn
            assert index.damaged(library._connection._db.conn) == 0
    assert len(drawn) > 20
