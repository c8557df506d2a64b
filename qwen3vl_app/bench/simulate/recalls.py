"""Recall of the ten nearest by number format, probed lists and refinement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from qwen3vl_app.index.exact import FaissIndex
from qwen3vl_app.index.formats import StorageSetting, VectorFormat, row_width
from qwen3vl_app.index.matrix import Matrix
from qwen3vl_app.index.protocol import Ids, VectorIndex
from qwen3vl_app.index.quantizers import one_bit_width
from qwen3vl_app.index.rotation import Rotation
from qwen3vl_app.index.two_stage import TwoStageIndex
from qwen3vl_app.store.index_sync import codes_for
from qwen3vl_app.types import Vectors

HITS = 10
QUERIES = 100
"""Recall@10 of 100 queries is good to about one point in a hundred."""

PROBES = (4, 16, 64, 256)
REFINED = (1, 4, 16)
"""Times the hits, that are scored again by eight bits a number; 1 is not at all."""

_SAMPLES = 40
"""Vectors for each list that its centre is learned from, as FAISS advises at least."""

_ROUNDS = 8
_ID = 8
"""Bytes that a list keeps beside each code."""

Ask = Callable[[Vectors], Ids]
"""A query (D,) to the ids of its ten nearest."""

_Lists = Any
"""One of FAISS's IVF classes; its stubs do not know what they have in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """What one way of searching found."""

    items: int
    form: VectorFormat
    bytes: int
    """For each vector, of all that is kept of it to search."""

    codes: str = ""
    """By which the program finds what is worth scoring; empty where every vector is scored."""

    lists: int | None = None
    """That vectors are sorted into by the nearest centre (IVF); None without."""

    probes: int | None = None
    """Lists that are looked at."""

    refined: int = 1
    """Times the hits that are scored again by eight bits a number."""

    recall: float = 0.0
    """Share of the true ten nearest (float32, all vectors) among its ten."""

    milliseconds: float = 0.0
    """Of one query at a time; median."""


def measure_recalls(vectors: Vectors, queries: Vectors) -> list[Recall]:
    """Search vectors (N, D) in every way for queries (Q, D).

    The program's own formats and codes where all vectors are looked at; FAISS's where lists are
    probed, on vectors rotated as the program's codes rotate them.
    """
    ids = np.arange(len(vectors))
    rows = chain(_scans(ids, vectors), _probed(vectors))  # one index at a time is in memory
    truth: list[Ids] = []
    return [_measured(row, ask, queries, truth) for row, ask in rows]


def _measured(row: Recall, ask: Ask, queries: Vectors, truth: list[Ids]) -> Recall:
    """``truth`` is what the first row finds."""
    found: list[Ids] = []
    seconds: list[float] = []
    for query in queries:
        begun = perf_counter()
        found.append(ask(query))
        seconds.append(perf_counter() - begun)
    truth.extend(found[len(truth) :])
    same = sum(len(np.intersect1d(*pair)) for pair in zip(found, truth, strict=True))
    recall = round(same / sum(map(len, truth)), 4)
    return replace(row, recall=recall, milliseconds=round(1000 * median(seconds), 3))


def _scans(ids: Ids, vectors: Vectors) -> Iterator[tuple[Recall, Ask]]:
    """Every vector in float32, then each of the program's formats as the program searches it."""
    count, dimension = vectors.shape
    flat = FaissIndex(dimension)
    flat.upsert(ids, vectors)
    exact = Recall(
        items=count, form=VectorFormat.FLOAT32, bytes=4 * dimension, codes="IndexFlatIP"
    )
    yield exact, _asking(flat)
    for form in VectorFormat:
        fetch = (lambda wanted: vectors[wanted]) if form is VectorFormat.BINARY else None
        index = TwoStageIndex(Matrix(dimension, form, fetch=fetch))
        index.upsert(ids, vectors)
        codes = codes_for(StorageSetting(format=form), count)
        if codes is not None:
            index.use_codes(codes(dimension))
        width = row_width(dimension, form) + (one_bit_width(dimension) if codes else 0)
        kind = "" if codes is None else f"{codes.kind} codes"
        yield Recall(items=count, form=form, bytes=width, codes=kind), _asking(index)


def _asking(index: VectorIndex) -> Ask:
    return lambda query: index.search(query, HITS)[0]


def _probed(vectors: Vectors) -> Iterator[tuple[Recall, Ask]]:
    """Lists of each format; those of few bits also refined by eight bits, as Milvus does (SQ8)."""
    import faiss

    dimension, inner = vectors.shape[1], faiss.METRIC_INNER_PRODUCT
    rotation = Rotation(dimension)
    turned = rotation.apply(vectors)
    eight = faiss.ScalarQuantizer.QT_8bit
    centres = _centres(turned)
    beside = faiss.IndexScalarQuantizer(dimension, eight, inner)
    beside.train(turned)
    beside.add(turned)
    size = (centres, dimension, centres.ntotal)
    kinds: dict[VectorFormat, Callable[[], _Lists]] = {
        VectorFormat.FLOAT32: lambda: faiss.IndexIVFFlat(*size, inner),
        VectorFormat.INT8: lambda: faiss.IndexIVFScalarQuantizer(*size, eight, inner),
        VectorFormat.BINARY: lambda: faiss.IndexIVFRaBitQ(*size, inner),
    }
    for form, made in kinds.items():
        index = made()
        index.train(turned)
        index.add(turned)
        for probes in (one for one in PROBES if one <= centres.ntotal):
            for refined in REFINED if form is VectorFormat.BINARY else (1,):
                width = index.code_size + _ID + (dimension if refined > 1 else 0)
                row = Recall(
                    items=len(vectors),
                    form=form,
                    bytes=width,
                    lists=centres.ntotal,
                    probes=probes,
                    refined=refined,
                )
                yield row, _ask_lists(index, beside, rotation, probes, refined)


def _centres(vectors: Vectors) -> Any:  # noqa: ANN401  # FAISS's stubs do not know its indexes
    """Four centres for each root of the vectors, as ``index.neighbours`` has them."""
    import faiss

    lists = min(4 * int(np.sqrt(len(vectors))), len(vectors))
    means = faiss.Kmeans(
        vectors.shape[1], lists, niter=_ROUNDS, seed=0, spherical=True, min_points_per_centroid=1
    )
    means.train(vectors[:: max(1, len(vectors) // (_SAMPLES * lists))])
    return means.index


def _ask_lists(
    index: _Lists,
    beside: Any,  # noqa: ANN401  # as above
    rotation: Rotation,
    probes: int,
    refined: int,
) -> Ask:
    import faiss

    whole = index if refined == 1 else faiss.IndexRefine(index, beside)

    def ask(query: Vectors) -> Ids:
        index.nprobe = probes
        if refined > 1:
            whole.k_factor = refined
        _, found = whole.search(rotation.apply(query[None]), HITS)
        kept: Ids = found[0]
        return kept[kept >= 0]

    return ask
