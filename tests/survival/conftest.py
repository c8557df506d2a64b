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


@dataclass(frozen=True)
class Drive:
    """A drive that can be pulled out while files of it are open; the folder it is at stays."""

    path: Path
    holds: Path

    def plug(self) -> None:
        self.path.mkdir(exist_ok=True)
        self.holds.mkdir(exist_ok=True)
        _mount("--bind", str(self.holds), str(self.path))

    def unplug(self) -> None:
        """Harmless when repeated."""
        subprocess.run(["umount", "-l", str(self.path)], check=False, capture_output=True)  # noqa: S607


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
def drive(tmp_path: Path) -> Iterator[Drive]:
    made = Drive(tmp_path / "drive", tmp_path / "what it holds")
    try:
        made.plug()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"only root may mount: {error}")
    yield made
    made.unplug()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A folder and a library on the disk that everybody uses."""
    made = World(tmp_path, DirectReader(), TinyHost())
    yield made
    made.close()
