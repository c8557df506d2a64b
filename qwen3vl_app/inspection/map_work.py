"""One map from vectors to words: hands them to the process that lays it out, and listens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from qwen3vl_app.errors import MapError, MapStoppedError
from qwen3vl_app.index.formats import cut
from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.inspection.map_file import Cluster, ItemMap
from qwen3vl_app.inspection.map_layout import Places
from qwen3vl_app.inspection.map_words import labels
from qwen3vl_app.inspection.map_worker import CLUSTERS, PLACES, VECTORS
from qwen3vl_app.messages import Message
from qwen3vl_app.types import ItemId, Space

if TYPE_CHECKING:
    from qwen3vl_app.store.library import Library

DIMENSIONS = 512
"""Leading dimensions of a vector that a map is laid out by: a quarter of the time and memory that
2048 take."""

READ_FOR_WORDS = 200
"""Items of a cluster that its label is made of, spread over all of them."""

_TOGETHER = 2_000
_LOOK = 0.1
"""Seconds between looks whether the map is still wanted."""

_PACKAGE = Path(__file__).parents[2]
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""The other cores are for searches, and sums in another order would be another map."""

Seen = Callable[[float, Ids, Places | None], None]
"""Told how much is done, 0 to 1, and of which items; with places where there are new ones."""


def make_map(
    library: Library, space: Space, ids: Ids, seen: Seen, stopped: Callable[[], bool]
) -> ItemMap:
    """Lay out these items, less those without a vector in the space.

    25 s for 20,000 items, on one core; 1 GB of memory for 200,000.

    Raises:
        MapStoppedError: ``stopped`` said so.
        MapError: The process that lays it out has died.
    """
    with TemporaryDirectory(prefix="qwen3vl-map-") as folder:
        known = _write_vectors(library, space, ids, Path(folder) / VECTORS, stopped)
        if not len(known):
            nothing = np.empty((0, 2), np.float32)
            none = np.empty(0, np.uint8)
            return ItemMap(ids=known, places=nothing, of_each=none, clusters=())
        run(Path(folder), known, seen, stopped)
        places = np.load(Path(folder) / PLACES)
        with np.load(Path(folder) / CLUSTERS) as found:
            of_each, stand = found["of_each"], found["representatives"]
    return ItemMap(
        ids=known,
        places=places,
        of_each=of_each,
        clusters=_described(library, known, of_each, stand),
    )


def _write_vectors(
    library: Library, space: Space, ids: Ids, path: Path, stopped: Callable[[], bool]
) -> Ids:
    """Write the vectors of these items; the ids of those that have one."""
    dimension = min(DIMENSIONS, space.dimension)
    rows = open_memmap(path, "w+", np.float32, (len(ids), dimension)) if len(ids) else None
    known: list[int] = []
    for begin in range(0, len(ids), _TOGETHER):
        if stopped():
            raise MapStoppedError(Message.of("map.stopped"))
        piece = ids[begin : begin + _TOGETHER]
        found = library.fetch(space, [ItemId(one) for one in piece.tolist()])
        held = sorted(found)
        if held and rows is not None:
            vectors = np.stack([found[one] for one in held]).astype(np.float32)
            rows[len(known) : len(known) + len(held)] = cut(vectors, dimension)
            known += held
    if rows is not None and len(known) < len(ids):
        fewer = np.array(rows[: len(known)])
        del rows
        np.save(path, fewer)
    elif rows is not None:
        rows.flush()
    return np.array(known, np.int64)


def run(folder: Path, ids: Ids, seen: Seen, stopped: Callable[[], bool]) -> None:
    """Have the process at work until it is done."""
    path = os.pathsep.join(filter(None, (str(_PACKAGE), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(  # noqa: S603  # our own module, with a folder of ours
        [sys.executable, "-m", "qwen3vl_app.inspection.map_worker", str(folder)],
        env={**os.environ, **_ONE_THREAD, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    Thread(target=_end_when, args=(process, stopped), daemon=True).start()
    done = False
    try:
        for line in process.stdout or ():
            told = json.loads(line)
            done = told["step"] == "done"
            places = np.load(folder / PLACES) if told["step"] == "places" else None
            seen(float(told["done"]), ids, places)
    finally:
        if not done:
            process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        process.wait()
    if stopped():
        raise MapStoppedError(Message.of("map.stopped"))
    if not done:
        raise MapError(Message.of("map.died", code=str(process.returncode)))


def _end_when(process: subprocess.Popen[bytes], stopped: Callable[[], bool]) -> None:
    """End it as soon as nobody wants the map; between two of its lines seconds may pass."""
    while process.poll() is None:
        if stopped():
            process.kill()
        sleep(_LOOK)


def _described(
    library: Library, ids: Ids, of_each: NDArray[np.uint8], stand: Ids
) -> tuple[Cluster, ...]:
    members = [np.flatnonzero(of_each == number) for number in range(len(stand))]
    words = labels([_texts(library, ids[some]) for some in members])
    return tuple(
        Cluster(
            words=label,
            size=len(some),
            representatives=tuple(ids[near[near >= 0]].tolist()),
        )
        for label, some, near in zip(words, members, stand, strict=True)
    )


def _texts(library: Library, ids: Ids) -> Sequence[str]:
    """What items of a cluster say: their files' names and their texts."""
    spread = ids[:: max(1, len(ids) // READ_FOR_WORDS)][:READ_FOR_WORDS]
    found = library.items([ItemId(one) for one in spread.tolist()])
    return [f"{one.path.stem}\n{one.text}\n{one.picture_text}" for one in found.values()]
