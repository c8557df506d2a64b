"""Keeps finished searches in the library, where that is wanted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qwen3vl_app import __version__
from qwen3vl_app.errors import LibraryError
from qwen3vl_app.store.preferences import HISTORY, Preferences
from qwen3vl_app.types.run import HERE, Owner, Run, RunId

if TYPE_CHECKING:
    from qwen3vl_app.search.question_files import QuestionFile
    from qwen3vl_app.store.search_runs import SearchRuns
    from qwen3vl_app.types import SearchUpdate
    from qwen3vl_app.types.question import Question

log = logging.getLogger(__name__)


class History:
    """Thread-safe."""

    def __init__(self, runs: SearchRuns, preferences: Preferences) -> None:
        self.runs = runs
        self._preferences = preferences

    @property
    def is_on(self) -> bool:
        """Whether searches are kept from now on; what was kept before stays either way."""
        return self._preferences.is_on(HISTORY, otherwise=True)

    def turn(self, *, on: bool) -> None:
        """Keep searches of this library, or no more.

        Raises:
            LibraryError: The disk refuses.
        """
        self._preferences.turn(HISTORY, on=on)

    def keep(
        self,
        question: Question,
        update: SearchUpdate,
        files: Sequence[QuestionFile] = (),
        *,
        owner: Owner = HERE,
    ) -> RunId | None:
        """Keep what the last update of a search answered, with the files that it asked by.

        Nothing is kept while it is off. A disk that refuses is only logged. Then there is no run.
        """
        if not self.is_on:
            return None
        run = Run.of(question, update, version=__version__)
        try:
            return self.runs.add(run, {file.key: file.path for file in files}, owner=owner)
        except LibraryError as error:
            log.warning("A search is not kept in the history: %s", error)
            return None
