"""A ``library.db`` that is none of this program: one sentence, and nothing is written."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from qwen3vl_app.cli.main import main
from qwen3vl_app.errors import LibraryError
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables.migrations.m004_checksums import APPLICATION_ID
from qwen3vl_app.store.tables.schema import MIGRATIONS
from tests.store.build import content, put_file, unit


def browser_history(file: Path) -> None:
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.execute("CREATE TABLE urls (id INTEGER PRIMARY KEY, url TEXT, title TEXT)")
        conn.execute("INSERT INTO urls (url, title) VALUES ('http://example.org', 'x')")


def with_a_wal_of_its_own(file: Path) -> None:
    conn = sqlite3.connect(file)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT)")
    conn.commit()
    kept = {path: path.read_bytes() for path in file.parent.glob("library.db*")}
    conn.close()
    for path, data in kept.items():  # as a program leaves it that was killed
        if not path.name.endswith("-shm"):
            path.write_bytes(data)


def migrated_by_another_program(file: Path) -> None:
    database = Database(file)
    database.table("_sqlite_migrations").insert(
        {"migration_set": "library", "name": "m001_books", "applied_at": "2026-01-01"}
    )
    database.table("books").insert({"title": "x"})
    database.close()


def with_our_migrations_and_other_tables(file: Path) -> None:
    database = Database(file)
    for name in ("m001_files_items_vectors", "m002_words_tags_looks", "m003_words_of_sections"):
        row = {"migration_set": "library", "name": name, "applied_at": "2026-01-01"}
        database.table("_sqlite_migrations").insert(row)
    for name in ("item", "file", "vector", "content", "space"):
        database.table(name).insert({"title": "x"})
    database.close()


def with_tables_of_our_names(file: Path) -> None:
    with closing(sqlite3.connect(file)) as conn, conn:
        for name in ("item", "file", "vector", "content", "space", "embedded", "collection"):
            conn.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, path TEXT)")


def with_another_application_id(file: Path) -> None:
    browser_history(file)
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("PRAGMA application_id = 252006675")


def encrypted(file: Path) -> None:
    file.write_bytes(random.Random(1).randbytes(40_960))


def text(file: Path) -> None:
    file.write_text("this is no database\n" * 1000)


def header_only(file: Path) -> None:
    file.write_bytes(b"SQLite format 3\0" + random.Random(2).randbytes(8176))


def cut_in_the_header(file: Path) -> None:
    file.write_bytes(b"SQLite format 3\0\x10\0")


FILES: list[Callable[[Path], None]] = [
    browser_history, with_a_wal_of_its_own, migrated_by_another_program,
    with_our_migrations_and_other_tables, with_tables_of_our_names, with_another_application_id,
    encrypted, text, header_only, cut_in_the_header,
]  # fmt: skip


def folder(file: Path) -> None:
    file.mkdir()


def pipe(file: Path) -> None:
    os.mkfifo(file)


def link_to_a_foreign_file(file: Path) -> None:
    (file.parent.parent / "other").mkdir()
    other = file.parent.parent / "other" / "places.sqlite"
    browser_history(other)
    file.symlink_to(other)


def link_to_nothing(file: Path) -> None:
    file.symlink_to(file.parent / "nowhere.db")


def link_to_a_library(file: Path) -> None:
    other = file.parent.parent / "other"
    Library.open(other).close()
    file.symlink_to(other / "library.db")


OTHER_THINGS: list[Callable[[Path], None]] = [
    folder, pipe, link_to_a_foreign_file, link_to_nothing, link_to_a_library,
]  # fmt: skip


def snapshot(directory: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and not path.name.startswith("writer.")
    }


@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize("make", [*FILES, *OTHER_THINGS])
def test_a_foreign_library_db__one_sentence_and_nothing_is_written(
    tmp_path: Path, make: Callable[[Path], None], writable: bool
) -> None:
    directory = tmp_path / "library"
    directory.mkdir()
    make(directory / "library.db")
    before = snapshot(tmp_path)
    with pytest.raises(LibraryError) as caught:
        Library.open(directory, writable=writable)
    assert "\n" not in str(caught.value)
    assert "not one of this program" in str(caught.value)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("command", [("status",), ("doctor",), ("index", "."), ("search", "fox")])
def test_a_foreign_library_db__every_command_says_it_in_one_line(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    browser_history(tmp_path / "library.db")
    done = CliRunner().invoke(main, ["--library", str(tmp_path), *command], catch_exceptions=False)
    assert done.exit_code == 1
    assert "not one of this program" in done.output


def test_an_empty_file__is_a_new_library_where_nothing_was(tmp_path: Path) -> None:
    (tmp_path / "library.db").touch()
    with Library.open(tmp_path) as library:
        put_file(library, Path("/p/a.png"), "a", [(content(), unit(1, 0, 0, 0))])
    with Library.open(tmp_path, writable=False) as library:
        assert len(library.list_items()) == 1


@pytest.mark.parametrize("writable", [True, False])
def test_an_empty_file__is_a_lost_library_where_thumbnails_are(
    tmp_path: Path, writable: bool
) -> None:
    with Library.open(tmp_path) as library:
        put_file(library, Path("/p/a.png"), "a", [(content(), unit(1, 0, 0, 0))])
    (tmp_path / "library.db").write_bytes(b"")
    with pytest.raises(LibraryError, match=r"empty, 0 bytes.*restore"):
        Library.open(tmp_path, writable=writable)
    assert (tmp_path / "library.db").stat().st_size == 0


def test_a_library_of_an_earlier_version__is_ours_by_its_tables(tmp_path: Path) -> None:
    database = Database(tmp_path / "library.db")
    MIGRATIONS.apply(database, stop_before="m004_checksums")
    assert database.execute("PRAGMA application_id").fetchone() == (0,)
    database.close()
    Library.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "library.db")) as conn:
        assert conn.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
