"""The program on drawn files: all of it real but the models, whose slowness can be chosen."""

from __future__ import annotations

import atexit
import io
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from PIL import ImageOps

from qwen3vl_app.indexing.indexer import Indexer
from qwen3vl_app.indexing.progress import IndexState
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.search.discretion import DiscreetEngine
from qwen3vl_app.search.engine import Cancelled, SearchEngine, never
from qwen3vl_app.search.otherwise import USUAL, Otherwise
from qwen3vl_app.services import Services
from qwen3vl_app.settings import Settings
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import (
    Corners,
    Item,
    Kind,
    ModelInput,
    PictureText,
    Query,
    SearchUpdate,
    TextLine,
    TextOutcome,
)
from tests.store.build import content, put_file, unit
from tests.ui.drawings import draw, draw_files
from tests.ui.models import BUDGET, SPACE, DrawnModels, embedded

COLLECTIONS = {"shapes": "Shapes", "work": "Work", "clips": "Clips"}

PATIENCE = 60
"""Seconds until something that was ordered counts as never done."""


class SeenEngine(SearchEngine):
    """The real one, which remembers what it was asked."""

    seen: list[Query]

    def search(
        self, query: Query, *, otherwise: Otherwise = USUAL, cancelled: Cancelled = never
    ) -> Iterator[SearchUpdate]:
        self.seen.append(query)
        return super().search(query, otherwise=otherwise, cancelled=cancelled)


class SeenDiscreetEngine(DiscreetEngine, SeenEngine):
    """The same for strangers."""


class SeenIndexer(Indexer):
    """The real one, which remembers what it was told."""

    added: list[tuple[tuple[Path, ...], str | None]]
    commands: list[str]

    def add(self, paths: Sequence[Path], *, collection: str | None = None) -> None:
        super().add(paths, collection=collection)
        self.added.append((tuple(paths), collection))

    def pause(self) -> None:
        self.commands.append("pause")
        super().pause()

    def resume(self) -> None:
        self.commands.append("resume")
        super().resume()

    def cancel(self) -> None:
        self.commands.append("cancel")
        super().cancel()

    def retry(self, paths: Sequence[Path] | None = None) -> None:
        self.commands.append(f"retry {len(paths) if paths is not None else 'all'}")
        super().retry(paths)


def build_world(
    folder: Path, *, empty: bool = False, read_only: bool = False, drawn: Path | None = None
) -> Services:
    """The parts of the program on a library in ``folder``, with the drawn files in it or none.

    Args:
        folder: An empty one.
        empty: Nothing is in the library.
        read_only: For searching only, as for strangers.
        drawn: What ``prepared`` gave in another process.
    """
    if not empty:
        shutil.copytree((drawn or prepared()) / "library", folder / "library")
    return _parts(folder / "library", writable=not read_only, read_only=read_only)


@cache
def prepared() -> Path:
    """A folder with the drawn ``files`` and a ``library`` of them, made on the first call."""
    folder = Path(tempfile.mkdtemp(prefix="drawn-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    files = folder / "files"
    draw_files(files)
    services = _parts(folder / "library")
    try:
        services.start()
        for name, collection in COLLECTIONS.items():
            services.indexer.add([files / name], collection=collection)
            finish(services)
        services.indexer.add([files])
        finish(services)
    finally:
        services.close()
    (files / "gone.png").unlink()
    return folder


def finish(services: Services) -> None:
    """Wait until all that was ordered is indexed."""
    progress = services.indexer.wait(PATIENCE)
    assert progress.state is IndexState.IDLE, progress


def drop(services: Services, folder: Path) -> None:
    """Take a folder out for good, and delete it."""
    removed = services.indexer.folders.remove([folder])
    services.library.trash.discard(removed.ids)
    shutil.rmtree(folder, ignore_errors=True)


def put_named(services: Services, names: Sequence[str]) -> None:
    """Let the library have exactly these further pictures, under these names."""
    folder = services.library.directory.parent / "named"
    if folder.exists():
        drop(services, folder)
    if names:
        folder.mkdir()
        for number, name in enumerate(names):
            picture = draw("red", "star", (90, 90), 200 + number)
            framed = ImageOps.expand(picture, border=10 + 40 * number, fill="#333")
            framed.save(folder / name)
        services.indexer.add([folder])
        finish(services)


def put_read(services: Services, lines: dict[str, Sequence[float]]) -> None:
    """Let these lines, by their text with their corners, be read in the first picture; or none."""
    texts = services.library.picture_texts
    found = tuple(
        TextLine(text=text, corners=cast("Corners", tuple(corners)), confidence=1.0)
        for text, corners in lines.items()
    )
    outcome = TextOutcome.READ if found else TextOutcome.NONE
    item = first(services, Kind.PICTURE)
    texts.put(item.id, 1, PictureText(outcome=outcome, lines=found))


def put_further(services: Services, count: int) -> None:
    """Let the library have exactly so many further pictures, whose files are not there."""
    library = services.library
    folder = library.directory.parent / "further"
    library.forget([folder])
    buffer = io.BytesIO()
    draw("blue", "circle", (120, 90)).save(buffer, "JPEG")
    for n in range(count):
        drawn = replace(content(size=(120, 90)), thumbnail=buffer.getvalue())
        vector = embedded(ModelInput(texts=(f"blue circle {n}",)))
        put_file(library, folder / f"{n:03}.png", f"further {n}", [(drawn, vector)], space=SPACE)


def put_old(services: Services) -> None:
    """Let the library have vectors of a model that is not used any more."""
    old = replace(SPACE, fingerprint="old", dimension=4)
    put_file(services.library, Path("/old.png"), "old", [(content(), unit(1, 0, 0, 0))], space=old)


def tidy(services: Services, drawn: Path) -> None:
    """Take out all but the drawn files, as they are in ``drawn``."""
    services.indexer.wait(PATIENCE)
    services.engine.forget_scores()  # else a slow search is over at once
    files = drawn / "files"
    known = [row.path for row in services.library.outcomes(limit=10_000)]
    known += [folder.path for folder in services.indexer.folders.all()]
    added = [path for path in known if files not in (path, *path.parents)]
    if added:
        services.indexer.folders.remove(added)
        services.library.trash.discard()


def first(services: Services, kind: Kind) -> Item:
    """The item of a kind that was added first."""
    return next(item for item in items(services) if item.kind is kind)


def items(services: Services) -> list[Item]:
    """All items, in the order in which they were added."""
    return services.library.list_items(limit=10_000)[::-1]


def _parts(directory: Path, *, writable: bool = True, read_only: bool = False) -> Services:
    settings = Settings(library=directory, read_only=read_only, batch_items=8, ocr=False)
    library = Library.open(directory, writable=writable, hides_folders=read_only)
    reader = Reader(BUDGET, settings.limits, workers=2, moment_seconds=settings.moment_seconds)
    models: Any = DrawnModels()
    indexer = SeenIndexer(library, reader, models, settings)
    indexer.added, indexer.commands = [], []
    engine = (SeenDiscreetEngine if read_only else SeenEngine)(library, reader, models)
    engine.seen = []
    return Services(
        settings=settings,
        library=library,
        reader=reader,
        models=models,
        indexer=indexer,
        engine=engine,
    )
