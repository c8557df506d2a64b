"""A model from its hub into this program's folder of models: all of it, or not under its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.caches import find_cached, is_complete
from qwen3vl_app.models.getting.listing import Listing, RemoteFile, list_files
from qwen3vl_app.models.getting.patience import Patience, Trying
from qwen3vl_app.models.getting.places import (
    bytes_of,
    disk_failed,
    folder_of,
    lock_of,
    staging_of,
)
from qwen3vl_app.models.getting.progress import Progress, Report
from qwen3vl_app.models.getting.record import Record, RecordedFile, read_record
from qwen3vl_app.models.getting.room import SPARE, free_bytes, has_room
from qwen3vl_app.models.getting.sources import Source, hub_of
from qwen3vl_app.models.getting.transfer import Transfer
from qwen3vl_app.models.getting.web import Web


def get_model(
    repository: str,
    source: Source = Source.HUGGING_FACE,
    *,
    stop: Callable[[], bool] = lambda: False,
    report: Report = lambda _progress: None,
    patience: Patience | None = None,
) -> Path:
    """The folder of a model, which is got unless it is on this computer already.

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
    if (there := find_cached(repository)) is not None:
        return there
    hub = hub_of(source)
    with _staging(folder) as staging:
        progress = Progress(report)
        web = Web(hub, Trying(patience or Patience(), stop, progress.note))
        try:
            listing = list_files(web, repository)
            _fill(staging, listing, web, progress)
        except OSError as error:
            raise disk_failed(error, repository, staging) from error
        finally:
            web.close()
        return _name(staging, folder, listing, hub.source)


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
        with FileLock(lock_of(folder), timeout=0):
            staging.mkdir(exist_ok=True)
            yield staging
    except Timeout:
        raise DownloadError(Message.of("get.twice", model=folder.name)) from None
    except OSError as error:
        raise disk_failed(error, folder.name, folder.parent) from error


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _fill(staging: Path, listing: Listing, web: Web, progress: Progress) -> None:
    record = _begun(staging, listing, web.hub.source)
    there = {file.name: bytes_of(staging, file.name, file.size) for file in listing.files}
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
        if known and replace(known, tag="") == entry and _is_same(file, listing, before):
            # the tags of one hub mean nothing to the other
            entry = known if before and before.source == source.value else entry
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


def _is_same(file: RemoteFile, listing: Listing, before: Record | None) -> bool:
    """Whether a file of that name and length is the one of then: without a checksum, by commit."""
    same_commit = listing.is_pinned and before is not None and before.revision == listing.revision
    return bool(file.content) or same_commit


def _tagged(record: Record, name: str, tag: str) -> Record:
    files = tuple(replace(file, tag=tag) if file.name == name else file for file in record.files)
    return replace(record, files=files)


def _check_disk(staging: Path, listing: Listing, there: int) -> None:
    missing = listing.size - there
    if not has_room(missing):
        raise DownloadError(
            Message.of(
                "get.no_room",
                model=listing.repository,
                size=f"{(missing + SPARE) / 1e9:.1f}",
                path=str(staging.parent),
                free=f"{free_bytes() / 1e9:.1f}",
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
