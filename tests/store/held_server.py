"""A vector server that a test can stop, slow down and look into; Milvus itself is asked elsewhere.

It keeps the promises of ``MilvusServer`` with rows in memory, and can fail where no real server
would fail on purpose: in the middle of a batch. Expressions of Milvus are as Python has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from qwen3vl_app.errors import VectorServerDownError
from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.messages import Message
from qwen3vl_app.types import Vectors
from qwen3vl_app.types.vector_place import VectorPlace

PLACE = VectorPlace(host="127.0.0.1", port=1, name="tests")
Row = dict[str, Any]


class HeldServer:
    """See above; what it holds survives ``close``, as a server's disk does."""

    def __init__(self, place: VectorPlace = PLACE) -> None:
        self.place = place
        self.held: dict[str, dict[int, Row]] = {}
        self.down = False
        self.takes: int | None = None
        """Rows that it still takes, while it can be read all along; None for any number."""

        self.asked: list[str] = []
        """Expressions of searches."""

        self.put_rows = 0
        self.when_doubtful: Callable[[], None] = lambda: None

    def prepare(self, name: str, dimension: int) -> None:
        self._answer()
        self.held.setdefault(name, {})

    def find(self, name: str, dimension: int) -> bool:
        self._answer()
        return name in self.held

    def drop(self, name: str) -> None:
        self._answer()
        self.held.pop(name, None)

    def index_kind(self, name: str) -> str:
        return "FLAT"

    def put(self, name: str, rows: Sequence[Row]) -> None:
        for row in rows:
            self._answer()
            if self.takes is not None and self.takes <= 0:
                raise VectorServerDownError(Message.of("vectors.down", place=str(self.place)))
            self.takes = None if self.takes is None else self.takes - 1
            self.put_rows += 1
            self.held[name][row["item"]] = dict(row)

    def remove(self, name: str, ids: Sequence[int]) -> None:
        self._answer()
        for one in ids:
            self.held[name].pop(one, None)

    def nearest(
        self, name: str, vector: Vectors, k: int, expression: str = ""
    ) -> tuple[Ids, Vectors]:
        self._answer()
        self.asked.append(expression)
        passed = [row for row in self.held[name].values() if _passes(row, expression)]
        products = np.array([row["vector"] @ vector for row in passed], np.float32)
        best = np.argsort(-products, kind="stable")[:k]
        return np.array([passed[n]["item"] for n in best], np.int64), products[best]

    def count(self, name: str) -> int:
        self._answer()
        return len(self.held[name])

    def read(self, name: str, ids: Sequence[int], fields: Sequence[str]) -> list[Row]:
        self._answer()
        return [self.held[name][one] for one in ids if one in self.held[name]]

    def scan(self, name: str, fields: Sequence[str] = ()) -> Iterator[Row]:
        self._answer()
        yield from [*self.held[name].values()]

    def close(self) -> None:
        pass

    def items(self) -> dict[str, list[int]]:
        """What it holds, by collection."""
        return {name: sorted(rows) for name, rows in self.held.items()}

    def _answer(self) -> None:
        if self.down:
            self.when_doubtful()
            raise VectorServerDownError(Message.of("vectors.down", place=str(self.place)))


def _passes(row: Row, expression: str) -> bool:
    known = {**row, "array_contains": lambda values, one: one in values}
    return not expression or bool(eval(expression, {}, known))  # noqa: S307  # our own expressions
