"""Vectors that a model has made: of a library, or of the bundled samples."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from qwen3vl_app.errors import BenchError
from qwen3vl_app.services import build_services
from qwen3vl_app.settings import SAMPLES
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Space, Vectors

if TYPE_CHECKING:
    from qwen3vl_app.settings import Settings

MOST = 100_000
"""Vectors that are taken of a library: 800 MB at 2048 dimensions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Vectors (N, D) of one space."""

    of: str
    vectors: Vectors


def sample_library(folder: Path) -> Sample:
    """Of the space with the most vectors; the library is opened for reading only.

    Raises:
        BenchError: Nothing in it has a vector.
        AppError: It cannot be opened.
    """
    with closing(Library.open(folder, writable=False)) as library:
        space, count = max(library.spaces(), key=lambda one: one[1], default=(None, 0))
        if space is None or not count:
            raise BenchError(f"Nothing in {folder} has a vector.")
        return _taken(library, space, f"a library, {space.model}")


def sample_samples(settings: Settings) -> Sample:
    """Of the bundled samples by the models of ``settings``; ten seconds with the bundled ones.

    Raises:
        BenchError: They could not be indexed.
    """
    with TemporaryDirectory() as folder:
        here = replace(
            settings, library=Path(folder) / "library", reranker="none", ocr=False, ray=""
        )
        with closing(build_services(here)) as services:
            services.indexer.add([SAMPLES])
            services.models.start()
            services.indexer.start()
            progress = services.indexer.wait()
            if not progress.items:
                raise BenchError(f"The samples could not be indexed: {progress.message}")
            space = services.models.space()
            return _taken(services.library, space, f"the bundled samples, {space.model}")


def _taken(library: Library, space: Space, of: str) -> Sample:
    rows: Iterable[Vectors] = (vector for _, vector in library.scan(space))
    return Sample(of=of, vectors=np.array(list(islice(rows, MOST)), np.float32))
