"""Looks after a library in the background while a program has it open for writing."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from qwen3vl_app.errors import AppError
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.backups import Backups

if TYPE_CHECKING:
    from qwen3vl_app.store.library import Library

log = logging.getLogger(__name__)

DELAY = 60.0
"""Seconds after the start until the first look: people come to search, and models are loading."""

AGAIN = 3600.0
"""Seconds between two looks whether a backup is due."""


class Keeper:
    """Checks a large library once, makes a backup every day and empties the trash.

    Makes no thread before ``start``.

    Args:
        library: Open for writing.
        backups: Make any.
        delay: Seconds until the first look.
    """

    def __init__(self, library: Library, *, backups: bool, delay: float = DELAY) -> None:
        self._library = library
        self._backups = Backups(library.directory) if backups else None
        self._delay = delay
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin; calling it again does nothing."""
        if self._thread.ident is None and not self._closing.is_set():
            self._thread.start()

    def close(self) -> None:
        """End, and drop a backup that is being made."""
        self._closing.set()
        if self._backups is not None:
            self._backups.stop()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def notices(self) -> tuple[Message, ...]:
        """What a person should know of the backups; nothing where all is well."""
        failure = NOTHING if self._backups is None else self._backups.failure
        return (failure,) if failure else ()

    def tidy(self) -> None:
        """Delete what was removed 30 days ago, and make a backup if one is wanted and due."""
        try:
            self._library.trash.tidy()
            self._library.runs.tidy()
        except AppError as error:
            log.warning("tidying the library: %s", error)
        self.make_if_due()

    def make_if_due(self) -> None:
        """Make a backup now if one is wanted and due, as a command does before it ends."""
        if self._backups is None or self._library.trouble() is not None:
            return
        if self._backups.is_due():
            self._backups.make()

    def _work(self) -> None:
        if self._closing.wait(self._delay):
            return
        try:
            self._library.verify()
        except AppError as error:
            log.error("%s", error)  # noqa: TRY400  # a sentence for the person, not a bug
        while True:
            self.tidy()
            if self._closing.wait(AGAIN):
                return
