"""Builds the parts once and hands them out; the only place that knows all of them."""

from __future__ import annotations

import os
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qwen3vl_app.errors import LibraryBusyError, LibraryError
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.checkpoint.resolve import Role, lasting
from qwen3vl_app.scratch import Scratch
from qwen3vl_app.settings import with_choices
from qwen3vl_app.types.model_choice import AUTO, ModelChoice

if TYPE_CHECKING:
    from qwen3vl_app.evaluation.pin_watch import PinWatch
    from qwen3vl_app.indexing.far_crew import Crew
    from qwen3vl_app.indexing.indexer import Indexer
    from qwen3vl_app.inspection.maps import Maps
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.models.getting.jobs import Downloads
    from qwen3vl_app.models.service.protocol import ModelService, ModelStatus
    from qwen3vl_app.search.engine import SearchEngine
    from qwen3vl_app.search.finished_runs import FinishedRuns, RecentRuns
    from qwen3vl_app.search.history import History
    from qwen3vl_app.settings import Settings
    from qwen3vl_app.store.keeping import Keeper
    from qwen3vl_app.store.library import Library

SEARCH_ONLY = Message.of("library.read_only_asked")


def _recent() -> RecentRuns:
    from qwen3vl_app.search.finished_runs import RecentRuns

    return RecentRuns()


def _downloads() -> Downloads:
    from qwen3vl_app.models.getting.jobs import Downloads

    return Downloads()


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of a running program. Every part is thread-safe."""

    settings: Settings
    library: Library
    reader: Reader
    models: ModelService
    indexer: Indexer
    engine: SearchEngine
    keeper: Keeper | None = None
    """Checks the library and makes its backups; None where it is open for reading only."""

    pin_watch: PinWatch | None = None
    """Asks pinned questions again; None where the library is open for reading only."""

    history: History | None = None
    """Keeps finished searches; None where that is not wanted, or nothing may be written."""

    recent: RecentRuns = field(default_factory=_recent)
    """The last searches that no history keeps."""

    scratch: Scratch | None = None
    """Holds the page's copies where nothing may be written to the library."""

    downloads: Downloads = field(default_factory=_downloads)
    """Gets models while the page is used."""

    maps: Maps = field(init=False)
    """Lays out collections in two dimensions, when somebody asks for that."""

    def __post_init__(self) -> None:
        from qwen3vl_app.inspection.maps import Maps

        object.__setattr__(self, "maps", Maps(self.library, self.models))

    @property
    def finished(self) -> FinishedRuns:
        """Finished searches by their numbers."""
        from qwen3vl_app.search.finished_runs import FinishedRuns

        return FinishedRuns(self.history, self.recent)

    @property
    def cache(self) -> Path:
        """The one folder, beside thumbnails, from which files are served by name."""
        return self.library.directory if self.scratch is None else self.scratch.path

    def start(self) -> None:
        """Begin loading the models and continue unfinished indexing, both in the background."""
        self.models.start()
        if self.library.writable:
            self.indexer.start()
        if self.keeper is not None:
            self.keeper.start()
        if self.pin_watch is not None:
            self.pin_watch.start()

    def use_model(self, role: Role, choice: ModelChoice) -> Future[None]:
        """Have another model in a role, and keep it as the library's once it has taken over.

        Returns:
            As ``ModelService.use``; the library is written to before it ends.

        Raises:
            LibraryReadOnlyError: The library is open for reading only.
            LibraryLostError: Its files were removed.
        """
        self.library.writer.has_work()  # refuses before gigabytes are loaded
        choice = replace(choice, wanted=lasting(choice.wanted), adapter=lasting(choice.adapter))
        present = next(one for one in self.models.status() if one.role == role)
        before = ModelChoice(wanted=_meant(present), adapter=present.adapter)
        kept: Future[None] = Future()

        def keep(loaded: Future[None]) -> None:
            try:
                loaded.result()
                self.library.choices.keep(role, choice, before)
            except Exception as error:  # whatever it is, it is the caller's to see
                kept.set_exception(error)
            else:
                kept.set_result(None)

        self.models.use(role, choice.wanted, choice.adapter).add_done_callback(keep)
        return kept

    def close(self) -> None:
        """End the background work in the order in which the parts need each other.

        Takes as long as the batch in flight.
        """
        self.downloads.close()
        self.maps.close()
        if self.pin_watch is not None:
            self.pin_watch.close()
        self.engine.close()
        self.indexer.close()
        if self.keeper is not None:
            self.keeper.close()
        self.models.close()
        self.reader.close()
        self.library.close()
        if self.scratch is not None:
            self.scratch.close()


def _meant(status: ModelStatus) -> str:
    """By what to ask for the very model: ``auto`` is another one once a better one is here."""
    from qwen3vl_app.models.service.protocol import ModelState

    if status.wanted.lower() != AUTO or status.state in {ModelState.WAITING, ModelState.FAILED}:
        return status.wanted
    return "demo" if status.bundled else "2b"


def build_models(settings: Settings) -> ModelService:
    """The models that ``settings`` name. Loads none and starts no thread."""
    from qwen3vl_app.models.service.host import ModelHost

    return ModelHost(settings)


def _models_and_crew(settings: Settings, reader: Reader) -> tuple[ModelService, Crew | None]:
    """The same, and the workers that have the models where these are elsewhere."""
    if not settings.ray:
        return build_models(settings), None
    from qwen3vl_app.scale.far_models import FarModels

    far = FarModels(settings, reader)
    return far, far


def build_services(settings: Settings, *, writable: bool = True) -> Services:
    """Open the library and build the parts around it. Loads no model and starts no thread.

    Raises:
        LibraryError: The library is too new, in use by another process, or not a library.
        UsageError: A read-only library is not there.
    """
    from qwen3vl_app.budget import Budget
    from qwen3vl_app.evaluation.asking import Parts
    from qwen3vl_app.evaluation.pin_watch import PinWatch
    from qwen3vl_app.indexing.indexer import Indexer
    from qwen3vl_app.indexing.progress import IndexState
    from qwen3vl_app.media.reader import Reader
    from qwen3vl_app.search.discretion import DiscreetEngine
    from qwen3vl_app.search.documents import Documents, FarDocuments
    from qwen3vl_app.search.engine import SearchEngine
    from qwen3vl_app.search.history import History
    from qwen3vl_app.store.keeping import Keeper
    from qwen3vl_app.store.library import Library

    library = Library.open(
        settings.library, writable=writable, hides_folders=settings.read_only and not writable
    )
    try:
        if settings.vectors:
            library.places.use(settings.vectors)
    except BaseException:
        library.close()
        raise
    chosen = (library.choices.of(role) for role in Role)
    settings = with_choices(settings, *chosen)
    reader = Reader(
        Budget(),
        settings.limits,
        workers=settings.readers,
        moment_seconds=settings.moment_seconds,
    )
    models, crew = _models_and_crew(settings, reader)
    documents = (Documents if crew is None else FarDocuments)(library, reader)
    indexer = Indexer(library, reader, models, settings, crew)
    engine = (DiscreetEngine if settings.read_only else SearchEngine)(
        library, reader, models, documents
    )

    def is_idle() -> bool:
        return indexer.progress().state is IndexState.IDLE

    return Services(
        settings=settings,
        library=library,
        reader=reader,
        models=models,
        indexer=indexer,
        engine=engine,
        pin_watch=PinWatch(Parts(library, engine, reader, models), is_idle=is_idle)
        if writable
        else None,
        keeper=Keeper(library, backups=settings.backup) if writable else None,
        history=History(library.runs, library.preferences)
        if writable and settings.history
        else None,
    )


def services_for_page(settings: Settings) -> tuple[Services, Message]:
    """The parts for a page, which can still search where the library cannot be written to.

    Returns:
        The parts, and why the library is open for reading only; nothing where it is not.

    Raises:
        LibraryError: The library cannot even be read.
        UsageError: There is none, and none can be made.
    """
    why = SEARCH_ONLY if settings.read_only else NOTHING
    if not why:
        try:
            return build_services(settings), NOTHING
        except LibraryBusyError as error:
            why = _search_only(error)
        except LibraryError as error:
            if os.access(settings.library, os.W_OK) or not settings.library.is_dir():
                raise
            why = _search_only(error)
    services = build_services(settings, writable=False)
    return replace(services, scratch=Scratch()), why


def _search_only(error: LibraryError) -> Message:
    return Message.of("library.search_only", reason=error.message)
