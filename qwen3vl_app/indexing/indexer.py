"""The background job: one thread that scans, reads, embeds and commits what was added."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from qwen3vl_app.errors import AppError, LibraryLostError, UnloadedError
from qwen3vl_app.indexing.adding import bring_back, checked
from qwen3vl_app.indexing.comparing import Comparer
from qwen3vl_app.indexing.far_crew import Crew
from qwen3vl_app.indexing.folders import Folders
from qwen3vl_app.indexing.model_watch import ModelWatch
from qwen3vl_app.indexing.picture_words import PictureWords
from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.indexing.progress_file import ProgressFile, unfinished_run
from qwen3vl_app.indexing.rounds import Round
from qwen3vl_app.indexing.scanning import scan_source, scanned_for
from qwen3vl_app.indexing.tracker import ProgressTracker
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.service.protocol import ModelService, ModelState
from qwen3vl_app.settings import Settings
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Space

log = logging.getLogger(__name__)

CANCELLED = Message.of("reason.cancelled")

PAUSING = Message.of("index.pausing")
STOPPING = Message.of("index.stopping")

POLL = 0.2
"""Seconds between looks at a model that is loading."""

REST = 2.0
"""Seconds between looks whether searches have met pictures to compare."""


class Indexer:
    """Indexes what is added, in the background, and goes on after a restart.

    What is to be done stands in the library, so ending the program, also by ``kill -9``, loses
    the batch in flight at most. Thread-safe; every method but ``wait`` and ``close`` returns at
    once. Makes no thread before ``start``.
    """

    def __init__(
        self,
        library: Library,
        reader: Reader,
        models: ModelService,
        settings: Settings,
        crew: Crew | None = None,
    ) -> None:
        self._library = library
        self._reader = reader
        self._models = models
        self._crew = crew  # the workers of the models, where these are elsewhere
        self._settings = settings
        self._tracker = ProgressTracker(heard=self._post)
        self._progress_file = ProgressFile(library.directory)
        self._comparer = Comparer(library, reader)
        self.folders = Folders(library, self._notice, every_folder=settings.watch)
        self.words = PictureWords(
            library, reader, is_wanted=settings.ocr, is_busy=self._is_busy, heard=self._post
        )
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="indexer", daemon=True)
        # What others want; guarded by _changed.
        self._wanted = False
        self._paused = False
        self._cancelled = False
        self._last_cancelled = 0
        self._closing = False
        # What the thread does; written by it, under _changed.
        self._running = False
        self._failed = False
        self._watch = ModelWatch(models)
        self._embed_stale = True

    # ------------------------------------------------------------ for any thread

    def start(self) -> None:
        """Begin, with what an earlier run left unfinished. Calling it again does nothing.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
        """
        unfinished = self._library.writer.has_work()
        # where folders wait to be scanned, that meets again what an earlier run has done
        scans = self._library.writer.sources()
        before = None if scans else unfinished_run(self._library.directory)
        with self._changed:
            if self._thread.ident is None and not self._closing:
                if unfinished:
                    self._want(before)
                self._thread.start()
        self.words.start()

    def add(self, paths: Sequence[Path], *, collection: str | None = None) -> None:
        """Index files and folders where they are, as members of a collection if one is named.

        Raises:
            UsageError: A path is not there, belongs to the library or lies in a folder that was
                removed; then none is added.
            LibraryReadOnlyError: The library is open for reading only.
            LibraryLostError: Its files have been taken away.
        """
        absolute = checked(self._library, paths)
        uploads = self._library.uploads
        folders = [p for p in absolute if p.is_dir() and not p.is_relative_to(uploads)]
        try:
            bring_back(self._library, absolute)
            self._library.writer.add_sources(absolute, collection)
            self._library.writer.remember_folders(folders, collection)
        except LibraryLostError as error:
            self._give_up(error)
            raise
        with self._changed:
            self._want()

    def retry(self, paths: Sequence[Path] | None = None) -> None:
        """Try failed files again: these, those inside these folders, or all."""
        absolute = None if paths is None else [Path(os.path.abspath(path)) for path in paths]
        if self._library.writer.retry(absolute):
            with self._changed:
                self._want()

    def catch_up(self) -> bool:
        """Embed what the loaded model has no vectors of; False if nothing. Waits for the model.

        A running program does so by itself as soon as its model has loaded.

        Raises:
            ModelError: The embedder is not there.
        """
        some = any(self._library.counts().items.values())
        if not some or not self._library.writer.work(self._models.space()):
            return False
        with self._changed:
            self._want()
        return True

    def pause(self) -> None:
        """Stop after the batch in flight, until ``resume``; does nothing when idle."""
        with self._changed:
            if self._busy():
                self._paused = True
                self._tracker.say(PAUSING, until_halt=True)
                self._changed.notify_all()

    def resume(self) -> None:
        """Go on after a pause, or try again after a failure."""
        with self._changed:
            self._paused = False
            if self._failed:
                self._want()
            self._changed.notify_all()

    def cancel(self) -> None:
        """Finish the batch in flight, keep what was committed, and drop all that waits."""
        with self._changed:
            if self._busy() or self._failed:
                self._cancelled = True
                self._wanted = self._paused = False
                # What is added from now on is meant to be indexed.
                self._last_cancelled = max(
                    (s.id for s in self._library.writer.sources()), default=0
                )
                self._tracker.say(STOPPING, until_halt=True)
                self._changed.notify_all()

    def progress(self) -> IndexProgress:
        """What is being done; never waits."""
        run, words = self._tracker.snapshot(), self.words.progress()
        return replace(run, rev=run.rev + words.rev, words=words)

    def wait(self, timeout: float | None = None) -> IndexProgress:
        """Wait, at most ``timeout`` seconds, until all is done, has failed or was cancelled."""
        with self._changed:
            self._changed.wait_for(lambda: not self._busy(), timeout)
        return self.progress()

    def close(self) -> None:
        """Stop after the batch in flight; the rest is continued by the next ``start``."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self.folders.close()
        self.words.close()
        if self._thread.ident is not None:
            self._thread.join()
            self._progress_file.post(self.progress(), last=True)

    def _notice(self, paths: Sequence[Path], collection: str | None) -> None:
        """Scan these, which belong to folders that were added."""
        self._library.writer.add_sources(paths, collection)
        with self._changed:
            self._want()

    def _give_up(self, error: AppError) -> None:
        """Say why nothing can be done, until something is ordered again; a run says it itself."""
        with self._changed:
            if not (self._wanted or self._running):
                self._failed = True
                self._tracker.enter(IndexState.FAILED, error.message)

    def _want(self, before: IndexProgress | None = None) -> None:
        begun = self._wanted or self._running
        self._wanted = True
        self._failed = False
        if not begun:
            self._tracker.begin(before)
            self._tracker.enter(IndexState.SCANNING)
        self._changed.notify_all()

    def _post(self) -> None:
        self._progress_file.post(self.progress())

    def _is_busy(self) -> bool:
        with self._changed:
            return self._busy()

    def _busy(self) -> bool:
        return (self._wanted or self._running or self._cancelled) and not self._closing

    # ------------------------------------------------------------ on the indexer's thread

    def _work(self) -> None:
        while True:
            with self._changed:
                timeout = REST if self._watch.has_seen else POLL
                self._changed.wait_for(self._has_orders, timeout)
                if self._closing:
                    return
                self._running = self._has_orders()
            if self._running:
                self._run()
            elif self._watch.is_new():
                self._look_for_stale()
            else:
                self._comparer.settle(self._has_orders)

    def _has_orders(self) -> bool:
        return self._closing or self._wanted or self._cancelled

    def _run(self) -> None:
        """Everything that is wanted, to the end, a failure, or a halt."""
        state, cancelled = IndexState.IDLE, False
        try:
            self._index_all()
            self._tracker.halted()
            cancelled = self._cancelled
            if cancelled:
                self._library.writer.cancel(CANCELLED, self._last_cancelled)
                self._embed_stale = False
                self._tracker.say(Message.of("index.cancelled"))
            if not self._closing:
                self._library.writer.sweep()
            if (space := self._models.loaded_space()) is not None and not self._halted():
                self._comparer.follow(space, self._has_orders)
        except AppError as error:
            state = IndexState.FAILED
            self._tracker.say(error.message)
        except Exception as error:
            # A bug, but the page must say so and offer to go on: nothing of the library is lost.
            log.exception("indexing stopped")
            state = IndexState.FAILED
            self._tracker.say(Message.of("index.bug", said=repr(error)))
        self._rest(state, cancelled=cancelled)

    def _rest(self, state: IndexState, *, cancelled: bool) -> None:
        """End the run, unless more was ordered in its last moment."""
        with self._changed:
            self._running = False
            self._failed = state is IndexState.FAILED
            if self._failed or cancelled:
                self._cancelled = False
            if self._failed or not (self._wanted or self._cancelled):
                self._wanted = self._paused = False
                if self._failed:
                    self._tracker.enter(state)
                elif not self._closing:  # else it goes on with the next program, as it stands
                    self._tracker.drop_waiting()
                    self._tracker.enter(state)
            self._changed.notify_all()
        self.words.look()

    def _index_all(self) -> None:
        while self._take_order():
            self._scan_sources()
            space = self._wait_for_model()
            if space is None:
                continue
            try:
                self._index(space)
            except UnloadedError:
                if not self._watch.is_replaced(space):
                    raise
            if self._watch.is_replaced(space):
                with self._changed:
                    if not self._halted():
                        self._wanted = self._embed_stale = True  # the rest, with the new model
            elif self._library.is_complete(space):
                self._models.unload_beside()  # no search needs an earlier space any more

    def _take_order(self) -> bool:
        with self._changed:
            if self._halted():
                return False
            wanted, self._wanted = self._wanted, False
            return wanted

    def _scan_sources(self) -> None:
        for source in self._library.writer.sources():
            if self._pause_point(IndexState.SCANNING):
                scan_source(
                    self._library,
                    source,
                    self._tracker,
                    self._halted,
                    ignore=self.folders.patterns,
                    reader=self._reader.version,
                    space=scanned_for(self._library, self._models),
                )

    def _wait_for_model(self) -> Space | None:
        """The embedder's space; None when halted, or when there is nothing to embed."""
        self._tracker.see(self._library.writer.work(None))
        counts = self._library.counts()
        if not counts.pending and not any(counts.items.values()):
            return None
        while self._pause_point(IndexState.WAITING):
            if self._models.status()[0].state not in (ModelState.WAITING, ModelState.LOADING):
                return self._models.space()
            with self._changed:
                self._changed.wait_for(self._halted, POLL)
        return None

    def _look_for_stale(self) -> None:
        """When a model has loaded, the first or another: is there anything it did not embed?"""
        is_first = not self._watch.has_seen
        stale = self._watch.look(self._library, self._tracker)
        with self._changed:
            self._embed_stale |= not is_first  # whatever was cancelled with the one before
            if stale:
                self._want()

    def _index(self, space: Space) -> None:
        self._watch.fills(self._library, space)
        self._tracker.see(self._library.writer.work(space if self._embed_stale else None))
        round_ = Round(
            self._library,
            self._reader,
            self._models,
            self._settings,
            self._tracker,
            space=space,
            crew=self._crew,
            stale=self._embed_stale,
            halted=self._halted,
        )
        with closing(round_):
            while self._pause_point(IndexState.INDEXING) and not self._watch.is_replaced(space):
                if not round_.step():
                    break
                if self._wanted and self._take_order():
                    self._scan_sources()
                    self._tracker.see(self._library.writer.work(None))
                    round_.look_again()

    def _pause_point(self, state: IndexState) -> bool:
        """Wait here while paused, then go on in ``state``; False when halted."""
        with self._changed:
            if self._paused:
                self._tracker.enter(IndexState.PAUSED, NOTHING)
                self._changed.wait_for(lambda: not self._paused or self._halted())
            if not self._halted() and self._tracker.snapshot().state is not state:
                self._tracker.enter(state)
            return not self._halted()

    def _halted(self) -> bool:
        return self._closing or self._cancelled
