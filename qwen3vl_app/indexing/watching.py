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
from qwen3vl_app.indexing.targets import Targets
from qwen3vl_app.indexing.ways import Places, Ways
from qwen3vl_app.media.ignore import IGNORE_FILE
from qwen3vl_app.media.scan import left_alone, links_inside
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.rows import Folder

log = logging.getLogger(__name__)

GATHER = 1000
"""Milliseconds in which changes are gathered: a file that is being copied changes many times."""

STEP = 200
"""Milliseconds without a change after which what was gathered is dealt with."""

LOOK = 5.0
"""Seconds between looks whether a folder, such as that of a drive, has come or gone, and whether
what links to single files lead to has changed."""

POLL = 5000
"""Milliseconds between looks at every file, where the system gives no more notices."""

MANY = 200
"""Changed paths from which scanning the whole folder costs less than scanning each."""


class Watcher:
    """One thread that waits for the operating system. Thread-safe; nothing runs before ``start``.

    A changed or new file is scanned alone; where known files have gone, their whole folder is,
    because a renamed file must not be taken for a lost one. Folders that links lead to are watched
    as well, also those of links that are made later; files that links lead to are looked at every
    ``LOOK`` seconds.

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
        self._directory = os.path.realpath(library.directory)
        self._notice = notice
        self._every_folder = every_folder
        self._polling = False
        self._links: dict[Path, list[Path]] = {}
        """By watched folder, as they were when it was looked at last; of the thread alone."""

        self._targets: dict[Path, Targets] = {}
        """By watched folder; of the thread alone."""

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
            ways = {folder.path: self._ways(folder) for folder in folders}
            for changes in watch(
                *dict.fromkeys(place for way in ways.values() for place in way.places),
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
                placed = self._placed(changes)
                named = {path: _named(way, placed) for path, way in ways.items()}
                for folder in folders:
                    self._deal_with(folder, named[folder.path])
                led = [self._look_at_targets(folder) for folder in folders]
                led += [self._leads_elsewhere(ways[path], named[path]) for path in ways]
                if any(led) or self._folders() != folders:
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

    def _ways(self, folder: Folder) -> Ways:
        """Also has new links scanned again: what they lead to was not watched until now."""
        ignore, library = read_patterns(self._library.directory), self._library.directory
        links, files = links_inside(folder.path, ignore=ignore, without=library)
        self._targets.setdefault(folder.path, Targets()).keep(files)
        if new := [link for link in links if link not in self._links.get(folder.path, links)]:
            self._notice(new, folder.collection)
        self._links[folder.path] = links
        return Ways.of(folder.path, links)

    def _look_at_targets(self, folder: Folder) -> bool:
        """Have links scanned whose targets changed; whether one leads to a folder by now."""
        changed = self._targets[folder.path].changed()
        ignore, removed = read_patterns(self._library.directory), self._library.trash.kept_out()
        wanted = [
            link
            for link in changed
            if not left_alone(link, folder.path, ignore=ignore, removed=removed)
        ]
        if wanted:
            self._notice(wanted, folder.collection)
        return any(link.is_dir() for link in wanted)

    def _leads_elsewhere(self, ways: Ways, changes: Iterable[tuple[Change, str]]) -> bool:
        """Whether links have come or gone, so that something else is to be watched."""
        added = {path for change, path in changes if change is Change.added}
        for path in added:
            known = Path(path) in ways.links or Path(path) in self._targets[ways.folder]
            if os.path.dirname(path) in added or known:
                continue  # what is inside a folder that was added is looked at with that
            leads = os.path.islink(path) or any(links_inside(Path(path)))
            if leads and not left_alone(Path(path), ways.folder):
                return True
        return any(Path(path) in ways.links and not os.path.isdir(path) for _, path in changes)

    def _placed(self, changes: Iterable[tuple[Change, str]]) -> list[tuple[Change, str]]:
        """Changes by where they are, without the library's, which come of indexing itself."""
        places, own = Places(), os.path.join(self._directory, "")
        found = ((change, places.of(path)) for change, path in changes)
        return [(change, place) for change, place in found if not place.startswith(own)]

    def _deal_with(self, folder: Folder, mine: Sequence[tuple[Change, str]]) -> None:
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
            if not left_alone(path, folder.path, ignore=ignore, removed=removed)
        ]
        if wanted:
            self._notice(wanted, folder.collection)

    def _wants_all(self, change: Change, path: str) -> bool:
        """Whether a change concerns more than its own path."""
        if os.path.basename(path) == IGNORE_FILE:
            return True
        gone = change is Change.deleted or not os.path.lexists(path)
        return gone and bool(self._library.writer.stamps_under(Path(path)))


def _named(ways: Ways, placed: Iterable[tuple[Change, str]]) -> list[tuple[Change, str]]:
    """The changes inside a folder, by the names that a scan of it has for them."""
    named = {(change, ways.name_of(place)) for change, place in placed}
    return [(change, path) for change, path in named if path is not None]
