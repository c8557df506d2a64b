"""The index of a space on a Milvus server, which other computers may share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from qwen3vl_app.index.milvus_client import MilvusServer, in_list
from qwen3vl_app.index.milvus_kinds import MOST_HITS
from qwen3vl_app.index.protocol import Ids, best_first, check_given, check_query
from qwen3vl_app.types import Vectors

AT_ONCE = 8192
"""Ids that one expression names: 100 kB of text."""

_WIDER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside a vector, so that filters need nothing else."""

    stamp: int = 0
    """Of the stored value, see ``vectors.searchable``."""

    kind: str = ""
    collections: tuple[int, ...] = ()
    """Ascending. The first is the partition key, 0 where there is none."""

    shape: str = ""
    """Orientation; empty where it is not known."""

    taken: str = ""
    """Day as 2026-11-28; empty where it is not known."""

    seconds: float = -1.0
    """From start to end; below 0 where there is none."""

    @property
    def mark(self) -> int:
        """A number of 63 bits that another stamp, or anything else beside it, changes."""
        digest = blake2b(repr(astuple(self)).encode(), digest_size=8).digest()
        return int.from_bytes(digest, "little") >> 1


_NOTHING = Beside()


class MilvusIndex:
    """See ``VectorIndex``; as exact as the index that the server has made.

    Every call asks the server, and raises what ``MilvusServer`` does. Thread-safe. Milvus gives
    ``MOST_HITS`` hits at most.

    Args:
        server: Where it is kept.
        name: Of the collection, made when first needed.
        dimension: D.
        at_once: Ids that one expression may name.
    """

    def __init__(
        self, server: MilvusServer, name: str, dimension: int, *, at_once: int = AT_ONCE
    ) -> None:
        self._server, self.name, self._dimension = server, name, dimension
        self._at_once = at_once

    @property
    def dimension(self) -> int:
        """D."""
        return self._dimension

    @property
    def kind(self) -> str:
        """Of the server's index, by Milvus' name; empty before it was asked for."""
        return self._server.index_kind(self.name)

    def is_there(self) -> bool:
        """Whether the server has the collection; it is made when something is put into it."""
        return self._server.find(self.name, self._dimension)

    def __len__(self) -> int:
        return self._server.count(self.name) if self.is_there() else 0

    def ids(self) -> Ids:
        """Every id, ascending; reads all of them."""
        found = [row["item"] for row in self._scan()]
        return np.sort(np.array(found, np.int64))

    def marks(self, ids: Ids | None = None) -> dict[int, int]:
        """``Beside.mark`` of these items, as far as they are there, or of every one."""
        rows = self._scan("mark") if ids is None else self._read(ids, "mark")
        return {int(row["item"]): int(row["mark"]) for row in rows}

    def upsert(self, ids: Ids, vectors: Vectors, beside: Sequence[Beside] | None = None) -> None:
        """See ``VectorIndex``; ``beside`` (N,) is what filters are to find beside the vectors."""
        check_given(ids, vectors, self.dimension)
        fields = [_NOTHING] * len(ids) if beside is None else beside
        numbers = np.ascontiguousarray(vectors, np.float32)
        rows = [
            {
                "item": item,
                "collection": next(iter(one.collections), 0),
                "collections": [*one.collections],
                "kind": one.kind,
                "shape": one.shape,
                "taken": one.taken,
                "seconds": one.seconds,
                "mark": one.mark,
                "vector": vector,
            }
            for item, one, vector in zip(ids.tolist(), fields, numbers, strict=True)
        ]
        self._server.prepare(self.name, self._dimension)
        self._server.put(self.name, rows)

    def delete(self, ids: Ids) -> None:
        """See ``VectorIndex``."""
        if len(ids) and self.is_there():
            self._server.remove(self.name, ids.tolist())

    def search(
        self, vector: Vectors, k: int, among: Ids | None = None, *, expression: str = ""
    ) -> tuple[Ids, Vectors]:
        """See ``VectorIndex``; of those that pass an ``expression`` over what is beside them."""
        check_query(vector, self.dimension)
        if k <= 0 or (among is not None and not len(among)) or not self.is_there():
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if among is None:
            return self._nearest(vector, k, expression)
        if len(among) > self._at_once:
            found = self._widened(vector, k, among, expression)
            if found is not None:
                return found
        return self._in_pieces(vector, k, among, expression)

    def fetch(self, ids: Ids) -> tuple[Ids, Vectors]:
        """See ``VectorIndex``."""
        rows = self._read(ids, "vector")
        found = np.array([row["item"] for row in rows], np.int64)
        vectors = np.array([row["vector"] for row in rows], np.float32)
        return found, vectors.reshape(len(found), self.dimension)

    def scan(self) -> Iterator[tuple[int, Vectors]]:
        """See ``VectorIndex``."""
        for row in self._scan("vector"):
            yield int(row["item"]), np.array(row["vector"], np.float32)

    def _nearest(self, vector: Vectors, k: int, expression: str) -> tuple[Ids, Vectors]:
        return best_first(*self._server.nearest(self.name, vector, k, expression), k)

    def _widened(
        self, vector: Vectors, k: int, among: Ids, expression: str
    ) -> tuple[Ids, Vectors] | None:
        """Among more ids than can be named: more hits than wanted; None where they are too few."""
        wide = _WIDER * k
        while True:
            ids, similarities = self._nearest(vector, wide, expression)
            passed = np.isin(ids, among)
            if passed.sum() >= k or len(ids) < min(wide, MOST_HITS):
                return best_first(ids[passed], similarities[passed], k)
            if wide >= MOST_HITS:
                return None
            wide *= _WIDER

    def _in_pieces(
        self, vector: Vectors, k: int, among: Ids, expression: str
    ) -> tuple[Ids, Vectors]:
        """One request for every ``at_once`` of the ids."""
        pieces = [among[n : n + self._at_once] for n in range(0, len(among), self._at_once)]
        found = [
            self._nearest(vector, k, both(expression, in_list("item", piece.tolist())))
            for piece in pieces
        ]
        ids = np.concatenate([piece for piece, _ in found])
        return best_first(ids, np.concatenate([piece for _, piece in found]), k)

    def _read(self, ids: Ids, field: str) -> Iterable[dict[str, Any]]:
        return self._server.read(self.name, ids.tolist(), [field]) if self.is_there() else ()

    def _scan(self, *fields: str) -> Iterable[dict[str, Any]]:
        return self._server.scan(self.name, fields) if self.is_there() else ()


def both(*expressions: str) -> str:
    """What passes all of these; an empty one passes everything."""
    return " and ".join(f"({one})" for one in expressions if one)
