"""Builds the parts once and hands them out; the only place that knows all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwen3vl_app.indexing.indexer import Indexer
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.models.host import ModelHost
    from qwen3vl_app.search.engine import SearchEngine
    from qwen3vl_app.settings import Settings
    from qwen3vl_app.store.library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of a running program. Every part is thread-safe."""

    settings: Settings
    library: Library
    reader: Reader
    models: ModelHost
    indexer: Indexer
    engine: SearchEngine

    def start(self) -> None:
        """Begin loading the models and continue unfinished indexing, both in the background."""
        self.models.start()
        if self.library.writable:
            self.indexer.start()

    def close(self) -> None:
        """End the background work in the order in which the parts need each other.

        Takes as long as the batch in flight.
        """
        self.engine.close()
        self.indexer.close()
        self.models.close()
        self.reader.close()
        self.library.close()


def build_services(settings: Settings, *, writable: bool = True) -> Services:
    """Open the library and build the parts around it. Loads no model and starts no thread.

    Raises:
        LibraryError: The library is too new, in use by another process, or not a library.
        UsageError: A read-only library is not there.
    """
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.indexing.indexer import Indexer
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.models.host import ModelHost
    from qwen3vl_app.search.engine import SearchEngine
    from qwen3vl_app.store.library import Library

    library = Library.open(settings.library, writable=writable)
    models = ModelHost(settings)
    reader = Reader(
        Budget(),
        settings.limits,
        workers=settings.readers,
        moment_seconds=settings.moment_seconds,
    )
    return Services(
        settings=settings,
        library=library,
        reader=reader,
        models=models,
        indexer=Indexer(library, reader, models, settings),
        engine=SearchEngine(library, reader, models),
    )
