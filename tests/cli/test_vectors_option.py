"""``--vectors`` and ``storage --to`` with Milvus Lite, from indexing to a search and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.store.library import Library
from tests import milvus_server
from tests.cli.conftest import Program
from tests.store.fill import WIDE, directions, fill


@pytest.fixture
def address() -> str:
    return str(milvus_server.shared().place)


def rows(program: Program, *more: str) -> list[tuple[int, float]]:
    found = program.json("search", "a red disc", "-k", "5", "--no-rerank", *more)
    return [(row["item"], round(row["similarity"], 5)) for row in found["recall"]]


def test_vectors__indexed_and_searched_on_milvus(
    program: Program, folder: Path, address: str
) -> None:
    assert program.json("index", folder, "--vectors", address)["indexed"] == 5
    assert program.json("storage")["place"] == address
    assert f"at {address}\n" in program.run("status").stdout
    on_the_server = rows(program)
    assert len(on_the_server) == 5
    assert program.json("storage", "--to", "local")["place"] == "local"
    assert rows(program) == on_the_server
    result = program.run("search", "a red disc", "--vectors", address)
    assert result.exit_code == 2
    assert f"searched at local, not at {address}" in result.stderr
    moved = program.run("storage", "--to", address)
    assert "vectors are there" in moved.stderr
    assert address in moved.stdout
    assert rows(program, "--vectors", address) == on_the_server


def test_vectors__no_place_is_a_usage_error(program: Program) -> None:
    result = program.run("storage", "--to", "milvus://nowhere")
    assert result.exit_code == 2
    assert "milvus://nowhere is no place for vectors" in result.stderr
    assert (
        "不能作为向量的位置" in program.run("storage", "--to", "http://x/y", "--lang", "zh").stderr
    )


def test_vectors__server_that_is_not_there_is_said(program: Program) -> None:
    milvus_server.needed()
    with Library.open(program.library) as library:
        fill(library, directions(20), WIDE)
    result = program.run("storage", "--to", "milvus://127.0.0.1:9/tests")
    assert result.exit_code == 1
    assert "milvus://127.0.0.1:9/tests does not answer. Nothing is lost" in result.stderr
    assert program.json("storage")["place"] == "local"
