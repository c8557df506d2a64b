"""Taking a model off this computer: only what this program got."""

from __future__ import annotations

import shutil
from pathlib import Path

from filelock import FileLock, Timeout

from qwen3vl_app.errors import DownloadError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.caches import find_cached, hugging_face_cache
from qwen3vl_app.models.getting.places import disk_failed, folder_of, lock_of, staging_of
from qwen3vl_app.models.getting.record import read_record
from qwen3vl_app.models.getting.sources import Source
from qwen3vl_app.settings import models_folder


def remove_model(repository: str) -> int:
    """Bytes that are free again: the model is gone, with what is there of one half got.

    A program that has it in memory goes on with it until it is closed.

    Raises:
        DownloadError: It is not here, somebody else put it here, or it is being got.
    """
    folder, staging = folder_of(repository), staging_of(folder_of(repository))
    linked = folder.is_symlink() or folder.parent.is_symlink() or staging.is_symlink()
    if not linked and (staging.is_dir() or read_record(folder) is not None):
        return _taken_away(repository, folder, staging, whole=True)
    if folder.is_symlink() or folder.exists():
        raise DownloadError(Message.of("remove.foreign", path=str(folder)))
    found = find_cached(repository)
    if found is None:
        raise DownloadError(
            Message.of("remove.nothing", model=repository, path=str(models_folder()))
        )
    hugging_face = found.is_relative_to(hugging_face_cache())
    source = Source.HUGGING_FACE if hugging_face else Source.MODELSCOPE
    command = (
        f"hf cache rm model/{repository}"
        if hugging_face
        else f"modelscope clear-cache --model {repository}"
    )
    raise DownloadError(
        Message.of("remove.elsewhere", model=repository, source=source.display, command=command)
    )


def discard_begun(repository: str) -> int:
    """Bytes that are free again: what was there of a model that is not complete is gone.

    Raises:
        DownloadError: Another process is getting it, or the disk fails.
    """
    folder = folder_of(repository)
    staging = staging_of(folder)
    if folder.parent.is_symlink() or staging.is_symlink() or not staging.is_dir():
        return 0
    return _taken_away(repository, folder, staging, whole=False)


def _taken_away(repository: str, folder: Path, staging: Path, *, whole: bool) -> int:
    try:
        with FileLock(lock_of(folder), timeout=0):
            freed = _delete(staging)
            if whole and read_record(folder) is not None:
                folder.rename(staging)  # under its name it is there whole, or not at all
                freed += _delete(staging)
    except Timeout:
        raise DownloadError(Message.of("remove.busy", model=repository)) from None
    except OSError as error:
        raise disk_failed(error, repository, folder) from error
    return freed


def _delete(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    size = sum(file.lstat().st_size for file in folder.iterdir() if file.is_file())
    shutil.rmtree(folder)
    return size
