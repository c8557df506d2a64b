from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qwen3vl_app.store.backups import list_backups
from qwen3vl_app.store.library import Library
from tests.cli.conftest import Program
from tests.store.build import content, put_file, unit


@pytest.fixture
def filled(program: Program) -> Program:
    with Library.open(program.library) as library:
        for name in "ab":
            put_file(library, Path(f"/p/{name}"), name, [(content(), unit(1, 0, 0, 0))])
    return program


def backed_up(program: Program) -> Path:
    """As the page's program makes it after a while."""
    from qwen3vl_app.store.backups import Backups

    with Library.open(program.library):
        return Backups(program.library).make().file


def test_restore__without_a_backup_says_so(filled: Program) -> None:
    done = filled.run("restore")
    assert (done.exit_code, "no backup" in done.stderr) == (2, True)
    assert "no backups" in filled.run("restore", "--list").stdout
    assert filled.json("restore", "--list") == {"backups": []}
    assert filled.in_chinese("restore", "--list") == ["没有备份；请指定一份 library.db 的副本。"]


def test_restore__list_says_what_is_in_each_and_whether_it_is_whole(filled: Program) -> None:
    whole = backed_up(filled)
    damaged = whole.with_name("library.db.20250101T000000Z")
    damaged.write_bytes(whole.read_bytes()[:5000])
    first, second = filled.json("restore", "--list")["backups"]
    assert (first["name"], first["items"], first["files"], first["damage"]) == (
        whole.name,
        2,
        2,
        "",
    )
    assert second["damage"]
    said = filled.run("restore", "--list").stdout.splitlines()
    assert "2 items of 2 files" in said[0]
    assert said[0].endswith("whole")
    assert "damaged" in said[1]
    first_said, second_said = filled.in_chinese("restore", "--list")
    assert "2 个文件的 2 个条目" in first_said
    assert first_said.endswith("完好")
    assert "已损坏：" in second_said


def test_restore__a_damaged_library(filled: Program) -> None:
    backed_up(filled)
    (filled.library / "library.db").write_bytes(b"\0" * 9000)
    failed = filled.run("status")
    assert failed.exit_code == 1
    done = filled.json("restore")
    assert (done["items"], done["files"]) == (2, 2)
    assert (filled.library / done["moved_aside"]).read_bytes() == b"\0" * 9000
    assert filled.json("status")["items"]["picture"] == 2


def test_restore__a_file_by_path_in_words(filled: Program, tmp_path: Path) -> None:
    copy = tmp_path / "saved.db"
    shutil.copyfile(filled.library / "library.db", copy)
    with Library.open(filled.library) as library:
        library.forget([Path("/p/a")])
    done = filled.run("restore", copy)
    assert done.exit_code == 0
    assert f"Restored {copy}: 2 items of 2 files." in done.stdout
    assert "is kept as library.db.replaced-" in done.stdout
    back, aside = filled.in_chinese("restore", copy)
    assert back == f"已恢复 {copy}：2 个文件的 2 个条目。"
    assert aside.startswith("原来的资料库保留为 library.db.replaced-")


def test_damage_that_cannot_be_mended__names_restore(filled: Program) -> None:
    file = filled.library / "library.db"
    data = file.read_bytes()
    file.write_bytes(data[:100] + b"\xff" * 3996 + data[4096:])
    for command in (("status",), ("index", "."), ("search", "fox")):
        done = filled.run(*command)
        assert done.exit_code == 1
        assert "restore" in done.stderr


def test_index__makes_a_backup_unless_told_not_to(program: Program, folder: Path) -> None:
    program.json("index", folder, "--no-backup")
    assert list_backups(program.library) == []
    program.json("index", folder)
    assert len(list_backups(program.library)) == 1
