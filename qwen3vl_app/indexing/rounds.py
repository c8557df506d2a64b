"""One round through everything that waits: read, embedded and kept, batch by batch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qwen3vl_app.indexing.committing import commit
from qwen3vl_app.indexing.far_batches import FarBatches
from qwen3vl_app.indexing.prefetch import Prefetch
from qwen3vl_app.indexing.steps import Steps, far, here
from qwen3vl_app.store.encoding import display

if TYPE_CHECKING:
    from qwen3vl_app.indexing.batches import Batch
    from qwen3vl_app.indexing.far_crew import Crew
    from qwen3vl_app.indexing.tracker import ProgressTracker
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.models.service.protocol import ModelService
    from qwen3vl_app.settings import Settings
    from qwen3vl_app.store.library import Library
    from qwen3vl_app.types import Space


class Round:
    """Waiting files become items of one space. For the indexer's thread; close it after use.

    Args:
        library: Says what waits, and keeps what comes of it.
        reader: Opens and reads files.
        models: Embed them.
        settings: How large batches are.
        tracker: Is told how far it has come.
        space: Of the vectors.
        crew: The workers of ``models`` where these are elsewhere: they read as well. None where
            they are here.
        stale: Also embed again what has vectors only in other spaces.
        halted: Says that no more is wanted.
    """

    def __init__(
        self,
        library: Library,
        reader: Reader,
        models: ModelService,
        settings: Settings,
        tracker: ProgressTracker,
        *,
        space: Space,
        crew: Crew | None,
        stale: bool,
        halted: Callable[[], bool],
    ) -> None:
        self._library = library
        self._space = space
        self._tracker = tracker
        budget = models.embedder_budget()
        self._prefetch = Prefetch(
            library.writer,
            reader,
            space,
            budget=budget,
            batch_items=settings.batch_items,
            threads=settings.readers,
            stale=stale,
            halted=halted,
            reads=crew is None,
        )
        self._steps: Steps
        if crew is None:
            self._steps = here(self._prefetch, models, space, self._work_on)
        else:
            batches = FarBatches(crew, models, reader, space, budget=budget, halted=halted)
            self._steps = far(self._prefetch, batches, self._work_on)

    def step(self) -> bool:
        """Keep the next batch; False if there is none, or when halted.

        Raises:
            AppError: The model cannot be used, or the disk refuses.
        """
        if (step := next(self._steps, None)) is None:
            return False
        batch, embedding = step
        items, outcomes = commit(self._library, self._space, batch, embedding)
        self._prefetch.settle(batch.jobs(), batch.endings)
        self._tracker.end(outcomes.items())
        self._tracker.add_items(items, self._prefetch.parts_left(self._tracker.waiting()))
        return True

    def look_again(self) -> None:
        """More files wait: take those whose turn is sooner first."""
        self._prefetch.look_again()

    def close(self) -> None:
        """Drop what was not kept."""
        self._steps.close()
        self._prefetch.close()

    def _work_on(self, batch: Batch) -> None:
        if batch.reads:
            self._tracker.work_on(display(Path(batch.reads[-1].job.file.path.name)))
