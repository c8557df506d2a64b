"""Notices what changes in watched folders, and has it scanned within seconds."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from watchfiles import Change, watch

from qwen3vl_app.errors import AppError
from qwen3vl_app.indexing.patterns import read_patterns
from qwen3vl_app.media.ignore import IGNORE_FILE
from qwen3vl_app.media.scan import left_alone
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import Folder

log = logging.getLogger(__name__)

GATHER = 1000
"""Milliseconds in which changes are gathered: a file that is being copied changes many times."""

STEP = 200
"""Milliseconds without a change after which what was gathered is dealt with."""

LOOK = 5.0
"""Seconds between looks whether a folder, such as that of a drive, has come or gone."""

POLL = 5000
"""Milliseconds between looks at every file, where the system gives no more notices."""

MANY = 200
"""Changed paths from which scanning the whole folder costs less than scanning each."""


class Watcher:
    """One thread that waits for the operating system. Thread-safe; nothing runs before ``start``.

    A changed or new file is scanned alone; where known files have gone, their whole folder is,
    because a renamed file must not be taken for a lost one.

    Args:
        library: Knows the folders.
        notice: Is told what wants scanning, with the collection of its folder.
        every_folder: Watch all folders that were added.
    """

    def __init__(
        self,
        library: Library,
        notice: Callable[[Sequence[Path], str | None], None],
        *,
        every_folder: bool,
    ) -> None:
        self._library = library
        self._notice = notice
        self._every_folder = every_folder
        self._polling = False
        self._closing = False
        self._stop = threading.Event()
        """Set: what is watched has to be thought over."""

        self._thread = threading.Thread(target=self._work, name="watching", daemon=True)

    def start(self) -> None:
        """Begin. Calling it again does nothing."""
        if self._thread.ident is None and not self._closing:
            self._thread.start()

    def look_again(self) -> None:
        """Which folders are watched has changed."""
        self._stop.set()

    def close(self) -> None:
        """End the thread; takes a tenth of a second."""
        self._closing = True
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _work(self) -> None:
        before: set[Path] = set()
        while not self._closing:
            self._stop.clear()
            folders = self._folders()
            for folder in folders:
                if folder.path not in before:
                    self._notice([folder.path], folder.collection)
            before = {folder.path for folder in folders}
            if not folders:
                self._stop.wait(LOOK)
            else:
                self._wait_for_changes(folders)

    def _folders(self) -> list[Folder]:
        """What is to be watched and is there."""
        try:
            known = self._library.folders()
        except AppError as error:  # its drive may come back
            log.warning("watching: %s", error)
            return []
        wanted = (folder for folder in known if folder.watched or self._every_folder)
        return [folder for folder in wanted if folder.path.is_dir()]

    def _wait_for_changes(self, folders: Sequence[Folder]) -> None:
        """Deal with changes until something else is to be watched."""
        try:
            for changes in watch(
                *(folder.path for folder in folders),
                watch_filter=None,
                debounce=GATHER,
                step=STEP,
                stop_event=self._stop,
                rust_timeout=int(LOOK * 1000),
                yield_on_timeout=True,
                raise_interrupt=False,
                force_polling=self._polling or None,
                poll_delay_ms=POLL,
                ignore_permission_denied=True,
            ):
                for folder in folders:
                    self._deal_with(folder, changes)
                if self._folders() != folders:
                    return
        except (OSError, RuntimeError) as error:
            # Too many folders for the system to watch, or one has gone while that began.
            log.warning("watching goes on by looking every %d s: %s", POLL // 1000, error)
            self._polling = True
            self._stop.wait(1)
        except AppError as error:
            log.warning("watching: %s", error)
            self._stop.wait(LOOK)
        except Exception:
            # A bug, or one odd path: the other folders must not go unwatched for it.
            log.exception("watching goes on by scanning the folders again")
            for folder in folders:
                self._notice([folder.path], folder.collection)
            self._stop.wait(LOOK)

    def _deal_with(self, folder: Folder, changes: Iterable[tuple[Change, str]]) -> None:
        below = os.path.join(folder.path, "")
        mine = [(change, path) for change, path in changes if path.startswith(below)]
        if not mine:
            return
        if len(mine) > MANY or any(self._wants_all(change, path) for change, path in mine):
            self._notice([folder.path], folder.collection)
            return
        ignore = read_patterns(self._library.directory)
        removed = self._library.trash.kept_out()
        there = sorted({Path(path) for _, path in mine if os.path.lexists(path)})
        wanted = [
            path
            for path in there
            if not path.is_relative_to(self._library.directory)
            and not left_alone(path, folder.path, ignore=ignore, removed=removed)
        ]
        if wanted:
            self._notice(wanted, folder.collection)

    def _wants_all(self, change: Change, path: str) -> bool:
        """Whether a change concerns more than its own path."""
        if os.path.basename(path) == IGNORE_FILE:
            return True
        gone = change is Change.deleted or not os.path.lexists(path)
        return gone and bool(self._library.writer.stamps_under(Path(path)))
