"""A model from its hub into this program's folder of models: all of it, or not under its name.

::

    models/ORG/.NAME/        what is there so far: checked files, parts, ``.download.json``
    models/ORG/NAME/         the same folder, once everything is there
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.caches import is_complete
from qwen3vl_app.models.checkpoint.resolve import REPOSITORY
from qwen3vl_app.models.getting.listing import Listing, RemoteFile, list_files
from qwen3vl_app.models.getting.progress import Progress, Report
from qwen3vl_app.models.getting.record import Record, RecordedFile, read_record
from qwen3vl_app.models.getting.sources import Source, hub_of
from qwen3vl_app.models.getting.transfer import Transfer
from qwen3vl_app.models.getting.web import Patience, Web
from qwen3vl_app.settings import models_folder

SPARE_DISK = 256 * 2**20
"""Bytes that stay free: the library on the same disk goes on being written to."""


def get_model(
    repository: str,
    source: Source = Source.HUGGING_FACE,
    *,
    stop: Callable[[], bool] = lambda: False,
    report: Report = lambda _progress: None,
    patience: Patience | None = None,
) -> Path:
    """The folder of a model, which is got unless this program has it already.

    What an earlier call began is gone on with, also one of another run of the program. Takes
    as long as the network does; one connection at a time.

    Args:
        repository: Such as ``Qwen/Qwen3-VL-Embedding-2B``.
        source: Where from.
        stop: Asked several times a second; True ends the call and keeps what is there.
        report: Gets how far it is, often.
        patience: With failures that may pass.

    Raises:
        DownloadError: Says what is in the way, and what to do.
        DownloadStoppedError: ``stop`` said so.
    """
    folder = folder_of(repository)
    if is_complete(folder):
        return folder
    hub = hub_of(source)
    with _staging(folder) as staging:
        progress = Progress(report)
        web = Web(hub, stop=stop, tell=progress.note, patience=patience or Patience())
        try:
            listing = list_files(web, repository)
            _fill(staging, listing, web, progress)
        except OSError as error:
            raise _disk_failed(error, repository, staging) from error
        finally:
            web.close()
        return _name(staging, folder, listing, hub.source)


def folder_of(repository: str) -> Path:
    """Where a model goes, whether it is there or not.

    Raises:
        DownloadError: This is no id of a model.
    """
    if not REPOSITORY.fullmatch(repository):
        raise DownloadError(Message.of("get.no_id", value=repository))
    return models_folder().joinpath(*repository.split("/"))


def staging_of(folder: Path) -> Path:
    """Where it lies until it is complete; no model is named like that."""
    return folder.with_name(f".{folder.name}")


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """The folder to fill, for this process alone."""
    staging = staging_of(folder)
    if folder.is_symlink() or (folder.exists() and not _is_empty(folder)):
        raise DownloadError(Message.of("get.in_the_way", path=str(folder)))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for one in (folder.parent, staging):
            if one.is_symlink():  # the folder of models itself may lie on another disk
                raise DownloadError(Message.of("get.link", path=str(one)))
        with FileLock(staging.with_name(f"{staging.name}.lock"), timeout=0):
            staging.mkdir(exist_ok=True)
            yield staging
    except Timeout:
        raise DownloadError(Message.of("get.twice", model=folder.name)) from None
    except OSError as error:
        raise _disk_failed(error, folder.name, folder.parent) from error


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _fill(staging: Path, listing: Listing, web: Web, progress: Progress) -> None:
    record = _begun(staging, listing, web.hub.source)
    there = {file.name: _bytes_of(staging, file) for file in listing.files}
    _check_disk(staging, listing, sum(there.values()))
    progress.begin(listing.size, sum(there.values()))
    for file in listing.files:
        if (staging / file.name).is_file():
            continue
        known = record.of(file.name)

        def note_tag(tag: str, name: str = file.name) -> None:
            nonlocal record
            record = _tagged(record, name, tag)
            record.write(staging)

        def tell(now: int, name: str = file.name) -> None:
            there[name] = now
            progress.count(sum(there.values()), name)

        Transfer(
            web,
            listing.repository,
            file,
            staging,
            tag=known.tag if known else "",
            note_tag=note_tag,
            tell=tell,
        ).run()


def _begun(staging: Path, listing: Listing, source: Source) -> Record:
    """What the list says, written down; what was got of other contents before is thrown away."""
    before = read_record(staging)
    files = []
    for file in listing.files:
        entry = RecordedFile(name=file.name, size=file.size, content=file.content)
        known = before.of(file.name) if before else None
        # without a checksum only an unchanged revision says that it is the same file
        same_revision = before is not None and before.revision == listing.revision
        if known and replace(known, tag="") == entry and (file.content or same_revision):
            entry = known
        else:
            for left in (staging / file.name, staging / f"{file.name}.part"):
                left.unlink(missing_ok=True)
        files.append(entry)
    wanted = {file.name for file in listing.files}
    for left in staging.iterdir():
        if left.name.removesuffix(".part") not in wanted and not left.is_dir():
            left.unlink()
    record = Record(
        repository=listing.repository,
        source=source.value,
        revision=listing.revision,
        files=tuple(files),
    )
    record.write(staging)
    return record


def _tagged(record: Record, name: str, tag: str) -> Record:
    files = tuple(replace(file, tag=tag) if file.name == name else file for file in record.files)
    return replace(record, files=files)


def _bytes_of(staging: Path, file: RemoteFile) -> int:
    for found in (staging / file.name, staging / f"{file.name}.part"):
        if found.is_file() and not found.is_symlink():
            return min(found.stat().st_size, file.size)
    return 0


def _check_disk(staging: Path, listing: Listing, there: int) -> None:
    free = shutil.disk_usage(staging).free
    needed = listing.size - there + SPARE_DISK
    if needed > free:
        raise DownloadError(
            Message.of(
                "get.no_room",
                model=listing.repository,
                size=f"{needed / 1e9:.1f}",
                path=str(staging.parent),
                free=f"{free / 1e9:.1f}",
            )
        )


def _name(staging: Path, folder: Path, listing: Listing, source: Source) -> Path:
    if not is_complete(staging):  # its index names weights that the hub does not have
        name = "*.safetensors"
        raise DownloadError(
            Message.of(
                "get.no_checkpoint", model=listing.repository, source=source.display, name=name
            )
        )
    if folder.is_dir():
        folder.rmdir()
    staging.rename(folder)
    return folder


def _disk_failed(error: OSError, model: str, path: Path) -> DownloadError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DownloadError(Message.of("get.full", model=model, path=str(path)))
    said = error.strerror or str(error)
    return DownloadError(Message.of("get.unwritable", path=str(path), said=said))
