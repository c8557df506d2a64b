from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.errors import LibraryReadOnlyError, UsageError
from qwen3vl_app.index.formats import StorageSetting, VectorFormat
from qwen3vl_app.store import index_sync
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables.vectors import put_space
from qwen3vl_app.types import Space
from tests.store.fill import WIDE, directions, fill

COUNT = 400
VECTORS = directions(COUNT)


@pytest.fixture
def filled(library: Library) -> Library:
    fill(library, VECTORS)
    return library


def test_measure__full_size_finds_everything(filled: Library) -> None:
    options = filled.storage.measure(WIDE)
    by = {(option.dimension, option.setting.format.value): option for option in options}
    assert len(by) == len(options) == 8  # 64 and 32 dimensions; a quarter would be too few
    full = by[64, "float32"]
    assert (full.recall, full.current, full.measured) == (1, True, COUNT)
    assert (full.memory_bytes, full.disk_bytes) == (COUNT * 256, COUNT * 256)
    assert by[64, "float16"].disk_bytes == COUNT * 128
    assert by[32, "int8"].memory_bytes == COUNT * 36
    assert by[64, "binary"].memory_bytes == COUNT * 16
    assert by[64, "float16"].recall >= 0.99
    assert 0.2 < by[32, "binary"].recall <= by[64, "binary"].recall
    assert sum(option.current for option in options) == 1


def test_measure__too_few(library: Library) -> None:
    fill(library, VECTORS[:10])
    with pytest.raises(UsageError, match="Only 10 items have a vector"):
        library.storage.measure(WIDE)
    with pytest.raises(UsageError, match="Only 0 items"):
        library.storage.measure(Space(model="other", dimension=4, fingerprint="none"))


def test_apply__changes_the_index_and_stays(
    filled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_sync, "KEPT_ITEMS", 1)
    setting = StorageSetting(dimension=32, format=VectorFormat.INT8)
    filled.storage.apply(StorageSetting(format=VectorFormat.FLOAT16))
    filled.storage.apply(setting)
    assert filled.storage.setting() == setting
    assert "400 items, 32 dimensions as int8" in str(filled.storage.describe())
    assert filled.search(WIDE, VECTORS[3], 1)[0].item_id == 4
    files = sorted((filled.directory / "index").iterdir())
    assert [path.suffix for path in files] == [".rows", ".head"]
    assert files[0].stat().st_size == COUNT * 36
    filled.close()
    with Library.open(filled.directory) as again:
        assert "32 dimensions as int8" in str(again.storage.describe())
        again.storage.apply(StorageSetting())
        assert again.search(WIDE, VECTORS[3], 1)[0].similarity == pytest.approx(1, abs=1e-6)


def test_apply__read_only(filled: Library) -> None:
    with Library.open(filled.directory, writable=False) as reader:
        assert reader.storage.setting() == StorageSetting()
        with pytest.raises(LibraryReadOnlyError):
            reader.storage.apply(StorageSetting(format=VectorFormat.INT8))
        with pytest.raises(LibraryReadOnlyError):
            reader.storage.drop_spaces(["x"])


def test_drop_spaces__frees_the_bytes(filled: Library) -> None:
    old = Space(model="old", dimension=64, fingerprint="old-64")
    with filled._connection.writing() as conn:
        put_space(conn, old)
        conn.execute("INSERT INTO vector (item, space, value) SELECT item, 2, value FROM vector")
    (found,) = filled.storage.old_spaces([WIDE])
    assert (found.space, found.vectors, found.bytes) == (old, COUNT, COUNT * 256)
    assert filled.storage.old_spaces([WIDE, old]) == []
    with pytest.raises(UsageError, match="being searched"):
        filled.storage.drop_spaces(["test-64"], [WIDE])
    with filled._connection.reading() as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = Path(filled.directory / "library.db").stat().st_size

    assert filled.storage.drop_spaces(["old-64", "never-was"]) == COUNT * 256

    with filled._connection.reading() as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert before - Path(filled.directory / "library.db").stat().st_size > 0.8 * COUNT * 256
    assert [space for space, _ in filled.spaces()] == [WIDE]
    assert len(filled.search(WIDE, VECTORS[0], COUNT)) == COUNT
    assert not any("damage" in line or "disagrees" in line for line in map(str, filled.check()))
