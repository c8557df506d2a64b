from __future__ import annotations

import pkgutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from qwen3vl_app.errors import LibraryError, LibraryTooNewError
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables import migrations
from qwen3vl_app.store.tables.schema import MIGRATIONS
from qwen3vl_app.types import ExactWords
from tests.store.build import SPACE, content, put_file, unit

with closing(Database(memory=True)) as empty:
    NAMES = [migration.name for migration in MIGRATIONS.pending(empty)]


def test_migrations__are_the_files_in_their_order() -> None:
    assert [module.name for module in pkgutil.iter_modules(migrations.__path__)] == NAMES


@pytest.mark.parametrize("stop", range(len(NAMES)))
def test_migrate__from_every_earlier_version_without_rows(tmp_path: Path, stop: int) -> None:
    database = Database(tmp_path / "library.db")
    MIGRATIONS.apply(database, stop_before=NAMES[stop])
    database.close()
    with Library.open(tmp_path) as library:
        put_file(library, Path("/p/a.png"), "a", [(content(), unit(1, 0, 0, 0))])
        assert len(library.list_items()) == 1


def test_migrate__with_rows_changes_none(library: Library) -> None:
    put_file(library, Path("/p/a.png"), "a", [(content(), unit(1, 0, 0, 0))])
    before = library.list_items()
    library.close()
    with Library.open(library.directory) as again:
        assert again.list_items() == before


def rows_of_schema_1(database: Database) -> None:
    """A passage, a photo under two names, and an item that no file has any more."""
    for name in "abc":
        database.table("content").insert({"hash": name * 32})
    for path, name in (("/p/a b.txt", "a"), ("/p/红色.png", "b"), ("/q/copy.png", "b")):
        row = {"path": path.encode(), "size": 1, "mtime_ns": 1, "content": name * 32}
        database.table("file").insert(
            {**row, "outcome": "indexed", "updated": "2026-01-01T00:00:00Z"}
        )
    for name, kind, text in (
        ("a", "passage", "Ein Fuchs, 狐狸."),
        ("b", "picture", ""),
        ("c", "picture", ""),
    ):
        row = {"content": name * 32, "ordinal": 0, "kind": kind, "text": text}
        database.table("item").insert({**row, "thumbnail": "t", "width": 4, "height": 3})


def test_migrate__from_schema_1_with_rows_finds_their_words(tmp_path: Path) -> None:
    database = Database(tmp_path / "library.db")
    MIGRATIONS.apply(database, stop_before=NAMES[1])
    rows_of_schema_1(database)
    database.close()
    with Library.open(tmp_path) as library:
        photo, note = library.list_items()
        assert (note.text, note.phash, note.taken) == ("Ein Fuchs, 狐狸.", None, "")
        with library._connection.reading() as conn:
            assert conn.execute("SELECT * FROM wording ORDER BY item").fetchall() == [
                (note.id, "ein fuchs, 狐 狸 .", "/p/a b.txt"),
                (photo.id, "", "/p/ 红 色 .png\n/q/copy.png"),
            ]
            found = conn.execute("SELECT rowid FROM whole_word WHERE whole_word MATCH '\"狐 狸\"'")
            assert found.fetchall() == [(note.id,)]


def test_migrate__from_schema_2_with_rows_finds_sheets_by_name(tmp_path: Path) -> None:
    database = Database(tmp_path / "library.db")
    MIGRATIONS.apply(database, stop_before=NAMES[1])
    rows_of_schema_1(database)
    MIGRATIONS.apply(database, stop_before=NAMES[2])
    database.execute("UPDATE item SET section = 'Sheet Budget 2024' WHERE id = 1")
    database.conn.commit()
    database.close()
    with Library.open(tmp_path) as library:
        assert library.notices == ()
        (found,) = library.find_words(ExactWords.read('"Budget 2024"')).found
        assert found == 1


def test_migrate__from_schema_1_with_rows_finds_words_however_they_are_written(
    tmp_path: Path,
) -> None:
    database = Database(tmp_path / "library.db")
    MIGRATIONS.apply(database, stop_before=NAMES[1])
    rows_of_schema_1(database)
    database.execute("UPDATE item SET text = ? WHERE id = 1", ("Stra\u00dfe, Fo\u0308rster",))
    database.conn.commit()
    database.close()
    with Library.open(tmp_path) as library:
        for asked in ("STRASSE", "f\u00f6rster", "fo\u0308rst"):
            (found,) = library.items(library.find_words(ExactWords.read(asked)).found).values()
            assert found.text == "Stra\u00dfe, F\u00f6rster"


def test_migrate__in_two_steps_or_one_gives_the_same_tables(tmp_path: Path) -> None:
    sql = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
    tables = []
    for stop in ([], NAMES[1:]):
        database = Database(tmp_path / f"{len(stop)}.db")
        for name in stop:
            MIGRATIONS.apply(database, stop_before=name)
        MIGRATIONS.apply(database)
        tables.append(database.execute(sql).fetchall())
        database.close()
    assert tables[0] == tables[1]


def test_migrate__every_table_is_strict_and_checks_its_references(library: Library) -> None:
    with library._connection.reading() as conn:
        tables = conn.execute(
            "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
            "AND name NOT LIKE '\\_sqlite%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ).fetchall()
        assert len(tables) == 33
        assert all(strict for _, strict in tables)
        assert conn.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):  # noqa: SIM117
        with library._connection.writing() as conn:
            conn.execute("INSERT INTO collection_file VALUES (1, 1)")


@pytest.mark.parametrize("writable", [True, False])
def test_migrate__newer_library_is_refused(library: Library, writable: bool) -> None:
    put_file(library, Path("/p/a.png"), "a", [(content(), unit(1, 0, 0, 0))])
    with library._connection.writing() as conn:
        conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('library', 'm999_holograms', '2030-01-01')"
        )
    library.close()
    size = (library.directory / "library.db").stat().st_size
    with pytest.raises(LibraryTooNewError, match=r"newer version .*m999_holograms.*update"):
        Library.open(library.directory, writable=writable)
    assert (library.directory / "library.db").stat().st_size == size


def test_migrate__older_library_is_not_opened_for_reading(tmp_path: Path) -> None:
    Database(tmp_path / "library.db").close()
    (tmp_path / "library.db").touch()
    with pytest.raises(LibraryError, match="older version"):
        Library.open(tmp_path, writable=False)


def test_space__one_row_however_often_used(library: Library) -> None:
    for name in "ab":
        put_file(library, Path(f"/p/{name}.png"), name, [(content(), unit(1, 0, 0, 0))])
    assert library.spaces() == [(SPACE, 2)]
