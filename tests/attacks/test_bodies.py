"""Bodies that are too large, lie about their length, or are JSON that harms who reads it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from threading import Thread

import httpx
import pytest

from qwen3vl_app.types.query import LONGEST_TEXT
from qwen3vl_app.ui.bodies import PATHS, QUESTION, USUAL, is_unused
from tests.attacks.program import PAGE, Program, answers, join, text_of
from tests.attacks.raw import chunked, head, send

MB = 2**20
HUGE = 100 * MB
JSON = "Content-Type: application/json"

ROUTES = (
    *("/gradio_api/queue/join", "/gradio_api/run/predict"),
    *("/gradio_api/cancel", "/gradio_api/reset", "/gradio_api/component_server"),
    *("/api/index/add", "/api/index/retry", "/api/index/pause", "/api/outcomes/forget"),
    *("/api/tags", "/api/folders/rescan", "/api/folders/watch", "/api/storage/apply"),
    *("/api/storage/drop", "/api/upload/done", "/api/models/retry", "/nowhere"),
    *("/api/models/use", "/api/models/back", "/api/models/get", "/api/models/remove"),
    *("/api/models/pause", "/api/models/cancel", "/api/models/passport"),
)


def megabytes(count: int) -> Iterable[bytes]:
    yield b'{"data":["'
    for _ in range(count):
        yield b"x" * MB
    yield b'"]}'


@pytest.mark.parametrize("path", ROUTES)
def test_json_announced_with_100_mb__is_refused_before_it_is_sent(own: Program, path: str) -> None:
    start = head(own, "POST", path, [JSON, f"Content-Length: {HUGE}"])
    status, said = send(own, start)
    if is_unused("POST", path):
        assert status == 404
        return
    assert status == 413
    assert f"{HUGE:,} bytes" in said
    assert "limit" in said


@pytest.mark.parametrize("coding", ["announced", "chunked"])
@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/api/tags", "/nowhere"])
def test_100_mb_sent__take_no_memory_and_hold_nobody_up(
    own: Program, page: httpx.Client, path: str, coding: str
) -> None:
    before, statuses = own.memory(), []
    pieces = list(megabytes(100))
    how = f"Content-Length: {sum(map(len, pieces))}"
    if coding == "chunked":
        how, pieces = "Transfer-Encoding: chunked", list(chunked(pieces))

    def attack() -> None:
        statuses.append(send(own, head(own, "POST", path, [JSON, how]), pieces)[0])

    attackers = [Thread(target=attack) for _ in range(3)]
    for one in attackers:
        one.start()
    slowest = 0.0
    while any(one.is_alive() for one in attackers):
        began = time.monotonic()
        assert page.get("/api/models").status_code == 200
        slowest = max(slowest, time.monotonic() - began)
    assert set(statuses) <= {413, 0}  # 0: cut off while it was still sending
    assert 413 in statuses
    assert slowest < 5
    assert own.memory() - before < 60 * MB


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/gradio_api/queue/join", QUESTION), ("/api/tags", USUAL), ("/api/upload/done", PATHS)],
)
@pytest.mark.parametrize("over", [0, 1])
def test_chunked_json_around_the_limit__one_byte_more_is_refused(
    own: Program, path: str, limit: int, over: int
) -> None:
    body = b'{"x":"' + b"x" * (limit + over - 8) + b'"}'
    assert len(body) == limit + over
    pieces = chunked(body[at : at + 5000] for at in range(0, len(body), 5000))
    start = head(own, "POST", path, [JSON, "Transfer-Encoding: chunked"])
    status, said = send(own, start, pieces)
    assert (status == 413) is bool(over), said
    assert status < 500


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_body_where_none_belongs__is_refused(own: Program, method: str) -> None:
    for how, body in (
        (f"Content-Length: {HUGE}", []),
        ("Transfer-Encoding: chunked", chunked([b"x" * MB] * 20)),
    ):
        status, _ = send(own, head(own, method, "/api/items/999", [how]), body)
        assert status == 413


@pytest.mark.parametrize(
    "length", ["-1", "+5", "0x10", "5, 6", "5.0", "", "²", "9" * 30, "9" * 5000]
)
def test_lengths_that_are_none__are_refused_without_a_traceback(own: Program, length: str) -> None:
    lines = len(own.said)
    status, _ = send(own, head(own, "POST", "/api/tags", [JSON, f"Content-Length: {length}"]))
    assert status in {0, 400, 413, 431}
    assert not any("Traceback" in line for line in own.said[lines:])


def test_length_and_chunks_at_once__only_what_arrives_counts(own: Program) -> None:
    both = [JSON, "Content-Length: 2", "Transfer-Encoding: chunked"]
    status, _ = send(own, head(own, "POST", "/api/tags", both), chunked([b"x" * MB] * 5))
    assert status in {400, 413}


HARMFUL = {
    "lists in lists": "[" * 100_000,
    "lists in lists, closed": "[" * 5_000 + "]" * 5_000,
    "objects in objects": '{"a":' * 20_000 + "1" + "}" * 20_000,
    "just too deep": "[" * 40 + "]" * 40,
    "deep in a value": '{"data":' + "[" * 500 + "]" * 500 + "}",
    "a number of 50,000 digits": '{"item":' + "9" * 50_000 + "}",
    "a number beyond 64 bits": '{"item":' + "9" * 40 + "}",
    "a negative one": '{"item":-' + "9" * 40 + "}",
    "infinite by exponent": '{"item":1e999}',
    "a long fraction": '{"item":0.' + "1" * 50_000 + "}",
    "not a number": '{"item":NaN}',
    "infinity": '{"item":-Infinity}',
    "a key twice": '{"item":1,"item":2}',
    "a key twice, deep": '{"data":[{"a":1,"a":2}]}',
    "half of it": '{"item":',
    "two values": "{} {}",
    "a null byte": '{"item":"a\0"}',
    "no JSON": "item=1&name=x",
}


@pytest.mark.parametrize("path", ["/api/tags", "/gradio_api/queue/join", "/api/index/retry"])
@pytest.mark.parametrize("what", HARMFUL)
def test_harmful_json__is_refused_with_a_sentence(
    page: httpx.Client, path: str, what: str
) -> None:
    answer = page.post(path, content=HARMFUL[what], headers={"content-type": "application/json"})
    assert answer.status_code in {400, 413}, answer.text[:200]
    assert "request" in answer.json()["error"]
    assert len(answer.content) < 1000


@pytest.mark.parametrize("body", [b'{"a":"\xff"}', '{"a":1}'.encode("utf-16"), b"\x80" * 1000])
def test_json_in_other_encodings__is_refused(page: httpx.Client, body: bytes) -> None:
    answer = page.post("/api/tags", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400


def test_harmless_json__passes(page: httpx.Client) -> None:
    deep = {"data": [{"a": [{"b": [{"c": [1.5e300, -(2**53), 2**53, "𝒳", None, True]}]}]}]}
    assert page.post("/api/index/retry", json={"keys": []} | deep).status_code == 200


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize("place", ["text", "unlike", "instruction", "also", "words"])
def test_a_text_of_a_query_over_the_limit__is_one_sentence(page: httpx.Client, place: str) -> None:
    long = "fox " * (LONGEST_TEXT // 4 + 1)
    text = long if place in {"text", "words"} else "fox"
    choices = {
        "unlike": {"unlike": long},
        "instruction": {"instruction": long},
        "also": {"also": [{"text": long, "files": []}]},
        "words": {"words": "only"},
    }.get(place, {})
    joined = join(page, [{"text": text, "files": []}, choices], session=f"long-{place}")
    if joined.status_code == 400:  # refused before it became an event
        assert joined.json()["error"]
        return
    said = text_of(answers(page, f"long-{place}"))
    assert "query.long" in said
    assert f"over the limit of {LONGEST_TEXT:,}" in said


def test_a_text_at_the_limit__is_searched_for(page: httpx.Client) -> None:
    text = "fox " * (LONGEST_TEXT // 4)
    join(page, [{"text": text, "files": []}, {"words": "on"}], session="longest")
    said = text_of(answers(page, "longest"))
    assert '"stage":"done"' in said or '"done"' in said
    assert "query.long" not in said


# ---------------------------------------------------------------- addresses and headers


@pytest.mark.parametrize(
    "path", ["/api/items", "/m/full/1", "/page/1/shell/top.js", "/gradio_api/info"]
)
@pytest.mark.parametrize("size", [20_000, 60_000, 200_000])
def test_a_long_address__is_refused(own: Program, path: str, size: int) -> None:
    for target in (f"{path}?q={'x' * size}", f"{path}{'/x' * (size // 2)}"):
        status, _ = send(own, head(own, "GET", target))
        assert status in {400, 414, 431}


def test_the_longest_permalink__opens_the_page(own: Program) -> None:
    status, said = send(own, head(own, "GET", "/?q=" + "%E7%8B%90" * 7000))
    assert status == 200
    assert "<head>" in said


def test_many_or_long_headers__are_refused(own: Program) -> None:
    many = [f"X-{n}: 1" for n in range(2000)]
    for headers in (many, [f"Cookie: {'x' * 60_000}"], [f"X-{n}: {'y' * 900}" for n in range(90)]):
        status, _ = send(own, head(own, "GET", "/api/models", headers))
        assert status in {400, 431}


def test_the_page_itself__sends_what_passes(own: Program) -> None:
    with own.client(headers=PAGE) as http:
        assert http.post("/api/outcomes/forget", json={"keys": ["a" * 200] * 4000}).is_success


@pytest.mark.parametrize("path", ["/api/tags", "/gradio_api/queue/join", "/gradio_api/upload"])
def test_thousands_of_tiny_chunks__are_refused_and_hold_nobody_up(
    own: Program, page: httpx.Client, path: str
) -> None:
    kind = "Content-Type: multipart/form-data; boundary=b" if "upload" in path else JSON
    how = [kind, "Transfer-Encoding: chunked", "Content-Length: 900000"]
    statuses = []

    def attack() -> None:
        pieces = [b"1\r\nx\r\n" * 10_000] * 90
        statuses.append(send(own, head(own, "POST", path, how), pieces)[0])

    attackers = [Thread(target=attack) for _ in range(4)]
    for one in attackers:
        one.start()
    while any(one.is_alive() for one in attackers):
        began = time.monotonic()
        assert page.get("/api/models").status_code == 200
        assert time.monotonic() - began < 10
    assert set(statuses) <= {400, 413, 0}
