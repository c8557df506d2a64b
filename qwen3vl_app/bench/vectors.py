"""Searches of many vectors, side by side with FAISS's ``IndexFlatIP``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from qwen3vl_app.bench.measures import Measure, interleaved
from qwen3vl_app.index.exact import FaissIndex
from qwen3vl_app.index.protocol import VectorIndex
from qwen3vl_app.index.quantizers import EightBitCodes
from qwen3vl_app.index.two_stage import TwoStageIndex
from qwen3vl_app.types import Vectors

HITS = 10
_PIECE = 10_000


class Likeness:
    """Vectors such as a library has, drawn piece by piece; the same ones every time.

    They share a common direction, as those of one model do (two unrelated ones have a cosine of
    about 0.3). They belong to 400 subjects of very different size and, in them, to occasions
    of about 20 items; dimensions vary by a power law, so some carry more than others; and 3 in
    100 are near copies of another one. Queries are items seen through noise, with a common
    shift like that between texts and pictures: their ten nearest
    have cosines of 0.65 to 0.5, the next hundred down to 0.35.
    """

    def __init__(self, dimension: int, seed: int = 0) -> None:
        self._chance = np.random.default_rng(seed)
        self._spread = (np.arange(1, dimension + 1) ** -0.25).astype(np.float32)
        self._common = self._noise(1)
        self._shift = self._noise(1)
        self._subjects = self._noise(400)

    def items(self, count: int) -> Iterator[Vectors]:
        """Pieces (N, D) of ``count`` vectors of length 1."""
        for begin in range(0, count, _PIECE):
            yield self._piece(min(_PIECE, count - begin))

    def queries(self, items: Vectors) -> Vectors:
        """One query for each of these items."""
        return _unit(items + 1.1 * self._noise(len(items)) + 0.3 * self._shift)

    def _piece(self, count: int) -> Vectors:
        chance = self._chance
        occasions = max(1, count // 20)
        subject = np.minimum(chance.zipf(1.3, occasions), len(self._subjects)) - 1
        centres = 0.8 * self._subjects[subject] + 0.6 * self._noise(occasions)
        belongs = chance.integers(0, occasions, count)
        vectors = 0.6 * self._common + 0.75 * centres[belongs] + 0.6 * self._noise(count)
        copies = chance.permutation(count)[: count * 3 // 100]
        vectors[copies] = vectors[chance.integers(0, count, len(copies))]
        vectors[copies] += 0.1 * self._noise(len(copies))
        return _unit(vectors)

    def _noise(self, count: int) -> Vectors:
        """Directions of length 1."""
        shape = (count, len(self._spread))
        return _unit(self._chance.standard_normal(shape, np.float32) * self._spread)


def measure_vectors(quick: TwoStageIndex, queries: Vectors) -> list[Measure]:
    """One query at a time, ten hits, all kinds in turns.

    Args:
        quick: An index with one-bit codes, as it is mapped from the disk of a library.
        queries: (N, D); the first warms up.
    """
    ids = quick.ids()
    flat, exact = FaissIndex(quick.dimension), TwoStageIndex(quick.matrix)
    flat.upsert(ids, quick.matrix.take(quick.matrix.positions(ids)))
    exact.use_codes(EightBitCodes(quick.dimension))
    among = np.sort(np.random.default_rng(0).choice(ids, len(ids) // 100, replace=False))
    calls: dict[str, Callable[[int], object]] = {
        "flat": lambda turn: flat.search(queries[turn], HITS),
        "quick": lambda turn: quick.search(queries[turn], HITS),
        "exact": lambda turn: exact.search(queries[turn], HITS),
        "filtered": lambda turn: quick.search(queries[turn], HITS, among),
        "selected": lambda turn: flat.search(queries[turn], HITS, among),
    }
    seconds = interleaved(calls, len(queries) - 1)
    short = [len(quick.search(query, HITS, among)[0]) < min(HITS, len(among)) for query in queries]
    same = [_equal(exact, flat, query) for query in queries]
    return [
        *_times(seconds),
        Measure(name="1-bit: recall@10", value=_recall(quick, flat, queries), unit="", goal=0.99),
        _ratio("1-bit: times faster than IndexFlatIP", seconds, "flat", "quick", 6),
        _ratio("exact: times faster than IndexFlatIP", seconds, "flat", "exact", 2),
        Measure(name="exact: queries as IndexFlatIP", value=_share(same), unit="%", goal=100),
        _ratio("1% filter: times faster than IndexFlatIP", seconds, "flat", "filtered", 20),
        _ratio("1% filter: times faster than its IDSelector", seconds, "selected", "filtered"),
        Measure(
            name="1% filter: searches short of hits",
            value=float(sum(short)),
            unit="",
            goal=0,
            at_least=False,
        ),
    ]


def _times(seconds: dict[str, float]) -> list[Measure]:
    names = {
        "flat": "IndexFlatIP",
        "quick": "1-bit codes, candidates scored exactly",
        "exact": "8-bit codes, exact",
        "filtered": "1% filter",
        "selected": "1% filter, IndexFlatIP with IDSelectorBatch",
    }
    return [
        Measure(name=f"search: {names[kind]}", value=round(1000 * one, 2), unit="ms")
        for kind, one in seconds.items()
    ]


def _ratio(
    name: str, seconds: dict[str, float], slow: str, fast: str, goal: float | None = None
) -> Measure:
    return Measure(name=name, value=round(seconds[slow] / seconds[fast], 1), unit="x", goal=goal)


def _recall(index: VectorIndex, flat: VectorIndex, queries: Vectors) -> float:
    pairs = [(index.search(query, HITS)[0], flat.search(query, HITS)[0]) for query in queries]
    found = sum(len(np.intersect1d(have, want)) for have, want in pairs)
    return round(found / sum(len(want) for _, want in pairs), 4)


def _equal(index: VectorIndex, flat: VectorIndex, query: Vectors) -> bool:
    """Whether the similarities are the same, so that only equal ones may have changed places."""
    have, want = index.search(query, HITS)[1], flat.search(query, HITS)[1]
    return bool(np.allclose(have, want, rtol=0, atol=2e-6))


def _share(answers: list[bool]) -> float:
    return round(100 * sum(answers) / len(answers), 1)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.ascontiguousarray(vectors / lengths, np.float32)
