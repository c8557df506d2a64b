"""By which names a scan reaches the folders that links lead to.

The system tells of a change by whatever name it likes: of a folder that two names lead to by one
of them, and of what is behind a link by its own. A scan knows every folder by one name, and what
is in the library has it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ways:
    """Of one watched folder.

    Args:
        folder: The folder.
        links: Inside it, as ``links_inside`` gives them.
    """

    folder: Path
    links: tuple[Path, ...]
    _by_place: tuple[tuple[str, str], ...]
    """Places without links, each with the name by which it is reached; the deepest first."""

    @classmethod
    def of(cls, folder: Path, links: Sequence[Path]) -> Ways:
        """Looks at the disk, where the links lead."""
        named = {os.path.realpath(name): os.fspath(name) for name in (*links, folder)}
        deepest = sorted(named.items(), key=lambda pair: -len(pair[0]))
        return cls(folder, tuple(links), tuple(deepest))

    @property
    def places(self) -> list[str]:
        """What has to be watched: the folder, and what its links lead to outside of it."""
        own = os.path.join(os.path.realpath(self.folder), "")
        beyond = [place for place, _ in self._by_place if not f"{place}/".startswith(own)]
        return [os.fspath(self.folder), *beyond]

    def name_of(self, real: str) -> str | None:
        """By which name a scan of the folder reaches a place; None where it is outside of it."""
        for place, known in self._by_place:
            if real.startswith(os.path.join(place, "")):
                return known + real[len(place.rstrip(os.sep)) :]
        return None


class Places:
    """Where paths are when no link is followed; folders are looked up once."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def of(self, path: str) -> str:
        """The place of a path, also of one that has gone; what is a link itself stays one."""
        folder, name = os.path.split(path)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = os.path.realpath(folder)
        return os.path.join(real, name)
