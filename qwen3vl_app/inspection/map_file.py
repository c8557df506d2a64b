"""A finished map, and the files in which maps are kept. They may be deleted at any time."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.inspection.map_clusters import MOST_CLUSTERS
from qwen3vl_app.inspection.map_layout import Places

VERSION = 1
"""Of layout, clusters and labels: maps of another one are made anew."""

MOST_FILES = 24
"""Maps that are kept, each 13 bytes an item; the one that was made longest ago goes."""

MOST_BYTES = 1 << 28
"""A file that is larger is none of ours: 10,000,000 items take half of it."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cluster:
    """Items that belong together."""

    words: tuple[str, ...]
    """Its label, the most telling word first; empty where no word tells."""

    size: int
    representatives: tuple[int, ...]
    """Ids, nearest to its centre first."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ItemMap:
    """N items in two dimensions.

    Raises:
        ValueError: The parts do not fit together.
    """

    ids: Ids
    """(N,), ascending."""

    places: Places
    """(N, 2), within −1 and 1."""

    of_each: NDArray[np.uint8]
    """(N,): the number of each item's cluster."""

    clusters: tuple[Cluster, ...]

    def __post_init__(self) -> None:
        count = len(self.ids)
        fits = (
            self.places.shape == (count, 2)
            and self.of_each.shape == (count,)
            and len(self.clusters) <= MOST_CLUSTERS
            and bool((np.diff(self.ids) > 0).all())
            and bool((np.abs(self.places) <= 1 + 1e-3).all())
            and (not count or int(self.of_each.max()) < len(self.clusters))
        )
        if not fits:
            raise ValueError("a map whose parts do not fit together")


class MapFiles:
    """Maps in a folder, by space and collection.

    Args:
        folder: Made when it is needed.
        writable: Otherwise new ones stay in memory.
    """

    def __init__(self, folder: Path, *, writable: bool = True) -> None:
        self._folder = folder
        self._writable = writable
        self._held: dict[str, ItemMap] = {}

    def find(self, space: str, collection: str) -> ItemMap | None:
        """The last map of a collection in a space; None where there is none that can be used."""
        key = _key(space, collection)
        if key not in self._held:
            with suppress(OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
                self._hold(key, _read(self._folder / f"{key}.npz"))
        return self._held.get(key)

    def keep(self, space: str, collection: str, made: ItemMap) -> None:
        """Keep it in the place of the one before. A disk that refuses costs only the file."""
        key = _key(space, collection)
        self._hold(key, made)
        if not self._writable:
            return
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            _write(self._folder / f"{key}.npz", made)
            kept = sorted(self._folder.glob("*.npz"), key=lambda one: one.stat().st_mtime_ns)
            for path in kept[:-MOST_FILES]:
                path.unlink(missing_ok=True)

    def _hold(self, key: str, made: ItemMap) -> None:
        self._held.pop(key, None)
        self._held[key] = made
        while len(self._held) > MOST_FILES:
            self._held.pop(next(iter(self._held)))


def _key(space: str, collection: str) -> str:
    return hashlib.sha256(f"{space}\n{collection}".encode(errors="surrogatepass")).hexdigest()[:32]


def _write(path: Path, made: ItemMap) -> None:
    clusters = [
        {"words": one.words, "size": one.size, "representatives": one.representatives}
        for one in made.clusters
    ]
    said = json.dumps({"version": VERSION, "clusters": clusters})
    with NamedTemporaryFile(dir=path.parent, prefix="", suffix=".part", delete=False) as part:
        np.savez(part, ids=made.ids, places=made.places, of_each=made.of_each, said=said)
    os.replace(part.name, path)


def _read(path: Path) -> ItemMap:
    """A map as it was written.

    Raises:
        OSError: There is none.
        ValueError: It is of another version, or damaged.
    """
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("too large for a map")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        said: dict[str, Any] = json.loads(str(kept["said"]))
        if said["version"] != VERSION:
            raise ValueError("a map of another version")
        return ItemMap(
            ids=kept["ids"].astype(np.int64),
            places=kept["places"].astype(np.float32),
            of_each=kept["of_each"].astype(np.uint8),
            clusters=tuple(
                Cluster(
                    words=tuple(map(str, one["words"])),
                    size=int(one["size"]),
                    representatives=tuple(map(int, one["representatives"])),
                )
                for one in said["clusters"]
            ),
        )
