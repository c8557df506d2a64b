"""How the index keeps vectors: measured on this library before it is changed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from qwen3vl_app.errors import LibraryReadOnlyError, UsageError
from qwen3vl_app.index.formats import StorageSetting, VectorFormat, cut, row_width
from qwen3vl_app.index.matrix import Matrix
from qwen3vl_app.index.protocol import Ids, VectorIndex, draw
from qwen3vl_app.index.two_stage import TwoStageIndex
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.store.connection import Connection
from qwen3vl_app.store.index_sync import codes_for, described
from qwen3vl_app.store.open_spaces import OpenSpaces
from qwen3vl_app.store.served_space import described_at
from qwen3vl_app.store.tables.outbox import collection_of, count_waiting, put_gone, read_place
from qwen3vl_app.store.tables.storage_setting import read_storage, write_storage
from qwen3vl_app.store.tables.vectors import (
    delete_space,
    list_spaces,
    read_vectors,
    searchable_ids,
    space_bytes,
    space_id,
)
from qwen3vl_app.types import Space, Vectors

MEASURED_ITEMS = 10_000
"""Drawn at random from larger libraries: a minute at most, and 80 MB at 2048 dimensions."""

QUERIES = 100
"""Recall@10 of 100 queries is good to about one point in a hundred."""

_HITS = 10
_LEAST = 32
"""Dimensions below which a cut is not offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageOption:
    """What one way of keeping vectors costs and finds in this library."""

    setting: StorageSetting
    dimension: int
    recall: float
    """Share of the ten nearest, by all dimensions in float32, that are among its ten."""

    milliseconds: float
    """Of one search over the measured items; median."""

    measured: int
    """Items it was measured on."""

    memory_bytes: int
    """What every search of the whole library reads, and what memory should have room for."""

    disk_bytes: int
    """The files of the index. The database keeps every vector in full all the same."""

    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSpace:
    """A space whose vectors nothing searches now."""

    space: Space
    vectors: int
    bytes: int


class LibraryStorage:
    """Made by ``Library``; thread-safe like it."""

    def __init__(self, connection: Connection, spaces: OpenSpaces) -> None:
        self._connection = connection
        self._spaces = spaces

    def describe(self, space: Space | None = None) -> Message:
        """How a space is searched, the newest if none is named, in a few words.

        As it would be where its index is not open; nothing where nothing has a vector.
        """
        with self._connection.reading() as conn:
            counts = {one: count for one, count in list_spaces(conn) if count}
            if space is None:
                space = next(reversed(counts), None)
            if space is None:
                return NOTHING
            for index in self._spaces:
                if index.space == space:
                    return index.describe()
            setting, count = read_storage(conn), counts.get(space, 0)
            place, row = read_place(conn), space_id(conn, space)
            waiting = 0 if row is None else count_waiting(conn, row)
            if not count:
                return NOTHING
        if place is not None:
            return described_at(count, space.dimension, str(place), waiting)
        codes = codes_for(setting, count)
        dimension = setting.dimension_of(space.dimension)
        kind = None if codes is None else codes.kind
        return described(count, dimension, setting.format, kind)

    def setting(self) -> StorageSetting:
        """What is set."""
        with self._connection.reading() as conn:
            return read_storage(conn)

    def measure(self, space: Space, *, queries: int = QUERIES) -> list[StorageOption]:
        """Every way of keeping the vectors of a space, with recall, time and bytes.

        The queries are vectors of the library itself, each looking for its nearest others. Up
        to ``MEASURED_ITEMS`` items are measured; bytes are those of the whole library. Takes
        about a minute for 10,000 vectors of 2048 and delays no search for longer than a read.

        Raises:
            UsageError: There are not enough vectors to tell.
        """
        trial = self._trial(space, queries)
        return [trial.option(setting) for setting in settings_of(trial.vectors.shape[1])]

    def apply(self, setting: StorageSetting) -> None:
        """Keep vectors like this from now on; open indexes are built anew at once.

        Takes as long as reading all vectors, about 5 s for 100,000 of 2048.

        Raises:
            UsageError: The vectors have fewer dimensions than are to be kept, or are on a server.
            LibraryReadOnlyError: The library is open for reading only.
        """
        with self._connection.lock:
            with self._connection.writing() as conn:
                if (place := read_place(conn)) is not None:
                    raise UsageError(Message.of("vectors.format", place=str(place)))
                _check_dimension(setting, list_spaces(conn))
                changed = read_storage(conn) != setting
                write_storage(conn, setting)
                spaces = [space for space, _ in list_spaces(conn)]
            if changed:
                self._spaces.rebuild(spaces)

    def old_spaces(self, searched: Collection[Space]) -> list[OldSpace]:
        """Spaces other than those that are being searched."""
        with self._connection.reading() as conn:
            return [
                OldSpace(space=space, vectors=count, bytes=space_bytes(conn, space))
                for space, count in list_spaces(conn)
                if space not in searched
            ]

    def drop_spaces(self, fingerprints: Collection[str], searched: Collection[Space] = ()) -> int:
        """Delete all vectors of these spaces; returns how many bytes the database gives back.

        The files stay; with the model of such a space they would be embedded again. The
        database is written anew to become smaller, which takes seconds and, for a while, as
        much room on the disk again; without that room its pages are only free for reuse.

        Raises:
            UsageError: One of them is among those that are being searched.
            LibraryReadOnlyError: The library is open for reading only.
        """
        if not self._connection.writable:
            raise LibraryReadOnlyError(Message.of("library.readonly"))
        for space in searched:
            if space.fingerprint in fingerprints:
                raise UsageError(Message.of("storage.searched", model=str(space.model)))
        with self._connection.lock:
            with self._connection.writing() as conn:
                gone = [one for one, _ in list_spaces(conn) if one.fingerprint in fingerprints]
                freed = sum(_delete(conn, space) for space in gone)
            self._spaces.forget(fingerprints)
            if freed:
                self._shrink()
        return freed

    def _shrink(self) -> None:
        with self._connection.changing_alone() as conn:
            try:
                conn.execute("VACUUM")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY):
                    raise  # else the pages stay in the file, for the next vectors

    def _trial(self, space: Space, queries: int) -> _Trial:
        with self._connection.reading() as conn:
            row = space_id(conn, space)
            found = np.empty(0, np.int64) if row is None else searchable_ids(conn, row)
            if row is None or len(found) <= _HITS:
                raise UsageError(Message.of("storage.few", n=len(found), least=_HITS))
            drawn = draw(found, MEASURED_ITEMS, seed=0)
            pieces = list(read_vectors(conn, row, drawn))
            current = read_storage(conn)
        ids = np.concatenate([piece for piece, _ in pieces])
        vectors = np.concatenate([piece for _, piece in pieces])
        return _Trial(ids=ids, vectors=vectors, queries=queries, total=len(found), current=current)


def _delete(conn: sqlite3.Connection, space: Space) -> int:
    row, place = space_id(conn, space), read_place(conn)
    freed = delete_space(conn, space)
    if row is not None and place is not None:
        put_gone(conn, row, collection_of(conn, place, space))
    return freed


def _check_dimension(setting: StorageSetting, spaces: Sequence[tuple[Space, int]]) -> None:
    most = max((space.dimension for space, count in spaces if count), default=None)
    if setting.dimension is not None and most is not None and setting.dimension > most:
        raise UsageError(
            Message.of("storage.dimensions", n=str(setting.dimension), most=str(most))
        )


def settings_of(full: int) -> Iterator[StorageSetting]:
    """All dimensions, half and a quarter of them, in every format."""
    for share in (1, 2, 4):
        dimension = full // share
        if share == 1 or dimension >= _LEAST:
            for form in VectorFormat:
                yield StorageSetting(dimension=None if share == 1 else dimension, format=form)


class _Trial:
    """Vectors that are searched for each other, first exactly and then in every view."""

    def __init__(
        self, *, ids: Ids, vectors: Vectors, queries: int, total: int, current: StorageSetting
    ) -> None:
        self._ids, self.vectors, self._total, self._current = ids, vectors, total, current
        chance = np.random.default_rng(0)
        self._asked = chance.choice(len(ids), min(queries, len(ids)), replace=False)
        exact = TwoStageIndex(Matrix(vectors.shape[1]))
        exact.upsert(ids, vectors)
        self._truth = [_nearest(exact, ids[n], vectors[n])[0] for n in self._asked]

    def option(self, setting: StorageSetting) -> StorageOption:
        dimension = setting.dimension_of(self.vectors.shape[1])
        short = cut(self.vectors, dimension)
        index = built(setting, self._ids, short, self._total)
        runs = [_nearest(index, self._ids[n], short[n]) for n in self._asked]
        found = [len(have & want) for (have, _), want in zip(runs, self._truth, strict=True)]
        row = row_width(dimension, setting.format)
        codes = 0 if index.codes is None else index.codes.rows().shape[1]
        return StorageOption(
            setting=setting,
            dimension=dimension,
            recall=round(sum(found) / (_HITS * len(found)), 4),
            milliseconds=round(1000 * median(seconds for _, seconds in runs), 2),
            measured=len(self._ids),
            memory_bytes=self._total * (codes or row),
            disk_bytes=self._total * (codes + row),
            current=setting == self._current,
        )


def built(setting: StorageSetting, ids: Ids, vectors: Vectors, total: int) -> TwoStageIndex:
    """The index that a library of ``total`` items would have, over these."""
    order = np.argsort(ids)

    def fetch(wanted: Ids) -> Vectors:
        found: Vectors = vectors[order[np.searchsorted(ids, wanted, sorter=order)]]
        return found

    binary = setting.format is VectorFormat.BINARY
    matrix = Matrix(vectors.shape[1], setting.format, fetch=fetch if binary else None)
    index = TwoStageIndex(matrix)
    index.upsert(ids, vectors)
    if (codes := codes_for(setting, total)) is not None:
        index.use_codes(codes(vectors.shape[1]))
    return index


def _nearest(index: VectorIndex, item: int, vector: Vectors) -> tuple[set[int], float]:
    """The nearest others of an item, and the seconds it took."""
    begun = time.perf_counter()
    found, _ = index.search(vector, _HITS + 1)
    seconds = time.perf_counter() - begun
    others = [one for one in found.tolist() if one != item]
    return set(others[:_HITS]), seconds
