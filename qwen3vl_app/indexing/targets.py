"""What links to single files lead to, outside of what the system tells of."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_State = tuple[int, int, int, int]


class Targets:
    """The files that links lead to, as they were when they were looked at last.

    They are looked at, not watched: the system would tell of the folder of a target with all that
    is in it, and loses a watched file once another takes its name. Used by one thread.
    """

    def __init__(self) -> None:
        self._states: dict[Path, _State | None] = {}

    def __contains__(self, link: Path) -> bool:
        return link in self._states

    def keep(self, links: Iterable[Path]) -> None:
        """Look at these from now on and at no others; known ones keep the state they had."""
        known = self._states
        self._states = {link: known[link] if link in known else _state(link) for link in links}

    def changed(self) -> list[Path]:
        """The links whose targets differ from the last look; one call of the system for each."""
        now = {link: _state(link) for link in self._states}
        changed = [link for link, state in now.items() if state != self._states[link]]
        self._states = now
        return changed


def _state(link: Path) -> _State | None:
    """Of what a link leads to; None where that is nothing."""
    try:
        status = os.stat(link)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
