"""Lays out a map in a process of its own, which can be ended and takes no turn from searches.

``python -m qwen3vl_app.inspection.map_worker FOLDER`` reads ``vectors.npy`` there, writes
``places.npy`` whenever there is more to show and ``clusters.npz``, and says a line of JSON for
each step: its name, and how much of the whole is done, 0 to 1. It ends when its input is closed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from threading import Thread
from time import perf_counter

import numpy as np

from qwen3vl_app.index.neighbours import nearest_of_each
from qwen3vl_app.inspection.map_clusters import cluster
from qwen3vl_app.inspection.map_layout import (
    FEW,
    NEIGHBOURS,
    Places,
    epochs_for,
    graph,
    laid_out,
    principal_places,
)

SEED = 20_180_209
"""Of the random numbers, so that the same vectors give the same map."""

VECTORS, PLACES, CLUSTERS = "vectors.npy", "places.npy", "clusters.npz"

_SHOWN_EVERY = 1.0
"""Seconds between two layouts that are written for people to watch."""

_GROUPED, _GRAPHED = 0.1, 0.4
"""Shares of the time after which clusters and neighbours are there, of 20,000 items."""

_NICE = 10


def main(folder: Path) -> None:
    """Lay out what is in a folder."""
    vectors = np.load(folder / VECTORS, mmap_mode="r")
    vectors = np.ascontiguousarray(vectors, np.float32)
    start = now = principal_places(vectors)
    _show(folder, now)
    _say("places", 0.02)
    clusters = cluster(vectors, SEED)
    np.savez(folder / CLUSTERS, of_each=clusters.of_each, representatives=clusters.representatives)
    _say("clusters", _GROUPED)
    if len(vectors) >= FEW:
        edges = graph(*nearest_of_each(vectors, min(NEIGHBOURS, len(vectors) - 1)))
        _say("neighbours", _GRAPHED)
        shown, epochs = perf_counter(), epochs_for(len(vectors))
        for epoch, now in enumerate(laid_out(start, edges, SEED), start=1):
            if perf_counter() - shown > _SHOWN_EVERY:
                shown = perf_counter()
                _show(folder, now)
                _say("places", _GRAPHED + (1 - _GRAPHED) * epoch / epochs)
    _show(folder, now)
    _say("done", 1.0)


def _show(folder: Path, places: Places) -> None:
    """Write places so that whoever reads meets either the old ones or these."""
    part = folder / "places.part.npy"
    np.save(part, places)
    part.replace(folder / PLACES)


def _say(step: str, done: float) -> None:
    sys.stdout.write(json.dumps({"step": step, "done": done}) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    while os.read(0, 1):  # not through ``sys.stdin``, whose lock would be held at the end
        pass
    os._exit(1)


if __name__ == "__main__":
    Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(_NICE)
    main(Path(sys.argv[1]))
