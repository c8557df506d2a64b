"""What a Milvus server says, in the program's words; ``tests/contracts`` asks a real one."""

from __future__ import annotations

import math
import socket
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

from qwen3vl_app.errors import (
    UsageError,
    VectorServerDownError,
    VectorServerError,
    VectorServerSlowError,
)
from qwen3vl_app.index import milvus_client
from qwen3vl_app.index.milvus import Beside, both
from qwen3vl_app.index.milvus_client import MilvusServer, in_list
from qwen3vl_app.index.milvus_kinds import MOST_HITS, kinds_for
from qwen3vl_app.types.vector_place import VectorPlace

PLACE = VectorPlace(host="127.0.0.1", port=1, name="tests")


class MilvusException(Exception):  # noqa: N818  # as pymilvus calls it
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class RpcError(Exception):
    """gRPC's own, which has a method where the other has a number."""

    def code(self) -> str:
        return "StatusCode"


MilvusException.__module__ = "pymilvus.exceptions"
RpcError.__module__ = "grpc._channel"


class Client:
    """Answers what it was given for a method, in turn; errors are raised."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {name: [*found] for name, found in answers.items()}
        self.asked: list[tuple[str, tuple]] = []
        self.given: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        def answer(*args: Any, **given: Any) -> Any:
            self.asked.append((name, args))
            self.given = given
            found = self.answers.get(name, [None])
            one = found.pop(0) if len(found) > 1 else found[0]
            if isinstance(one, Exception):
                raise one
            return one

        return answer


def server(client: Any, **given: Any) -> MilvusServer:
    made = MilvusServer(PLACE, **given)
    made._client = client
    made._answered = math.inf  # it is taken to be there
    return made


def test_ask__collection_that_is_not_loaded_is_loaded_and_asked_again() -> None:
    client = Client(query=[MilvusException(101, "released"), [{"count(*)": 7}]])
    assert server(client).count("tests_a") == 7
    assert client.asked == [
        ("query", ("tests_a",)),
        ("load_collection", ("tests_a",)),
        ("query", ("tests_a",)),
    ]


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (MilvusException(2, "Fail connecting"), VectorServerDownError, "does not answer"),
        (RpcError("UNAVAILABLE"), VectorServerDownError, "does not answer"),
        (ConnectionRefusedError("refused"), VectorServerDownError, "does not answer"),
        (ValueError("Cannot invoke RPC on closed channel!"), VectorServerDownError, "does not"),
        (RpcError("DEADLINE_EXCEEDED"), VectorServerSlowError, "within 10 s"),
        (MilvusException(1800, "auth\nmore"), VectorServerError, "tests refused: auth$"),
        (MilvusException(100, "no such"), VectorServerError, "refused: no such"),
    ],
)
def test_ask__failures_are_sentences(error: Exception, kind: type, said: str) -> None:
    with pytest.raises(VectorServerError, match=said) as raised:
        server(Client(query=[error])).count("tests_a")
    assert type(raised.value) is kind


def test_ask__nobody_listens_is_said_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made = MilvusServer(VectorPlace(host="127.0.0.1", port=port, name="tests"))
    made._client = Client()
    begun = time.monotonic()
    with pytest.raises(VectorServerDownError, match="does not answer"):
        made.count("tests_a")
    assert time.monotonic() - begun < 1
    assert made._client.asked == []


def test_ask__bug_of_ours_stays_one() -> None:
    with pytest.raises(KeyError):
        server(Client(query=[KeyError("x")])).count("tests_a")


def test_ask__without_the_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)  # which importing it refuses
    with pytest.raises(UsageError, match=r'pip install "\.\[milvus\]"'):
        MilvusServer(PLACE).count("tests_a")


def packaged(monkeypatch: pytest.MonkeyPatch, client: Any) -> MagicMock:
    """pymilvus as far as it only writes down what is asked of it."""
    package = MagicMock()
    package.MilvusClient.return_value = client
    monkeypatch.setattr(milvus_client, "_pymilvus", lambda: package)
    monkeypatch.setattr(MilvusServer, "_check_presence", lambda self: None)
    return package


def test_connected__token_is_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILVUS_TOKEN", "root:secret")
    package = packaged(monkeypatch, Client(query=[[{"count(*)": 0}]]))
    MilvusServer(PLACE).count("tests_a")
    given = package.MilvusClient.call_args.kwargs
    assert (given["uri"], given["token"]) == ("http://127.0.0.1:1", "root:secret")


def described(dimension: int) -> dict:
    fields = [{"name": "item"}, {"name": "mark"}]
    return {"fields": [*fields, {"name": "vector", "params": {"dim": dimension}}]}


def test_prepare__takes_the_next_index_where_the_server_refuses_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client(
        has_collection=[False, False, False, True],
        get_server_version=["v2.6.0"],
        create_collection=[MilvusException(1100, "invalid index type"), None],
        describe_collection=[described(4)],
        describe_index=[{"index_type": "HNSW"}],
    )
    package = packaged(monkeypatch, client)
    made = server(client)
    made.prepare("tests_a", 4)
    params = package.MilvusClient.prepare_index_params.return_value.add_index
    assert [call.kwargs["index_type"] for call in params.call_args_list] == ["IVF_RABITQ", "HNSW"]
    assert all(call.kwargs["metric_type"] == "IP" for call in params.call_args_list)
    assert params.call_args_list[0].kwargs["params"]["refine"] is True
    schema = package.MilvusClient.create_schema.return_value.add_field
    keys = [call.args[0] for call in schema.call_args_list if call.kwargs.get("is_partition_key")]
    assert set(keys) == {"collection"}
    asked = len(client.asked)
    made.prepare("tests_a", 4)
    assert (len(client.asked), made.index_kind("tests_a")) == (asked, "HNSW")


def test_prepare__two_at_once_make_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Client):
        def has_collection(self, *args: Any, **given: Any) -> bool:
            return ("create_collection", ("tests_a",)) in self.asked

        def get_server_version(self, **given: Any) -> str:
            time.sleep(0.05)
            return "v2.5.0"

    client = Slow(describe_collection=[described(4)], describe_index=[{"index_type": "HNSW"}])
    packaged(monkeypatch, client)
    made = server(client)
    both_of_them = [threading.Thread(target=made.prepare, args=("tests_a", 4)) for _ in range(2)]
    for one in both_of_them:
        one.start()
    for one in both_of_them:
        one.join()
    assert [name for name, _ in client.asked].count("create_collection") == 1


def test_find__makes_nothing() -> None:
    client = Client(has_collection=[False])
    assert not server(client).find("tests_a", 4)
    assert [name for name, _ in client.asked] == ["has_collection"]


def test_alone__others_do_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milvus_client, "ANSWERS_WITHIN", 0.05)
    made = server(Client(query=[[{"count(*)": 7}]]))
    with made._connecting, pytest.raises(VectorServerSlowError):
        made.count("tests_a")


def test_prepare__one_whose_making_was_interrupted_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client(
        has_collection=[True],
        describe_index=[None, None, {"index_type": "HNSW"}],
        describe_collection=[described(4)],
        get_server_version=["v2.5.0"],
    )
    packaged(monkeypatch, client)
    made = server(client)
    assert not made.find("tests_a", 4)
    client.answers["describe_index"] = [None, None, {"index_type": "HNSW"}]
    made.prepare("tests_a", 4)
    names = [name for name, _ in client.asked]
    assert names.index("drop_collection") < names.index("create_collection")
    assert made.index_kind("tests_a") == "HNSW"


def test_prepare__another_dimension_is_refused() -> None:
    client = Client(
        has_collection=[True],
        describe_index=[{"index_type": "HNSW"}],
        describe_collection=[described(8)],
    )
    with pytest.raises(VectorServerError, match=r"already has a collection tests_a .* 4 dim"):
        server(client).prepare("tests_a", 4)


def test_put__in_pieces_that_a_request_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milvus_client, "_PIECE", 2)
    client = Client()
    server(client).put("tests_a", [{"item": n} for n in range(5)])
    assert [name for name, _ in client.asked] == ["upsert"] * 3
    server(client).remove("tests_a", [1, 2, 3])
    assert client.given["ids"] == [3]


def test_nearest__hnsw_looks_at_more_than_it_returns() -> None:
    client = Client(search=[[[{"item": 7, "distance": 0.5}]]])
    made = server(client)
    made._kinds["tests_a"] = "HNSW"
    ids, similarities = made.nearest("tests_a", np.ones(4, np.float32), 1000, "kind in ['page']")
    assert (ids.tolist(), similarities.tolist()) == ([7], [0.5])
    assert client.given["search_params"] == {"metric_type": "IP", "params": {"ef": 2000}}
    assert client.given["filter"] == "kind in ['page']"
    made.nearest("tests_a", np.ones(4, np.float32), 10**6)
    assert client.given["limit"] == MOST_HITS


def test_scan__ends_where_nothing_more_comes() -> None:
    pages = iter([[{"item": 1}, {"item": 2}], [{"item": 3}], []])
    closed: list[bool] = []
    rows = SimpleNamespace(next=lambda: next(pages), close=lambda: closed.append(True))
    found = [row["item"] for row in server(Client(query_iterator=[rows])).scan("tests_a")]
    assert (found, closed) == ([1, 2, 3], [True])


def test_kinds_for__best_that_a_server_has() -> None:
    assert kinds_for("v2.6.3") == ["IVF_RABITQ", "HNSW", "AUTOINDEX"]
    assert kinds_for("3.0") == ["IVF_RABITQ", "HNSW", "AUTOINDEX"]
    assert kinds_for("v2.5.10-gpu") == ["HNSW", "AUTOINDEX"]
    assert kinds_for("milvus_lite-3.2.2") == ["HNSW", "AUTOINDEX"]


def test_expressions() -> None:
    assert in_list("item", [1, -2]) == "item in [1,-2]"
    assert in_list("item", [1], outside=True) == "item not in [1]"
    assert both("", "a == 1", "") == "(a == 1)"
    assert both("a == 1", "b == 2") == "(a == 1) and (b == 2)"
    assert both() == ""


def test_mark__differs_with_everything_beside() -> None:
    others = (
        Beside(stamp=1),
        Beside(kind="page"),
        Beside(collections=(1,)),
        Beside(shape="square"),
        Beside(taken="2024-05-01"),
        Beside(seconds=0.0),
        Beside(),
    )
    marks = {one.mark for one in others}
    assert len(marks) == len(others)
    assert all(0 <= mark < 2**63 for mark in marks)
    assert Beside(stamp=1).mark == Beside(stamp=1).mark
