"""The endpoints for programs: not there by default, and behind the same doors as the page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest

from tests.attacks.program import AUTH, PATIENCE, SECRET, Program, draw_library, serving, upload

API = "/gradio_api"
CALL = f"{API}/call/search"
MCP = {"accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Both are asked for, behind a password."""
    folder = tmp_path_factory.mktemp("shared")
    draw_library(folder)
    with serving(folder, "--api", "--mcp", auth=True) as program:
        with program.client(auth=AUTH) as http:
            wait_until_embedded(http)
        yield program


@pytest.fixture
def friend(shared: Program) -> Iterator[httpx.Client]:
    with shared.client(auth=AUTH) as http:
        yield http


def wait_until_embedded(http: httpx.Client) -> None:
    """What another model had embedded is embedded by the one that is asked."""
    until = time.monotonic() + PATIENCE
    while not called(http, "search", "a", "", [], 9, 9, False, {})["recall"]:
        assert time.monotonic() < until
        time.sleep(0.2)


def called(http: httpx.Client, name: str, *data: Any) -> Any:
    """What an endpoint answers, as curl would ask."""
    begun = http.post(f"{API}/call/{name}", json={"data": data})
    begun.raise_for_status()
    said = http.get(f"{API}/call/{name}/{begun.json()['event_id']}").text
    lines = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
    found = orjson.loads(lines["data"])
    return found[0] if lines["event"] == "complete" else found


def message(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def tool(http: httpx.Client, name: str, **arguments: Any) -> dict[str, Any]:
    """What an assistant is answered."""
    asked = message("tools/call", name=name, arguments=arguments)
    said = http.post(f"{API}/mcp", json=asked, headers=MCP)
    said.raise_for_status()
    line = next(line for line in said.text.splitlines() if line.startswith("data:"))
    found: dict[str, Any] = orjson.loads(line[5:])["result"]
    return found


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", f"{API}/info"), ("POST", CALL), ("POST", f"{API}/mcp"), ("POST", f"{API}/mcp/")],
)
def test_endpoints__are_not_there_unless_asked_for(
    method: str, path: str, visitor: httpx.Client, page: httpx.Client
) -> None:
    for http in (visitor, page):
        assert http.request(method, path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"), [("GET", f"{API}/info"), ("POST", CALL), ("POST", f"{API}/mcp")]
)
def test_endpoints__want_the_password_and_no_other_site(
    shared: Program, friend: httpx.Client, method: str, path: str
) -> None:
    with shared.client() as nobody:
        assert nobody.request(method, path, json={"data": []}).status_code == 401
    for elsewhere in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = friend.request(method, path, json={"data": []}, headers=elsewhere)
        assert answer.status_code == 403
    renamed = friend.request(method, path, json={"data": []}, headers={"host": "evil.example"})
    assert renamed.status_code == 400


def test_endpoints__are_documented_and_answer(friend: httpx.Client) -> None:
    named = friend.get(f"{API}/info").json()["named_endpoints"]
    assert sorted(named) == ["/item", "/run", "/search", "/similar", "/status"]
    parameters = [one["parameter_name"] for one in named["/search"]["parameters"]]
    assert parameters == ["text", "instruction", "files", "top", "depth", "rerank", "choices"]
    found = called(friend, "search", "a fox", "Find animals", [], 3, 5, False, {"kinds": []})
    assert found["question"]["instruction"] == "Find animals"
    first = found["recall"][0]
    assert tool(friend, "similar", item=first["item"], top=2)["isError"] is False
    row = called(friend, "item", first["item"])
    assert (row["item"], row["file"]) == (first["item"], first["file"])
    assert called(friend, "status")["items"]["picture"] == 3
    # a client without a cookie is nobody, and has no history
    assert found["run"] is None
    assert "no longer in the history" in called(friend, "run", 1)["error"]


def test_tools__are_those_of_the_api(friend: httpx.Client) -> None:
    said = friend.post(f"{API}/mcp", json=message("tools/list"), headers=MCP).text
    found = orjson.loads(next(one for one in said.splitlines() if one.startswith("data:"))[5:])
    tools = {one["name"]: one for one in found["result"]["tools"]}
    assert sorted(tools) == ["item", "run", "search", "similar", "status"]
    assert "request" not in tools["search"]["inputSchema"]["properties"]
    assert "upload route" in tools["search"]["inputSchema"]["properties"]["files"]["description"]
    for method in ("GET", "DELETE"):
        assert friend.request(method, f"{API}/mcp").status_code == 405


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../secret.txt", "http://127.0.0.1/", "x" * 32 + "/a.png"]
)
def test_files__are_named_by_key_alone(friend: httpx.Client, path: str) -> None:
    assert "no longer kept" in called(friend, "search", "", "", [path], 3, 5, False, {})["error"]
    found = tool(friend, "search", files=[path])
    assert found["isError"] is True
    assert "no longer kept" in found["content"][0]["text"]


@pytest.mark.parametrize("name", ["path", "url", "meta"])
def test_values__that_gradio_would_take_for_a_file_are_refused(
    shared: Program, friend: httpx.Client, name: str
) -> None:
    value = {"path": str(shared.secret), "meta": {"_type": "gradio.FileData"}}
    for odd in (value, {name: str(shared.secret)}, [{"a": [{name: 1}]}]):
        data = ["x", "", [], 3, 5, False, {"kinds": odd}]
        answers = [friend.post(CALL, json={"data": data})]
        asked = message("tools/call", name="search", arguments={"choices": {"kinds": odd}})
        answers.append(friend.post(f"{API}/mcp", json=asked, headers=MCP))
        assert [answer.status_code for answer in answers] == [400, 400]
        assert all(SECRET not in answer.text for answer in answers)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"1", b'{"method": "resources/read", "params": {"uri": "file:///etc/passwd"}}',
        b'[{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}]', b'{"method": "prompts/get"}',
    ],
)  # fmt: skip
def test_message__of_another_kind_is_refused(friend: httpx.Client, body: bytes) -> None:
    headers = {**MCP, "content-type": "application/json"}
    assert friend.post(f"{API}/mcp", content=body, headers=headers).status_code == 400


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("search", []), ("search", ["x"] * 20), ("nothing", ["x"]), ("submit", ["x"]),
        ("item", [{"a": 1}, 2]),
    ],
)  # fmt: skip
def test_call__of_what_is_not_there_is_refused(
    friend: httpx.Client, name: str, data: list[Any]
) -> None:
    assert friend.post(f"{API}/call/{name}", json={"data": data}).status_code == 400


@pytest.mark.parametrize("value", [-1, 99, "1", None, {"a": 1}, [1]])
def test_number__that_is_none_is_a_sentence(friend: httpx.Client, value: object) -> None:
    for name in ("item", "run"):
        assert set(called(friend, name, value)) >= {"error"}
    assert "error" in called(friend, "similar", value, "", 3, 5, False)


def test_search__by_an_uploaded_picture(friend: httpx.Client) -> None:
    key = upload(friend)
    found = called(friend, "search", "", "", [key], 3, 5, False, {})
    assert len(found["recall"]) == 3
    assert found["question"]["files"] == [key]


def test_calls__are_told_to_the_person_without_what_was_asked(
    friend: httpx.Client, visitor: httpx.Client
) -> None:
    called(friend, "search", SECRET, "", [], 5, 5, False, {})
    called(friend, "item", 2**52)
    told = friend.get("/api/connections")
    failed, found = told.json()["calls"][:2]
    assert (failed["endpoint"], failed["failed"]) == ("item", True)
    assert (found["endpoint"], found["failed"]) == ("search", False)
    assert found["milliseconds"] >= 0
    assert SECRET not in told.text
    assert visitor.get("/api/connections").status_code == 403
