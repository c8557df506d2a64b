from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qwen3vl_app.errors import (
    LibraryBusyError,
    LibraryError,
    LibraryReadOnlyError,
    UsageError,
)
from qwen3vl_app.store.library import Library
from tests.store.build import SPACE, content, put_file, unit

EAST = unit(1, 0, 0, 0)


def test_open__makes_the_folders(tmp_path: Path) -> None:
    with Library.open(tmp_path / "a" / "b") as library:
        assert library.directory == tmp_path / "a" / "b"
        assert sorted(path.name for path in library.directory.iterdir() if path.is_dir()) == [
            "thumbnails",
            "uploads",
        ]
        assert library.counts().pending == 0


def test_open__relative_path_becomes_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Library.open(Path("mine")) as library:
        assert library.directory == tmp_path / "mine"


def test_open__folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(
        UsageError, match=r"no library and holds other files, such as holiday\.jpg"
    ):
        Library.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_open__hidden_files_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").touch()
    Library.open(tmp_path).close()


def test_open__file_instead_of_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="cannot be made"):
        Library.open(tmp_path / "file" / "library")


def test_open__no_database(tmp_path: Path) -> None:
    (tmp_path / "library.db").write_bytes(b"this is no database at all, not even a little" * 40)
    with pytest.raises(LibraryError, match="is not one of this program"):
        Library.open(tmp_path)


def test_open__read_only_needs_a_library(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no library in"):
        Library.open(tmp_path / "none", writable=False)
    assert not (tmp_path / "none").exists()


def test_open__second_writer_is_told_who(library: Library) -> None:
    with pytest.raises(LibraryBusyError, match=f"written to by process {os.getpid()}; close"):
        Library.open(library.directory)


def test_open__writer_in_another_process(library: Library) -> None:
    code = (
        "import sys; from pathlib import Path; from qwen3vl_app.store.library import Library\n"
        "from qwen3vl_app.errors import LibraryBusyError\n"
        "try: Library.open(Path(sys.argv[1]))\n"
        "except LibraryBusyError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, library.directory], capture_output=True, text=True, check=True
    )
    assert f"process {os.getpid()}" in done.stdout


def test_close__lets_the_next_writer_in(library: Library) -> None:
    library.close()
    with Library.open(library.directory) as again:
        put_file(again, Path("/p/a.png"), "a", [(content(), EAST)])
    assert not (library.directory / "writer.pid").exists()


def test_read_only__sees_what_a_writer_commits(library: Library) -> None:
    with Library.open(library.directory, writable=False) as reader:
        assert reader.search(SPACE, EAST, 5) == []
        put_file(library, Path("/p/a.png"), "a", [(content(), EAST)])
        assert len(reader.search(SPACE, EAST, 5)) == 1
        library.forget([Path("/p/a.png")])
        assert reader.search(SPACE, EAST, 5) == []
        put_file(library, Path("/p/b.png"), "b", [(content(), EAST)])
        assert any("1 files are no longer on disk" in line for line in map(str, reader.check()))


def test_read_only__changes_are_refused(library: Library) -> None:
    with Library.open(library.directory, writable=False) as reader:
        with pytest.raises(LibraryReadOnlyError, match="open for reading only"):
            reader.forget([Path("/p")])
        with pytest.raises(LibraryReadOnlyError), reader._connection.writing():
            pass


def test_read_only__on_a_disk_that_cannot_be_written(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_file(library, Path("/p/a.png"), "a", [(content(), EAST)])
    library.close()
    # Root may write anywhere, so the answer of the operating system is what is replaced.
    monkeypatch.setattr(os, "access", lambda *_: False)
    before = sorted(path.name for path in library.directory.iterdir())
    with Library.open(library.directory, writable=False) as reader:
        assert len(reader.list_items()) == 1
        assert sorted(path.name for path in library.directory.iterdir()) == before


def test_full_disk__is_one_sentence_and_loses_nothing(library: Library) -> None:
    put_file(library, Path("/p/a.png"), "a", [(content(), EAST)])
    with library._connection.reading() as conn:
        (pages,) = conn.execute("PRAGMA page_count").fetchone()
        conn.execute(f"PRAGMA max_page_count = {pages + 2}")
    long = content(text="word " * 20_000)
    with pytest.raises(LibraryError, match=r"on a full disk.*free some space"):
        put_file(library, Path("/p/b.png"), "b", [(long, EAST)])
    assert len(library.search(SPACE, EAST, 5)) == 1
    with library._connection.reading() as conn:
        conn.execute(f"PRAGMA max_page_count = {2**30}")
    put_file(library, Path("/p/b.png"), "b", [(long, EAST)])
    assert len(library.search(SPACE, EAST, 5)) == 2
    library.close()


def test_thumbnails__full_or_missing_disk(library: Library) -> None:
    library.thumbnails.rmdir()
    with pytest.raises(LibraryError, match="thumbnail cannot be written"):
        put_file(library, Path("/p/a.png"), "a", [(content(), EAST)])
    assert library.counts().pending == 1
