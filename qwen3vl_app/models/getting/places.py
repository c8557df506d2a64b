"""Where models go, whole and half.

::

    models/ORG/NAME/         a model, once everything is there
    models/ORG/.NAME/        what is there so far: checked files, parts, ``.download.json``
    models/ORG/.NAME.lock    held by the process that fills or deletes it
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.resolve import REPOSITORY
from qwen3vl_app.models.getting.record import read_record
from qwen3vl_app.models.getting.sources import Source
from qwen3vl_app.settings import models_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A model of which a part is there."""

    repository: str
    source: Source
    got: int
    """Bytes that are there."""

    total: int
    """Bytes of all its files."""


def folder_of(repository: str) -> Path:
    """Where a model goes, whether it is there or not.

    Raises:
        DownloadError: This is no id of a model.
    """
    if not REPOSITORY.fullmatch(repository):
        raise DownloadError(Message.of("get.no_id", value=repository))
    return models_folder().joinpath(*repository.split("/"))


def staging_of(folder: Path) -> Path:
    """Where it lies until it is complete; no id of a model gives this name."""
    return folder.with_name(f".{folder.name}")


def lock_of(folder: Path) -> Path:
    """The file that whoever changes it holds a lock on."""
    return folder.with_name(f".{folder.name}.lock")


def begun_models() -> Iterator[Begun]:
    """Those of which a part is there, in the order of their names."""
    for staging in sorted(models_folder().glob("*/.*/")):
        record = read_record(staging)
        if record is None or not _is_source(record.source):
            continue
        if REPOSITORY.fullmatch(record.repository) and staging == staging_of(
            folder_of(record.repository)
        ):
            yield Begun(
                repository=record.repository,
                source=Source(record.source),
                got=sum(bytes_of(staging, file.name, file.size) for file in record.files),
                total=record.size,
            )


def bytes_of(staging: Path, name: str, size: int) -> int:
    """How many bytes of a file are there, under its name or as a part."""
    whole, part = staging / name, staging / f"{name}.part"
    for found in (whole, part, whole):  # the part may get the name while it is looked for
        with suppress(OSError):
            seen = found.lstat()
            if S_ISREG(seen.st_mode):
                return min(seen.st_size, size)
    return 0


def disk_failed(error: OSError, model: str, path: Path) -> DownloadError:
    """What is said of a disk that would not do it."""
    if error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}:
        return DownloadError(Message.of("get.full", model=model, path=str(path)))
    said = error.strerror or str(error)
    return DownloadError(Message.of("get.unwritable", path=str(path), said=said))


def _is_source(name: str) -> bool:
    return name in {source.value for source in Source}
