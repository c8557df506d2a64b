"""The indexer is killed a hundred times, for real, while its folder changes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from qwen3vl_app.media.files import content_hash
from qwen3vl_app.store import index_sync
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ItemId
from tests.indexing.embedders import HashingEmbedder
from tests.store.build import vector_of
from tests.survival.killed import DONE, DirectReader, keep_index_early, run

KILLS = 100
PROJECT = Path(__file__).parents[2]
LONGEST = 0.03
"""Seconds after a batch: its commit, and the beginning of the next."""

STARTING = 0.2
"""Seconds after the beginning: opening the library and the scan."""


class Folder:
    """Files that a person adds, changes, renames, copies and deletes."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.path, self._chance = path, chance
        self._made = 0
        path.mkdir()

    def files(self) -> list[Path]:
        return sorted(path for path in self.path.rglob("*") if path.is_file())

    def contents(self) -> set[str]:
        return {self._hash(path, path.stat().st_mtime_ns) for path in self.files()}

    @cache  # noqa: B019  # lives as long as the test
    def _hash(self, path: Path, _mtime_ns: int) -> str:
        return content_hash(path)

    def parts(self) -> set[tuple[str, int]]:
        """Everything that is to be found in the end."""
        outlines = [DirectReader().outline(path) for path in self.files()]
        return {(str(one.content_hash), part.ordinal) for one in outlines for part in one.parts}

    def grow(self) -> None:
        for _ in range(3):
            self._made += 1
            n = self._made
            path = self.path / f"{n % 7}" / f"{n}.png"
            path.parent.mkdir(exist_ok=True)
            Image.new("RGB", (24, 16), (n % 256, n // 256, 90)).save(path)
        self._write(self.path / f"{self._made}.txt")

    def change(self) -> None:
        """One of the things that happen to files."""
        path = self._chance.choice(self.files())
        new = path.with_name(f"{self._chance.random():.8f}{path.suffix}")
        what = self._chance.choice(["rename", "copy", "delete", "rewrite"])
        if what == "rename":
            path.rename(new)
        elif what == "copy":
            shutil.copy(path, new)
        elif what == "delete":
            path.unlink()
        elif path.suffix == ".txt":
            self._write(path)

    def _write(self, path: Path) -> None:
        filling = " ".join(f"filling{n}" for n in range(200))
        about = [f"{self._chance.random():.8f} {filling}." for _ in range(2)]
        path.write_text("\n\n".join(about))


class Program:
    """Starts runs of the indexer, which can be killed."""

    def __init__(self, library: Path, folder: Path) -> None:
        command = [sys.executable, "-m", "tests.survival.killed", str(library), str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT
        )

    def run_and_kill(self, batches: int, seconds: float) -> int:
        """Kill it so many seconds after so many batches; how it ended.

        Returns:
            ``-SIGKILL``, or ``DONE`` where it was over before.
        """
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        line = ""
        for _ in range(batches):
            line = self._process.stdout.readline()
            if not line.startswith("batch"):
                return int(line)
        time.sleep(seconds)
        # Not reaped before its end is told, so the number is still its own or nobody's.
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        while (line := self._process.stdout.readline()).startswith("batch"):
            pass
        return int(line)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files", random.Random(11))


@pytest.fixture
def program(tmp_path: Path, folder: Folder) -> Iterator[Program]:
    made = Program(tmp_path / "library", folder.path)
    yield made
    made.close()


def checked(directory: Path) -> dict[int, tuple[str, int]]:
    """Open the library, see that all is well, and return the items it keeps.

    That of a file which was just renamed cannot be found until the new name has been read, but is
    kept.
    """
    with Library.open(directory) as library:
        space = HashingEmbedder().space
        wrong = library.check(space)
        missing = [line for line in wrong if "files are no longer on disk" not in str(line)]
        assert missing == []
        shown = {int(item.id) for item in library.list_items(limit=100_000)}
        if shown:
            vector = vector_of(library, space, ItemId(min(shown)))
            assert {int(hit.item_id) for hit in library.search(space, vector, len(shown))} == shown
        with library._connection.reading() as conn:
            rows = conn.execute(
                "SELECT id, content, ordinal FROM item JOIN vector ON vector.item = item.id"
            ).fetchall()
    kept = {item: (content, ordinal) for item, content, ordinal in rows}
    assert len(set(kept.values())) == len(rows), "an item is there twice"
    assert shown <= set(kept)
    return kept


def test_kill__a_hundred_times_at_random_points(
    tmp_path: Path, folder: Folder, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_sync, "KEPT_ITEMS", index_sync.KEPT_ITEMS)  # put back at the end
    monkeypatch.setattr(index_sync, "SAVE_ROWS", index_sync.SAVE_ROWS)
    keep_index_early()
    chance = random.Random(5)
    directory = tmp_path / "library"
    kept: dict[int, tuple[str, int]] = {}
    ends: list[int] = []
    commits = 0
    while ends.count(-signal.SIGKILL) < KILLS:
        folder.grow()
        folder.change()
        batches = chance.choice([0, 1, 1, 1, 2, 2, 3])
        longest = LONGEST if batches else STARTING
        ends.append(program.run_and_kill(batches, longest * chance.random()))
        assert ends[-1] in (-signal.SIGKILL, DONE)
        assert len(ends) < 2 * KILLS, "most runs were over before they could be killed"
        if not (directory / "library.db").exists():
            continue
        now = checked(directory)
        there = folder.contents()
        must = {item: named for item, named in kept.items() if named[0] in there}
        assert must.items() <= now.items(), "a committed item was lost or changed its id"
        commits += now != kept
        kept = now
    assert commits > KILLS / 4, "hardly a run came as far as committing something"
    run(directory, folder.path)
    final = checked(directory)
    with Library.open(directory) as library:
        assert library.counts().pending == 0
        assert library.failures() == []
    assert set(final.values()) == folder.parts()
