"""Pictures and clips of kept searches: as long as a search names them, and within bounds."""

from __future__ import annotations

import os

import pytest

from qwen3vl_app.store import asked_files
from qwen3vl_app.store.asked_files import AskedFiles
from qwen3vl_app.store.library import Library
from qwen3vl_app.types.question import Further, Question
from qwen3vl_app.types.results import Timings
from qwen3vl_app.types.run import Run

FOX, BEAR = f"{1:032x}/fox.png", f"{2:032x}/bär ✓.png"


@pytest.fixture
def files(tmp_path):
    return AskedFiles(tmp_path / "asked")


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library") as opened:
        yield opened


def at(tmp_path, name: str, content: bytes = b"picture"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def run_by(*keys: str, text: str = "") -> Run:
    return Run(
        question=Question(text=text, files=keys[:1], also=(Further(files=keys[1:]),)),
        model="",
        reranker="",
        space="",
        version="1",
        hits=(),
        timings=Timings(),
    )


def test_keep__finds_the_content_again_and_changes_no_original(files, tmp_path):
    original = at(tmp_path, "a.png", b"fox")
    files.keep({FOX: original})
    kept = files.find(FOX)
    assert kept is not None
    assert kept != original
    assert (kept.read_bytes(), original.read_bytes()) == (b"fox", b"fox")
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "key",
    ["../library.db", f"{1:032x}/../of-keys", "of-keys", f"{1:032x}/", "x", "", f"{1:032x}/a\\b"],
)
def test_find__nothing_beside_the_kept_files(files, tmp_path, key):
    files.secret()
    files.keep({FOX: at(tmp_path, "a.png"), key: at(tmp_path, "b.png")})
    assert files.find(key) is None


def test_secret__stays_and_is_nobody_elses(files, tmp_path):
    first = files.secret()
    assert len(first) == 32
    assert AskedFiles(files.directory).secret() == first
    assert AskedFiles(tmp_path / "other").secret() != first
    assert (files.directory / asked_files.KEY_FILE).stat().st_mode & 0o077 == 0


def test_keep__what_is_too_large_is_left_out(files, tmp_path, monkeypatch):
    monkeypatch.setattr(asked_files, "LARGEST", 3)
    files.keep({FOX: at(tmp_path, "a.png", b"123"), BEAR: at(tmp_path, "b.png", b"1234")})
    assert files.find(FOX) is not None
    assert files.find(BEAR) is None


def test_tidy__beyond_the_bound_the_oldest_go_but_pinned_ones(files, tmp_path, monkeypatch):
    monkeypatch.setattr(asked_files, "KEPT", 10)
    keys = [f"{n:032x}/{n}.png" for n in range(4)]
    for n, key in enumerate(keys):
        files.keep({key: at(tmp_path, f"{n}.png", bytes(5))})
        os.utime(files.directory / key, (n, n))
    assert files.tidy(keys, keys[:1]) == 1
    assert [files.find(key) is not None for key in keys] == [True, False, True, True]


def test_runs__files_go_with_the_last_search_that_names_them(library, tmp_path):
    fox, bear = at(tmp_path, "a.png", b"fox"), at(tmp_path, "b.png", b"bear")
    first = library.runs.add(run_by(FOX, BEAR), {FOX: fox, BEAR: bear})
    second = library.runs.add(run_by(FOX, text="red"), {FOX: fox})
    library.runs.add(run_by(BEAR), {BEAR: bear})
    library.runs.pin(second, on=True)
    find = library.runs.files.find
    assert library.runs.forget(first)
    assert (find(FOX), find(BEAR)) != (None, None)
    library.runs.clear()
    assert find(FOX) is not None
    assert find(BEAR) is None
    assert library.runs.forget(second)
    assert find(FOX) is None
    assert list(library.runs.files.directory.iterdir()) == []


def test_runs__a_search_is_kept_without_a_file_that_cannot_be_copied(library, tmp_path):
    run = library.runs.add(run_by(FOX), {FOX: tmp_path / "gone.png"})
    assert library.runs.find(run) is not None
    assert library.runs.files.find(FOX) is None
