from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.indexing.embedders import TinyHost
from tests.indexing.world import World
from tests.survival.killed import DirectReader


@dataclass(frozen=True)
class Disk:
    """A small disk of its own, in memory."""

    path: Path

    def set(self, options: str) -> None:
        _mount("-o", f"remount,{options}", str(self.path))

    def free(self) -> int:
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize

    def fill(self, leave: int) -> None:
        """Use up all but ``leave`` bytes."""
        with (self.path / "ballast").open("wb") as file:
            file.write(bytes(max(0, self.free() - leave)))

    def empty(self) -> None:
        """Take back what ``fill`` has used."""
        (self.path / "ballast").unlink()


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)  # noqa: S607


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """4 MB that hold the library of ``world``."""
    path = tmp_path / "disk"
    path.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", str(path))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"only root may mount a small disk: {error}")
    yield Disk(path)
    subprocess.run(["umount", "-l", str(path)], check=True)  # noqa: S607


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A folder and a library on the disk that everybody uses."""
    made = World(tmp_path, DirectReader(), TinyHost())
    yield made
    made.close()
