from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from qwen3vl_app.errors import LibraryError, LibraryTooNewError
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.schema import MIGRATIONS
from tests.store.build import SPACE, content, put_file, unit

NAMES = [migration.name for migration in MIGRATIONS.pending(Database(memory=True))]


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


def test_migrate__every_table_is_strict_and_checks_its_references(library: Library) -> None:
    with library._connection.reading() as conn:
        tables = conn.execute(
            "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
            "AND name NOT LIKE '\\_sqlite%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        ).fetchall()
        assert len(tables) == 9
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
