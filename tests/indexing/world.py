"""A folder of drawn files, a library and an indexer, which a test can stop and start again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image

from qwen3vl_app.indexing.indexer import Indexer
from qwen3vl_app.indexing.progress import IndexProgress, IndexState
from qwen3vl_app.settings import Settings
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Outcome
from tests.indexing.embedders import TinyHost


class World:
    def __init__(self, folder: Path, reader: Any, host: TinyHost) -> None:
        self.folder = folder / "files"
        self.folder.mkdir()
        self.reader: Any = reader
        self.host = host
        self.settings = Settings(library=folder / "library", batch_items=4, ocr=False)
        self.open()

    @property
    def models(self) -> Any:
        """The host, for what asks for a ``ModelHost``; a test may put another in its place."""
        return self.host

    def open(self) -> None:
        """Start the program: a new library object and a new indexer on the same folders."""
        self.library = Library.open(self.settings.library)
        self.indexer = Indexer(self.library, self.reader, self.models, self.settings)

    def close(self) -> None:
        self.host.open.set()
        self.indexer.close()
        self.library.close()

    def restart(self) -> None:
        self.close()
        self.open()

    def picture(self, name: str, colour: str | tuple[int, int, int] = "red") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), colour).save(path)
        return path

    def pictures(self, count: int) -> list[Path]:
        """Pictures that differ from each other."""
        return [self.picture(f"{n:03}.png", (n, 255 - n, 2 * n % 256)) for n in range(count)]

    def text(self, name: str, *passages: str) -> Path:
        """A text whose passages are long enough not to be joined."""
        path = self.folder / name
        filling = " ".join(f"filling{n}" for n in range(200))
        path.write_text("\n\n".join(f"{passage} {filling}." for passage in passages))
        return path

    def index(self, *paths: Path, collection: str | None = None) -> IndexProgress:
        """Add and wait; adds the folder when nothing is named."""
        self.indexer.add(list(paths) or [self.folder], collection=collection)
        return self.finish()

    def finish(self) -> IndexProgress:
        self.indexer.start()
        progress = self.indexer.wait(timeout=60)
        if progress.state is IndexState.IDLE:
            assert progress.done == progress.files
        return progress

    def names(self) -> list[str]:
        """File names of all items, oldest first."""
        return [item.path.name for item in reversed(self.library.list_items(limit=1000))]

    def outcome_of(self, path: Path) -> Outcome | None:
        known = {row.path: row.outcome for row in self.library.outcomes()}
        return known.get(path)


def counted(progress: IndexProgress) -> dict[str, int]:
    return {outcome.value: n for outcome, n in progress.outcomes.items()}


def total(numbers: Iterable[int]) -> int:
    return sum(numbers)
