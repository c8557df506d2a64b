from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from qwen3vl_app.errors import LibraryBusyError, LibraryError, LibraryTooNewError, UsageError
from qwen3vl_app.store import backups
from qwen3vl_app.store.backups import Backups, list_backups, look
from qwen3vl_app.store.keeping import Keeper
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.restoring import restore
from tests.store.build import content, put_file, unit

EAST = unit(1, 0, 0, 0)


def put(library: Library, *names: str) -> None:
    for name in names:
        put_file(library, Path(f"/p/{name}"), name, [(content(text=f"word {name}"), EAST)])


def names(directory: Path) -> list[str]:
    with Library.open(directory, writable=False) as library:
        return sorted(item.path.name for item in library.list_items())


def age(directory: Path, days: float) -> None:
    """Let all backups be older than they are."""
    for backup in list_backups(directory):
        made = backup.file.stat().st_mtime - days * 86_400
        os.utime(backup.file, (made, made))


def test_make__a_whole_copy_with_what_was_just_committed(library: Library) -> None:
    put(library, "a", "b")
    backup = Backups(library.directory).make()
    assert backup is not None
    damage, contents = look(backup.file)
    assert not damage
    assert (contents.items, contents.files) == (2, 2)
    assert [path.name for path in backup.file.parent.iterdir()] == [backup.file.name]
    put(library, "c")
    assert library.trouble() is None


def test_make__the_last_three_are_kept(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library, "a")
    made = Backups(library.directory)
    for day in range(5):
        file = made.make().file
        file.rename(file.with_name(f"library.db.2026010{day}T000000Z"))
    newest = made.make().file.name
    found = [backup.file.name for backup in list_backups(library.directory)]
    assert found == [newest, "library.db.20260104T000000Z", "library.db.20260103T000000Z"]


def test_is_due__after_a_day_in_which_something_has_changed(library: Library) -> None:
    made = Backups(library.directory)
    put(library, "a")
    assert made.is_due()
    made.make()
    put(library, "b")
    assert not made.is_due()
    age(library.directory, 2)
    assert made.is_due()


def test_is_due__not_where_nothing_has_changed(library: Library) -> None:
    put(library, "a")
    made = Backups(library.directory, every=0)
    made.make()
    for file in library.directory.glob("library.db*"):
        os.utime(file, (1, 1))
    assert not made.is_due()


def test_make__without_room_nothing_is_made_and_one_line_says_so(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(backups, "HEADROOM", 2**60)
    assert Backups(library.directory).make() is None
    assert list_backups(library.directory) == []
    (said,) = caplog.messages
    assert "--no-backup" in str(said)


def test_keeper__says_why_no_backup_was_made_until_one_is(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(library, "a")
    keeper = Keeper(library, backups=True)
    assert list(keeper.notices) == []
    with monkeypatch.context() as full:
        full.setattr(backups, "HEADROOM", 2**60)
        keeper.make_if_due()
    (said,) = keeper.notices
    assert str(said).startswith("No backup of the library was made (it takes ")
    assert "--no-backup" in str(said)
    with monkeypatch.context() as refused:
        refused.setattr("os.replace", _refusing)
        keeper.make_if_due()
    assert str(keeper.notices[0]).startswith(
        "No backup of the library was made (Permission denied);"
    )
    keeper.make_if_due()
    assert list(keeper.notices) == []
    assert len(list_backups(library.directory)) == 1
    assert Keeper(library, backups=False).notices == ()


def _refusing(_from: object, _to: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_make__of_a_damaged_library_takes_no_older_one_away(library: Library) -> None:
    put(library, "a")
    made = Backups(library.directory)
    first = made.make()
    with library._connection.writing() as conn:
        conn.execute("DROP TRIGGER item_checksum_update")
        conn.execute("UPDATE item SET text = 'another text'")
    assert made.make() is None
    assert "(the library is damaged: " in str(made.failure)
    assert [one.file for one in list_backups(library.directory)] == [first.file]


def test_make__commits_go_on_meanwhile(library: Library) -> None:
    put(library, *(f"{n}" for n in range(30)))
    made = Backups(library.directory)
    thread = threading.Thread(target=made.make)
    thread.start()
    put(library, *(f"later {n}" for n in range(30)))
    thread.join(timeout=60)
    (backup,) = list_backups(library.directory)
    assert not look(backup.file)[0]
    assert len(library.list_items()) == 60


def test_stop__nothing_is_left_of_it(library: Library) -> None:
    put(library, "a")
    made = Backups(library.directory)
    made.stop()
    assert made.make() is None
    assert [*(library.directory / "backups").iterdir()] == []


def test_keeper__makes_one_in_the_background_and_ends(library: Library) -> None:
    put(library, "a")
    keeper = Keeper(library, backups=True, delay=0)
    keeper.start()
    deadline = threading.Event()
    for _ in range(600):
        if list_backups(library.directory):
            break
        deadline.wait(0.1)
    keeper.close()
    assert len(list_backups(library.directory)) == 1


def test_keeper__turned_off_makes_none(library: Library) -> None:
    keeper = Keeper(library, backups=False, delay=0)
    keeper.make_if_due()
    keeper.start()
    keeper.close()
    assert list_backups(library.directory) == []


# ---------------------------------------------------------------- restore


@pytest.fixture
def backed_up(library: Library) -> Path:
    """A library with a backup of a and b, to which c was added since."""
    put(library, "a", "b")
    Backups(library.directory).make()
    put(library, "c")
    library.close()
    return library.directory


def test_restore__the_newest_backup_and_keeps_what_was_there(backed_up: Path) -> None:
    done = restore(backed_up)
    assert (done.contents.items, done.contents.files) == (2, 2)
    assert names(backed_up) == ["a", "b"]
    aside = backed_up / done.aside
    with closing(sqlite3.connect(f"{aside.as_uri()}?mode=ro", uri=True)) as conn:
        assert conn.execute("SELECT count(*) FROM item").fetchone() == (3,)


def test_restore__and_back_again_by_the_name_it_was_kept_under(backed_up: Path) -> None:
    done = restore(backed_up)
    restore(backed_up, backed_up / done.aside)
    assert names(backed_up) == ["a", "b", "c"]


def test_restore__beside_the_wal_of_a_killed_program(backed_up: Path) -> None:
    with Library.open(backed_up) as library:
        put(library, *(f"{n}" for n in range(50)))
        kept = {path: path.read_bytes() for path in backed_up.glob("library.db*")}
    for path, data in kept.items():
        path.write_bytes(data)
    done = restore(backed_up)
    assert not [*backed_up.glob("library.db-*")]
    assert names(backed_up) == ["a", "b"]
    aside = backed_up / done.aside
    assert aside.with_name(f"{aside.name}-wal").exists()
    with closing(sqlite3.connect(aside)) as conn:
        assert conn.execute("SELECT count(*) FROM item").fetchone() == (53,)


def test_restore__a_copy_with_a_wal_of_its_own_takes_its_changes(
    backed_up: Path, tmp_path: Path
) -> None:
    with Library.open(backed_up) as library:
        put(library, "d")
        for suffix in ("", "-wal"):
            copy = tmp_path / f"copy.db{suffix}"
            copy.write_bytes((backed_up / f"library.db{suffix}").read_bytes())
    before = {path.name: path.read_bytes() for path in tmp_path.glob("copy.db*")}
    assert restore(backed_up, tmp_path / "copy.db").contents.items == 4
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


def test_restore__where_library_db_was_deleted(backed_up: Path) -> None:
    (backed_up / "library.db").unlink()
    assert restore(backed_up).aside == ""
    assert names(backed_up) == ["a", "b"]


def test_restore__passes_over_a_damaged_backup(backed_up: Path) -> None:
    (whole,) = list_backups(backed_up)
    newer = whole.file.with_name("library.db.29990101T000000Z")
    data = whole.file.read_bytes()
    newer.write_bytes(data.replace(b"word a", b"w\0rd a"))
    assert restore(backed_up).source == whole.file


@pytest.mark.parametrize("damage", ["cut", "noise", "letter", "empty", "foreign"])
def test_restore__a_copy_that_is_not_whole_changes_nothing(
    backed_up: Path, tmp_path: Path, damage: str
) -> None:
    copy = tmp_path / "copy.db"
    data = list_backups(backed_up)[0].file.read_bytes()
    if damage == "foreign":
        with closing(sqlite3.connect(copy)) as conn, conn:
            conn.execute("CREATE TABLE urls (id INTEGER PRIMARY KEY)")
    else:
        copy.write_bytes(
            {
                "cut": data[: len(data) // 2],
                "noise": bytes(range(256)) * 100,
                "letter": data.replace(b"word a", b"w\0rd a"),
                "empty": b"",
            }[damage]
        )
    with pytest.raises(LibraryError) as caught:
        restore(backed_up, copy)
    assert "\n" not in str(caught.value)
    assert names(backed_up) == ["a", "b", "c"]
    assert not [*backed_up.glob("library.db.*")]


def test_restore__a_newer_copy_is_refused(backed_up: Path) -> None:
    (backup,) = list_backups(backed_up)
    with closing(sqlite3.connect(backup.file)) as conn, conn:
        conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('library', 'm999_holograms', '2030-01-01')"
        )
    with pytest.raises(LibraryTooNewError, match="m999_holograms"):
        restore(backed_up, backup.file)


def test_restore__not_while_a_program_writes(backed_up: Path) -> None:
    with Library.open(backed_up), pytest.raises(LibraryBusyError):
        restore(backed_up)


def test_restore__says_what_is_missing(tmp_path: Path, backed_up: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        restore(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="no file"):
        restore(backed_up, Path("nothing.db"))
    with pytest.raises(UsageError, match="library itself"):
        restore(backed_up, backed_up / "library.db")
    for backup in list_backups(backed_up):
        backup.file.unlink()
    with pytest.raises(UsageError, match="no backup"):
        restore(backed_up)
