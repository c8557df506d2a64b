from __future__ import annotations

from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Space
from tests.store.fill import WIDE, directions, fill

OLD = Space(model="old", dimension=32, fingerprint="old-32")


def filled(program) -> None:
    with Library.open(program.library) as library:
        fill(library, directions(60, 32, seed=1), OLD, first=101)
        fill(library, directions(60), WIDE)


def test_storage__says_how_vectors_are_kept(program):
    Library.open(program.library).close()
    assert "Nothing has a vector yet." in program.run("storage").stdout
    assert program.in_chinese("storage") == ["还没有带向量的内容。"]
    filled(program)
    assert program.run("storage").stdout.splitlines()[0] == (
        "60 items, 64 dimensions as float32; search over every vector, exact"
    )
    assert program.json("status")["search"].startswith("60 items, 64 dimensions")


def test_storage__measures_before_anything_is_changed(program):
    filled(program)
    found = program.json("storage", "--measure")
    assert [option["current"] for option in found["options"]].count(True) == 1
    assert found["options"][0]["recall"] == 1
    assert found["setting"] == {"dimension": None, "format": "float32", "exact": False}
    lines = program.run("storage", "--measure").stdout.splitlines()
    assert lines[-1] == "* now; measured on 60 items"
    _, old, _, first, *_, measured = program.in_chinese("storage", "--measure")
    assert old == "空间 old-32：old 的 60 个向量，在数据库中占 0.0 MB"
    assert first.startswith("*    64 维，float32  recall@10 1.000")
    assert measured == "* 为现在的方式；在 60 个条目上测得"


def test_storage__changes_and_takes_back(program):
    filled(program)
    found = program.json("storage", "--format", "int8", "--dimensions", "32")
    assert found["setting"] == {"dimension": 32, "format": "int8", "exact": False}
    assert program.json("storage")["setting"] == found["setting"]
    assert program.json("storage", "--format", "float32")["setting"]["dimension"] is None


def test_storage__more_dimensions_than_there_are_is_a_usage_error(program):
    filled(program)
    result = program.run("storage", "--dimensions", "9999")
    assert result.exit_code == 2
    assert "9999 dimensions were asked for, over the limit of 64" in result.stderr
    assert program.json("storage")["setting"]["dimension"] is None
    assert program.json("storage", "--dimensions", "64")["setting"]["dimension"] == 64


def test_storage__drops_the_vectors_of_an_old_space(program):
    filled(program)
    assert program.json("storage")["spaces"][0]["bytes"] == 60 * 32 * 4
    assert program.json("storage", "--drop", "old-32")["freed_bytes"] == 60 * 32 * 4
    again = program.run("storage", "--drop", "old-32")
    assert (again.exit_code, "There is no space old-32" in again.stderr) == (2, True)
