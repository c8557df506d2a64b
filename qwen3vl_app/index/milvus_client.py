"""What is asked of a Milvus server; the one module that imports pymilvus, and only when asked.

A collection has one row for each item of a space. Beside the vector stand the few fields that
filters are pushed down to, and a mark that tells whether SQLite has the very same.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from qwen3vl_app.errors import (
    UsageError,
    VectorServerDownError,
    VectorServerError,
    VectorServerSlowError,
)
from qwen3vl_app.index.milvus_kinds import MOST_HITS, at_search, built, kinds_for
from qwen3vl_app.index.protocol import Ids
from qwen3vl_app.messages import Message
from qwen3vl_app.types import Vectors
from qwen3vl_app.types.vector_place import VectorPlace

log = logging.getLogger(__name__)

TOKEN = "MILVUS_TOKEN"  # noqa: S105  # the name of a variable
"""Where the token is looked for: ``user:password`` or an API key. Never on a command line, which
other programs see."""

ANSWERS_WITHIN = 10.0
"""Seconds; a search over a billion vectors takes under one."""

WRITES_WITHIN = 60.0
CONNECTS_WITHIN = 3.0
"""Seconds; beyond, nobody is there."""

_RECENT = 1.0
"""Seconds for which a server that has answered is taken to be there still."""

_PIECE = 512
"""Rows of one request: 8 MB at 4096 dimensions, and Milvus takes 64."""

_COLLECTIONS = 4096
"""Of one item, at most; Milvus allows no more."""

_ABSENT, _UNLOADED = (100, 4), (101, 503)
"""Codes of Milvus: no such collection; one that is not in its memory."""

_PROXIES = ("grpc_proxy", "https_proxy", "http_proxy")
_RECONNECT = {"grpc.initial_reconnect_backoff_ms": 100, "grpc.max_reconnect_backoff_ms": 2000}
"""Else a server that was restarted is not noticed for up to two minutes."""


class MilvusServer:
    """A server, connected to when first asked. Thread-safe; every call says what failed.

    Args:
        place: Where it is.
        index: The kind of index to make, by Milvus' name; None for the best that it has.

    Raises:
        VectorServerDownError: Nothing answers there (any method).
        VectorServerSlowError: It did not answer in time (any method).
        VectorServerError: It refused (any method).
        UsageError: pymilvus is not installed (any method).
    """

    def __init__(self, place: VectorPlace, *, index: str | None = None) -> None:
        self.place = place
        self._index = index
        self._client: Any = None
        self._kinds: dict[str, str] = {}
        """The kind of index by collection, of those that were seen to be there and loaded."""

        self.when_doubtful: Callable[[], None] = lambda: None
        """Called where the server may have less than it had: it was away, or lacks something."""

        self._answered = -_RECENT
        """When it did last; as ``time.monotonic`` has it."""

        self._connecting, self._making = threading.Lock(), threading.Lock()

    # ------------------------------------------------------------ collections

    def prepare(self, name: str, dimension: int) -> None:
        """Make a collection for vectors of D dimensions where there is none, and load it.

        Raises:
            VectorServerError: There is one of another kind.
        """
        if self.find(name, dimension):
            return
        with self._alone(self._making):
            if not self._kind_made(name):
                if self._ask("has_collection", name):  # its making was interrupted
                    self._check_ours(name, dimension)
                    self._ask("drop_collection", name)
                self._make(name, dimension)
        self.find(name, dimension)

    def find(self, name: str, dimension: int) -> bool:
        """Load a collection; False where there is none, or one that is just being made.

        Raises:
            VectorServerError: It is of another kind.
        """
        if name in self._kinds:
            return True
        if not (kind := self._kind_made(name)):
            return False
        self._check_ours(name, dimension)
        self._ask("load_collection", name, timeout=WRITES_WITHIN)
        self._kinds[name] = kind
        return True

    def drop(self, name: str) -> None:
        """Delete a collection, if it is there."""
        self._kinds.pop(name, None)
        self._ask("drop_collection", name, timeout=WRITES_WITHIN)

    def index_kind(self, name: str) -> str:
        """By Milvus' name, such as ``HNSW``; empty before the collection was asked for."""
        return self._kinds.get(name, "")

    # ------------------------------------------------------------ rows

    def put(self, name: str, rows: Sequence[dict[str, Any]]) -> None:
        """Upsert rows; repeated, it changes nothing."""
        for begin in range(0, len(rows), _PIECE):
            piece = [*rows[begin : begin + _PIECE]]
            self._ask("upsert", name, data=piece, timeout=WRITES_WITHIN)

    def remove(self, name: str, ids: Sequence[int]) -> None:
        """Delete the rows of these items, if they are there."""
        for begin in range(0, len(ids), _PIECE):
            piece = [*ids[begin : begin + _PIECE]]
            self._ask("delete", name, ids=piece, timeout=WRITES_WITHIN)

    def nearest(
        self, name: str, vector: Vectors, k: int, expression: str = ""
    ) -> tuple[Ids, Vectors]:
        """Up to ``MOST_HITS`` rows that pass an expression, with their inner products."""
        kind = self._kinds.get(name, "")
        (found,) = self._ask(
            "search",
            name,
            data=[np.ascontiguousarray(vector, np.float32)],
            anns_field="vector",
            limit=min(k, MOST_HITS),
            filter=expression,
            search_params={"metric_type": "IP", "params": at_search(kind, k)},
            consistency_level="Strong",
        )
        ids = np.array([hit["item"] for hit in found], np.int64)
        return ids, np.array([hit["distance"] for hit in found], np.float32)

    def count(self, name: str) -> int:
        """How many rows there are."""
        found = self._ask(
            "query", name, filter="", output_fields=["count(*)"], consistency_level="Strong"
        )
        return int(found[0]["count(*)"])

    def read(self, name: str, ids: Sequence[int], fields: Sequence[str]) -> list[dict[str, Any]]:
        """The rows of these items, with these fields and ``item``."""
        found: list[dict[str, Any]] = []
        for begin in range(0, len(ids), _PIECE):
            found += self._ask(
                "query",
                name,
                filter=in_list("item", ids[begin : begin + _PIECE]),
                output_fields=["item", *fields],
                consistency_level="Strong",
                timeout=WRITES_WITHIN,
            )
        return found

    def scan(self, name: str, fields: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """Every row with these fields and ``item``, some at a time."""
        rows = self._ask(
            "query_iterator",
            name,
            batch_size=1000,
            filter="",
            output_fields=["item", *fields],
            consistency_level="Strong",
            timeout=WRITES_WITHIN,
        )
        try:
            while found := self._told(rows.next, WRITES_WITHIN):
                yield from found
        finally:
            rows.close()

    def close(self) -> None:
        """Close the connection; the next call makes a new one."""
        with self._connecting:
            client, self._client = self._client, None
            self._kinds.clear()
        if client is not None:
            client.close()

    # ------------------------------------------------------------ asking

    def _ask(self, method: str, *args: Any, timeout: float | None = None, **given: Any) -> Any:  # noqa: ANN401  # as pymilvus answers
        """Call a method of the client; once more where a restarted server has to load first."""
        within = ANSWERS_WITHIN if timeout is None else timeout
        try:
            return self._told(lambda: self._call(method, args, within, given), within)
        except _NotLoadedError:
            loads = WRITES_WITHIN
            self._told(lambda: self._call("load_collection", args[:1], loads, {}), loads)
            return self._told(lambda: self._call(method, args, within, given), within)

    def _call(
        self, method: str, args: Sequence[Any], timeout: float, given: dict[str, Any]
    ) -> Any:  # noqa: ANN401  # as pymilvus answers
        if time.monotonic() - self._answered > _RECENT:
            if self._client is None:
                _pymilvus()  # what is missing here is said first
            self._check_presence()
        return getattr(self._connected(), method)(*args, timeout=timeout, **given)

    def _check_presence(self) -> None:
        """Make sure that somebody listens; pymilvus tries for ten seconds where nobody does.

        Raises:
            ConnectionError: Nobody does.
        """
        if any(os.environ.get(name) for name in _PROXIES):
            return  # which gRPC may have to take
        try:
            socket.create_connection((self.place.host, self.place.port), CONNECTS_WITHIN).close()
        except OSError as error:
            raise ConnectionError(str(error)) from error

    def _connected(self) -> Any:  # noqa: ANN401  # pymilvus is imported when asked for
        with self._alone(self._connecting):
            if self._client is None:
                self._client = _pymilvus().MilvusClient(
                    uri=self.place.uri,
                    token=os.environ.get(TOKEN, ""),
                    timeout=ANSWERS_WITHIN,
                    dedicated=True,
                    grpc_options=_RECONNECT,
                )
            return self._client

    @contextmanager
    def _alone(self, lock: threading.Lock) -> Iterator[None]:
        """One caller at a time; the others wait for it no longer than for the server."""
        if not lock.acquire(timeout=ANSWERS_WITHIN):
            raise self._slow(ANSWERS_WITHIN)
        try:
            yield
        finally:
            lock.release()

    def _told(self, ask: Callable[[], Any], within: float) -> Any:  # noqa: ANN401
        """What was answered, or what failed in the program's own words."""
        begun = time.monotonic()
        try:
            answer = ask()
        except Exception as error:
            if not _is_of_the_server(error):
                raise
            raise self._failure(error, time.monotonic() - begun, within) from error
        self._answered = time.monotonic()
        return answer

    def _failure(self, error: Exception, seconds: float, within: float) -> Exception:
        place, said = str(self.place), _first_line(error)
        code = getattr(error, "code", None)
        if code in _UNLOADED:
            return _NotLoadedError(Message.of("vectors.said", place=place, said=said))
        self._answered = -_RECENT  # so that the next call looks first whether it is there
        if seconds >= 0.9 * within or "DEADLINE_EXCEEDED" in str(error):
            return self._slow(within)
        gone = isinstance(error, ConnectionError | ValueError)
        if gone or callable(code) or code == 2:  # what gRPC itself says, and no connection
            self._kinds.clear()  # one that was started again has loaded nothing
            self.when_doubtful()
            return VectorServerDownError(Message.of("vectors.down", place=place))
        if code in _ABSENT:
            self._kinds.clear()
            self.when_doubtful()
        return VectorServerError(Message.of("vectors.said", place=place, said=said))

    def _slow(self, within: float) -> VectorServerSlowError:
        values = {"place": str(self.place), "seconds": f"{within:.0f}"}
        return VectorServerSlowError(Message.of("vectors.slow", **values))

    def _check_ours(self, name: str, dimension: int) -> None:
        fields = self._ask("describe_collection", name)["fields"]
        found = {one["name"]: one.get("params", {}).get("dim") for one in fields}
        if str(found.get("vector")) != str(dimension) or not {"item", "mark"} <= found.keys():
            raise VectorServerError(
                Message.of("vectors.foreign", place=str(self.place), name=name, n=dimension)
            )

    def _kind_made(self, name: str) -> str:
        """Of the index of a collection; empty where it has none, or does not exist."""
        if not self._ask("has_collection", name):
            return ""
        index = self._ask("describe_index", name, "vector")
        return str(index["index_type"]) if index else ""

    def _make(self, name: str, dimension: int) -> None:
        """With the best kind of index that the server has."""
        version = str(self._ask("get_server_version"))
        *others, last = [self._index] if self._index else kinds_for(version)
        for kind in others:
            try:
                self._create(name, dimension, kind)
            except (VectorServerDownError, VectorServerSlowError):
                raise
            except VectorServerError as error:
                log.info("the server has no %s: %s", kind, error)
                self._ask("drop_collection", name)  # what it had made of it by then
            else:
                return
        self._create(name, dimension, last)

    def _create(self, name: str, dimension: int, kind: str) -> None:
        pymilvus = _pymilvus()
        types = pymilvus.DataType
        schema = pymilvus.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("item", types.INT64, is_primary=True)
        schema.add_field("collection", types.INT64, is_partition_key=True)
        schema.add_field(
            "collections", types.ARRAY, element_type=types.INT64, max_capacity=_COLLECTIONS
        )
        schema.add_field("kind", types.VARCHAR, max_length=16)
        schema.add_field("shape", types.VARCHAR, max_length=16)
        schema.add_field("taken", types.VARCHAR, max_length=16)
        schema.add_field("seconds", types.DOUBLE)
        schema.add_field("mark", types.INT64)
        schema.add_field("vector", types.FLOAT_VECTOR, dim=dimension)
        params = pymilvus.MilvusClient.prepare_index_params()
        params.add_index("vector", index_type=kind, metric_type="IP", params=built(kind))
        self._ask(
            "create_collection", name, schema=schema, index_params=params, timeout=WRITES_WITHIN
        )


class _NotLoadedError(VectorServerError):
    """A collection is there, but not in the server's memory."""


def in_list(field: str, values: Sequence[int], *, outside: bool = False) -> str:
    """An expression: the field is one of these numbers, or none of them."""
    return f"{field} {'not in' if outside else 'in'} [{','.join(str(int(one)) for one in values)}]"


def _pymilvus() -> Any:  # noqa: ANN401  # an extra, imported when it is asked for
    try:
        import pymilvus  # noqa: PLC0415  # only those who ask for it need it
    except ImportError:
        raise UsageError(Message.of("vectors.package")) from None
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # we say what failed, and once
    return pymilvus


def _is_of_the_server(error: Exception) -> bool:
    """Whether pymilvus or gRPC raised it; anything else is a bug of ours."""
    if isinstance(error, TimeoutError | ConnectionError):
        return True
    if isinstance(error, ValueError) and "closed channel" in str(error):
        return True  # the vectors were moved while it was being asked
    return any(
        kind.__module__.split(".")[0] in {"pymilvus", "grpc"} for kind in type(error).__mro__
    )


def _first_line(error: Exception) -> str:
    said = str(getattr(error, "message", "") or error)
    return said.splitlines()[0][:200] if said else type(error).__name__
