"""Clocks, permissions and files that change under the program's hands, for real."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import LibraryBusyError
from qwen3vl_app.indexing.decoding import CHANGED
from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.media.scan import scan
from qwen3vl_app.services import services_for_page
from qwen3vl_app.settings import Settings
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables import files, outcomes
from qwen3vl_app.types import Content, FileStamp, ItemId, Outcome, Outline, Part, SkippedPath
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World, counted
from tests.store.build import vector_of
from tests.survival.killed import DirectReader
from tests.survival.test_kill import PROJECT

DAY = 86_400

HOLD = """
import sys
from pathlib import Path
from qwen3vl_app.store.library import Library
with Library.open(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""


# ---------------------------------------------------------------- two programs


def test_two_processes__the_second_is_told_and_searches_only(world: World) -> None:
    world.pictures(3)
    world.index()
    world.close()
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(world.library.directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
    )
    try:
        first.stdout.readline()
        with pytest.raises(LibraryBusyError, match=f"written to by process {first.pid};"):
            Library.open(world.library.directory)
        services, why = services_for_page(Settings(library=world.library.directory))
        assert f"process {first.pid}" in str(why)
        assert (
            len(
                services.library.search(
                    world.host.space(),
                    vector_of(services.library, world.host.space(), ItemId(1)),
                    10,
                )
            )
            == 3
        )
        services.close()
    finally:
        first.kill()  # a dead program holds nothing
        first.wait()
        first.stdin.close()
        first.stdout.close()
    world.open()
    assert counted(world.index()) == {"unchanged": 3}


# ---------------------------------------------------------------- clocks


@pytest.mark.parametrize("then", [-1, 0, 4_102_444_800, 2**33], ids=["1969", "1970", "2100", "x"])
def test_clock__files_from_any_time(world: World, then: int) -> None:
    path = world.picture("a.png")
    os.utime(path, (then, then))
    assert counted(world.index()) == {"indexed": 1}
    assert counted(world.index()) == {"unchanged": 1}
    world.picture("a.png", "blue")
    os.utime(path, (then - DAY, then - DAY))
    assert counted(world.index()) == {"indexed": 1}
    assert len(world.names()) == 1


def test_clock__goes_back_while_files_are_indexed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written with an earlier time than the library knows, with the same size: still a change."""
    path = world.picture("a.png", (9, 9, 9))
    world.index()
    (before,) = world.library.list_items()
    for module in (files, outcomes):
        monkeypatch.setattr(module, "now", lambda: "1999-12-31T23:59:59Z")
    size = path.stat().st_size
    earlier = path.stat().st_mtime - 400 * DAY
    world.picture("a.png", (8, 8, 8))
    assert path.stat().st_size == size
    os.utime(path, (earlier, earlier))
    (world.folder / "broken.png").touch()
    assert counted(world.index()) == {"indexed": 1, "failed": 1}
    (after,) = world.library.list_items()
    assert after.content_hash != before.content_hash
    assert counted(world.index()) == {"unchanged": 1, "failed": 1}
    rows = world.library.outcomes()
    assert {row.outcome for row in rows} == {Outcome.INDEXED, Outcome.FAILED}
    assert {row.when for row in rows} == {"1999-12-31T23:59:59Z"}
    assert world.library.check() == []


# ---------------------------------------------------------------- files that do not hold still


class Meddling(DirectReader):
    """Does something to a file when it has been opened, and before it is read."""

    def __init__(self, change) -> None:
        super().__init__()
        self.change = change

    def outline(self, path: Path) -> Outline:
        found = super().outline(path)
        self.change(path)
        return found

    def read(
        self,
        path: Path,
        parts: Sequence[Part],
        *,
        budget: Budget | None = None,
        findings: bytes = b"",
    ) -> tuple[Content, ...]:
        return super().read(path, parts, budget=budget, findings=findings)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (grow, str(CHANGED)),
        (lambda path: os.utime(path, (5, 5)), str(CHANGED)),
        (lambda path: path.write_bytes(b"GIF89a"), str(CHANGED)),
        (Path.unlink, "The file is no longer there"),
        (lambda path: (path.unlink(), path.mkdir()), "changed"),
    ],
    ids=["grows", "is touched", "is overwritten", "vanishes", "becomes a folder"],
)
def test_file__between_being_opened_and_read(tmp_path: Path, change, reason: str) -> None:
    world = World(tmp_path, Meddling(lambda p: p.name == "b.png" and change(p)), TinyHost())
    for n, name in enumerate("abc"):
        world.picture(f"{name}.png", (n, 60, 90))
    progress = world.index()
    assert progress.state is IndexState.IDLE
    assert counted(progress) == {"indexed": 2, "failed": 1}
    (failure,) = world.library.failures()
    assert (failure.path.name, reason in str(failure.reason)) == ("b.png", True), failure.reason
    world.reader.change = lambda path: None
    if failure.path.is_dir():
        failure.path.rmdir()
    world.picture("b.png", "white")
    assert counted(world.index()) == {"indexed": 1, "unchanged": 2}
    assert world.library.check() == []
    world.close()


def test_file__vanishes_between_the_scan_and_being_opened(world: World) -> None:
    paths = world.pictures(12)
    world.host.open.clear()
    world.indexer.add([world.folder])
    world.indexer.start()
    assert world.host.entered.acquire(timeout=20)
    paths[11].unlink()
    paths[10].write_text("not a picture any more")
    world.host.open.set()
    progress = world.indexer.wait(timeout=30)
    assert progress.outcomes.get(Outcome.INDEXED, 0) in (10, 11, 12)
    assert progress.done == progress.files == 12
    world.index()
    assert world.library.check() == []
    assert len(world.names()) == 10


# ---------------------------------------------------------------- permissions


@pytest.fixture
def readable() -> Iterator[Path]:
    """A folder that everybody may enter, unlike those of pytest."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may stop being root for a moment")
def test_folder_without_permission__is_counted_and_the_rest_goes_on(readable: Path) -> None:
    for name in ("open/a.txt", "closed/b.txt"):
        path = readable / name
        path.parent.mkdir()
        path.write_text("x")
    (readable / "closed").chmod(0o700)
    os.seteuid(65534)
    try:
        found = list(scan([readable]))
    finally:
        os.seteuid(0)
    assert [(one.path.name, isinstance(one, FileStamp)) for one in found] == [
        ("closed", False),
        ("a.txt", True),
    ]
    assert isinstance(found[0], SkippedPath)
    assert (
        str(found[0].reason) == "The folder may not be read; give yourself permission to read it."
    )
