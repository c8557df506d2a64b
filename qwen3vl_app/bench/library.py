"""``bench library``: scanning, indexing, opening and searching a large library, in one run."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from qwen3vl_app.bench.filling import fill
from qwen3vl_app.bench.ingest import DIMENSION, measure_ingest, measure_scans
from qwen3vl_app.bench.measures import Measure, interleaved, machine, timed
from qwen3vl_app.bench.vectors import HITS, Likeness, measure_vectors
from qwen3vl_app.errors import BenchError
from qwen3vl_app.index.formats import VectorFormat
from qwen3vl_app.index.quantizers import OneBitCodes
from qwen3vl_app.index.snapshot import IndexSnapshot, SnapshotKey
from qwen3vl_app.index.two_stage import TwoStageIndex
from qwen3vl_app.store.belongings import INDEX
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Space, Vectors

SPACE = Space(model="bench", dimension=DIMENSION, fingerprint="bench")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    files: int
    pictures: int
    vectors: int
    turns: int
    queries: int


FULL = Size(files=100_000, pictures=1500, vectors=100_000, turns=5, queries=101)
QUICK = Size(files=2000, pictures=100, vectors=4000, turns=3, queries=21)
"""Says whether everything works; too small for the goals to mean anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryReport:
    """What ``bench library`` prints."""

    size: Size
    machine: dict[str, str]
    measures: tuple[Measure, ...]


def measure_library(size: Size = FULL, folder: Path | None = None) -> LibraryReport:
    """Measure everything in a temporary folder, below ``folder`` if one is given.

    The full size takes about five minutes on two cores, 3 GB of disk and 3 GB of memory. Files
    are read with a warm page cache.
    """
    described = machine()
    with TemporaryDirectory(dir=folder) as place:
        here = Path(place)
        measures = [
            *measure_scans(here, size.files, size.turns),
            *measure_ingest(here, size.pictures),
            *_measure_vectors(here / "large", size),
        ]
    return LibraryReport(size=size, machine=described, measures=tuple(measures))


def _measure_vectors(home: Path, size: Size) -> list[Measure]:
    likeness = Likeness(DIMENSION)
    pieces = likeness.items(size.vectors)
    begun = next(pieces)
    queries = likeness.queries(begun[: size.queries])
    fill(home, SPACE, chain([begun], pieces))
    built, _ = timed(lambda: _open_and_search(home, queries[0]))
    again = [timed(lambda: _open_and_search(home, queries[0]))[0] for _ in range(size.turns)]
    name = f"{size.vectors:,} x {DIMENSION}"
    return [
        Measure(name=f"open {name} without its index", value=round(built, 2), unit="s"),
        Measure(
            name=f"open {name} and search once",
            value=round(median(again), 3),
            unit="s",
            goal=0.5,
            at_least=False,
        ),
        *_measure_library_search(home, queries),
        *measure_vectors(_loaded(home), queries),
    ]


def _open_and_search(home: Path, query: Vectors) -> None:
    with closing(Library.open(home)) as library:
        if len(library.search(SPACE, query, HITS)) != HITS:
            raise BenchError("A search of the filled library came back short.")


def _measure_library_search(home: Path, queries: Vectors) -> list[Measure]:
    with closing(Library.open(home)) as library:
        library.search(SPACE, queries[0], 1)  # opens the index
        seconds = interleaved(
            {"top 50": lambda turn: library.search(SPACE, queries[turn], 50)}, len(queries) - 1
        )
    return [
        Measure(name="search: a library, 50 hits", value=round(1000 * value, 2), unit="ms")
        for value in seconds.values()
    ]


def _loaded(home: Path) -> TwoStageIndex:
    """The index as it is mapped from the library's disk, with one-bit codes at any size."""
    key = SnapshotKey(
        fingerprint=SPACE.fingerprint, dimension=DIMENSION, form=VectorFormat.FLOAT32
    )
    loaded = IndexSnapshot(home / INDEX, key, writable=False).load()
    if loaded is None:
        raise BenchError(f"The index of the filled library is not in {home / INDEX}.")
    index, _ = loaded
    if index.codes is None:
        index.use_codes(OneBitCodes(DIMENSION))
    return index
