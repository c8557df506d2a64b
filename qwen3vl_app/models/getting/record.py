"""What is written down of a model that is being got, and stays beside it as where it came from."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

NAME = ".download.json"
"""Beside the files; no file of a hub is hidden, so none can take its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFile:
    """A file as the hub listed it."""

    name: str
    size: int
    content: str
    """Its checksum; empty where the hub gives none."""

    tag: str = ""
    """The strong ``ETag`` of the answer that its part came with, if there was one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Where a model comes from, and what belongs to it."""

    repository: str
    source: str
    revision: str
    files: tuple[RecordedFile, ...] = field(default_factory=tuple)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def of(self, name: str) -> RecordedFile | None:
        """What is known of a file."""
        return next((file for file in self.files if file.name == name), None)

    def write(self, folder: Path) -> None:
        """Into ``folder``, whole or not at all."""
        fresh = folder / f"{NAME}.new"
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
            file.write(orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2))
        fresh.replace(folder / NAME)


def read_record(folder: Path) -> Record | None:
    """What was written into ``folder``; None where there is nothing that can be read."""
    try:
        found: dict[str, Any] = orjson.loads((folder / NAME).read_bytes())
        files = tuple(RecordedFile(**file) for file in found.pop("files"))
        return Record(**found, files=files)
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
