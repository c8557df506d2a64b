"""Any request to any route: no error of the program, no long wait, no memory that stays.

Routes, methods, parameters and bodies come from the program's own table, values from the one
below. 200 requests by default; ``FUZZ_REQUESTS=5000`` asks for more, with other values each time.

What the requests may do is real: files are uploaded, forgotten and indexed. So a path to be
indexed is always one that is not there, and the sample collection is left alone.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.attacks.program import PAGE, Program, draw_library, red_picture, serving
from tests.attacks.routes import Operation, operations

log = logging.getLogger(__name__)

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "200"))

LONGEST = 10.0
"""Seconds for one answer."""

MOST_GROWTH = 200 * 2**20
"""Bytes by which the memory of the program may grow."""

LEFT_ALONE = {"/api/index/samples"}
"""Indexes real pictures for minutes."""

OF_GRADIO = {
    *("/", "/config", "/theme.css", "/gradio_api/info", "/gradio_api/queue/join"),
    *(
        "/gradio_api/cancel",
        "/gradio_api/reset",
        "/gradio_api/upload",
        "/gradio_api/file={path_or_url}",
    ),
    *("/gradio_api/queue/data", "/gradio_api/heartbeat/{session_hash}", "/static/{path}"),
    *("/assets/{path}", "/svelte/{path}"),
}
"""What the page asks of gradio."""

ENDLESS = ("/gradio_api/queue/data", "/gradio_api/heartbeat")
"""Whose answers are events that come when they come: their beginning is the answer."""

TEXTS = (
    *(
        "",
        " ",
        "a",
        "fox",
        "\0",
        "\n",
        "\r\n",
        "..",
        "../../etc/passwd",
        "/",
        "//",
        ".",
        "~",
        "~root",
    ),
    *(
        "~nosuch",
        "/nowhere",
        "C:\\",
        "file:///nowhere",
        "%",
        "%00",
        "%ff",
        "%2e%2e%2f",
        "{x}",
        "${1}",
    ),
    *(
        "\u202e",
        "\u0301" * 50,
        "狐狸",
        "😀",
        "\ufffd",
        "\uffff",
        "🏴" * 100,
        "x" * 300,
        "x" * 5000,
    ),
    *("'; DROP TABLE item; --", '"', '"' * 99, "<img src=x onerror=1>", "-! -@ -# -$ -% -^ -&"),
    *("1", "0", "-1", "1e999", "nan", "-inf", "1" + "0" * 30, "0x10", "１", "٣", "true", "null"),
    *("9999-12-31", "0001-01-01", "2024-02-30", "10000-01-01", "picture", "page", "landscape"),
    *("only", "on", "failed", str(2**31), str(2**63 - 1), str(2**63), str(-(2**63) - 1)),
)

NUMBERS = (
    0,
    1,
    -1,
    2,
    5,
    64,
    4096,
    2**31,
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63),
    10**30,
    0.5,
    1e300,
)

JSON_TEXTS = (*TEXTS, "\ud800", "\udfff\ud800")
"""JSON can name half a pair of surrogates."""

values = st.recursive(
    st.sampled_from([None, True, False, *NUMBERS, *JSON_TEXTS]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["path", "text", "files", "key", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)

PLACES = st.sampled_from(("1", "2", "3", "4", "5")) | st.sampled_from(TEXTS)
"""Ids that there are as often as not."""

NOT_THERE = st.sampled_from(
    ["", "~nosuch/x", "/nowhere/at/all", "relative", "/a\0b", "/" + "x" * 300]
)

RAW = st.sampled_from(
    [b"", b"x", b"[", b"\xff\xfe", b"[" * 20_000, b"NaN", b'"\\ud800"', b"9" * 5000]
)


def as_json(value: object) -> bytes:
    """With surrogates and numbers of any size, which other libraries refuse to write."""
    return json.dumps(value).encode()


@st.composite
def requests(draw: st.DrawFn) -> httpx.Request:
    """A request to some route, with values that fit or do not."""
    tried = [one for one in operations() if is_tried(one)]
    asking = [one for one in tried if one.method == "GET"]  # which need no body to be let in
    one = draw(st.sampled_from(asking if draw(st.booleans()) else tried))
    method = (
        one.method if draw(st.integers(0, 9)) else draw(st.sampled_from(["HEAD", "PATCH", "BREW"]))
    )
    inside = {name: quote(draw(PLACES), safe="") or "1" for name in one.inside}
    query = {
        name: draw(st.sampled_from(TEXTS)) for name in one.query if not draw(st.integers(0, 4))
    }
    headers, content = draw(bodies(one))
    target = one.path.format_map(inside) + ("?" + urlencode(query) if query else "")
    url = httpx.URL("http://127.0.0.1").copy_with(raw_path=target.encode())
    return httpx.Request(method, url, headers=PAGE | headers, content=content)


@st.composite
def bodies(draw: st.DrawFn, one: Operation) -> tuple[dict[str, str], bytes]:
    if one.path == "/api/upload":
        name, hold = draw(st.sampled_from(TEXTS)), draw(st.sampled_from(["0", "1", "x"]))
        headers = {"x-path": quote(name), "x-hold": hold, "x-collection": quote(name)}
        return headers, draw(st.sampled_from([b"", b"a text", red_picture()]))
    if one.path == "/gradio_api/queue/join":
        return {"content-type": "application/json"}, as_json(draw(events()))
    if one.body is None:
        return {}, b""
    kind = draw(st.sampled_from(["application/json"] * 8 + ["text/plain", ""]))
    if one.path == "/api/index/add":
        return {"content-type": kind}, as_json(
            {"path": draw(NOT_THERE), "collection": draw(values)}
        )
    body = {name: draw(values) for name in one.body if draw(st.integers(0, 4))}
    return {"content-type": kind}, draw(RAW) if not draw(st.integers(0, 9)) else as_json(body)


@st.composite
def events(draw: st.DrawFn) -> dict[str, object]:
    """A search, or what looks like one."""
    names = (
        "words",
        "folder",
        "kinds",
        "like",
        "also",
        "crops",
        "top",
        "depth",
        "taken_from",
        "unlike",
    )
    box = {"text": draw(values), "files": draw(values)}
    choices = {name: draw(values) for name in names if not draw(st.integers(0, 4))}
    data = [box, choices] if draw(st.integers(0, 4)) else draw(values)
    return {
        "data": data,
        "fn_index": 0 if draw(st.integers(0, 4)) else draw(values),
        "session_hash": f"any{draw(st.integers(0, 3))}"
        if draw(st.integers(0, 9))
        else draw(values),
        "trigger_id": draw(values),
    }


def is_tried(one: Operation) -> bool:
    return one.path in OF_GRADIO or (one.is_ours and one.path not in LEFT_ALONE)


@dataclass
class Told:
    """What came of all requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    memory: int = 0

    def note(self, status: int, seconds: float, asked: str) -> None:
        self.statuses[status] += 1
        self.slowest = max(self.slowest, (seconds, asked))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("any")
    draw_library(folder)
    with serving(folder) as made:
        yield made


def answered(http: httpx.Client, request: httpx.Request) -> tuple[int, str]:
    """The status and the beginning of the body; of an endless answer, how it begins."""
    url = http.base_url.copy_with(raw_path=request.url.raw_path)
    sent = http.build_request(
        request.method, url, headers=request.headers, content=request.content, timeout=LONGEST
    )
    sent.headers["host"] = url.netloc.decode()
    answer = http.send(sent, stream=True)
    try:
        endless = str(url.path).startswith(ENDLESS)
        return answer.status_code, "" if endless else answer.read()[:2000].decode(errors="replace")
    finally:
        answer.close()


def test_any_request__no_error_no_long_wait_no_memory(program):
    told = Told()
    with program.client() as http:
        for _ in range(3):
            http.get("/api/items")
        before = program.memory()

        @settings(
            max_examples=REQUESTS,
            deadline=None,
            derandomize=REQUESTS <= 200,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(request=requests())
        def ask(request: httpx.Request) -> None:
            begun = time.monotonic()
            status, said = answered(http, request)
            seconds = time.monotonic() - begun
            asked = f"{request.method} {request.url.raw_path!r} {request.content[:500]!r}"
            told.note(status, seconds, asked)
            assert status < 500 or status == 503, (status, asked, request.headers, said)
            assert seconds < LONGEST, (seconds, asked)
            assert program.process.poll() is None, asked

        ask()
        told.memory = program.memory() - before
        assert http.get("/api/index/status").status_code == 200
    log.info("%d requests: %s", sum(told.statuses.values()), told)
    assert told.memory < MOST_GROWTH, told
    assert sum(told.statuses.values()) >= REQUESTS * 0.9
    assert told.statuses[200] > REQUESTS * 0.1, told  # it does not only knock at closed doors
