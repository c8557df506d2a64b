"""Notices that another embedder has taken over, whose space is then to be filled."""

from __future__ import annotations

from qwen3vl_app.errors import AppError
from qwen3vl_app.indexing.tracker import ProgressTracker
from qwen3vl_app.models.service.protocol import ModelService, ModelState
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Space


class ModelWatch:
    """What was last seen of the embedder. Never waits for it; used by one thread."""

    def __init__(self, models: ModelService) -> None:
        self._models = models
        self._seen: str | None = None
        """Fingerprint of its space; empty where it could not be loaded, None before either."""

    @property
    def has_seen(self) -> bool:
        """Whether the embedder was seen, loaded or failed."""
        return self._seen is not None

    def is_new(self) -> bool:
        """Whether the embedder is another one than was seen, or none was."""
        return self._seen is None or self._seen != self._now()

    def fills(self, library: Library, space: Space) -> None:
        """This one is to be filled; of the others, the one that holds most answers meanwhile."""
        self._seen = space.fingerprint
        library.writer.remember_checkpoint(space)
        held = {one: items for one, items in library.coverage() if items and one != space}
        self._models.unload_beside(keep=max(held, key=lambda one: held[one], default=None))

    def is_replaced(self, space: Space) -> bool:
        """Whether another embedder has taken over from that of a space."""
        now = self._models.loaded_space()
        return now is not None and now != space

    def look(self, library: Library, tracker: ProgressTracker) -> bool:
        """Whether anything waits for the embedder, which counts as seen; says what fails.

        Where nothing does, embedders of other spaces are let go.
        """
        space = self._models.loaded_space()
        self._seen = self._now() if space is None else space.fingerprint
        if space is None:
            return False
        try:
            library.writer.remember_checkpoint(space)
            stale = bool(library.writer.work(space))
            if not stale and library.is_complete(space):
                self._models.unload_beside()  # such as after switching back
        except AppError as error:
            tracker.say(error.message)
            return False
        return stale

    def _now(self) -> str | None:
        if (space := self._models.loaded_space()) is not None:
            return space.fingerprint
        failed = self._models.status()[0].state is ModelState.FAILED
        return "" if failed else self._seen
