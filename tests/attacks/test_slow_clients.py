"""Clients that stop in the middle, crawl, announce what never comes, or do not read answers."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import httpx
import numpy as np
import pytest
from PIL import Image

from qwen3vl_app.ui.connections import HEAD_SECONDS, STALL_SECONDS
from qwen3vl_app.ui.query_parts import MOST_PARTS
from qwen3vl_app.ui.query_uploads import LARGEST_IN_PUBLIC
from qwen3vl_app.ui.uploading import WINDOW_SECONDS
from tests.attacks.program import PAGE, PATIENCE, Program, draw_library, serving, upload
from tests.attacks.raw import answer, connect, head, send

JSON = "Content-Type: application/json"
BOUNDARY = "limit"
FORM = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
UPLOAD = "/gradio_api/upload"
MB = 2**20


def part(name: str = "q.png", content: bytes = b"x", field: str = "files") -> bytes:
    top = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"'
    return top.encode() + b"\r\n\r\n" + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def stored(program: Program, answered: str) -> Path:
    """Where a query file is, of which the program answered the path or the key."""
    return program.cache / "query-files" / answered


def until(condition, seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


# ---------------------------------------------------------------- sending slowly

STOPPED = {
    "JSON": ("POST", "/api/tags", [JSON, "Content-Length: 500"], b'{"item": 1'),
    "JSON of an event": (
        *("POST", "/gradio_api/queue/join", [JSON, "Content-Length: 9000"]),
        b'{"data": [',
    ),
    "chunks": ("POST", "/api/tags", [JSON, "Transfer-Encoding: chunked"], b"2\r\n{}\r\n"),
    "a file for the library": (
        *("PUT", "/api/upload", ["X-Path: slow.png", "Content-Length: 70000000"]),
        b"x" * 100_000,
    ),
    "the same in chunks": (
        *("PUT", "/api/upload", ["X-Path: chunks.png", "Transfer-Encoding: chunked"]),
        b"186a0\r\n" + b"x" * 100_000 + b"\r\n",
    ),
    "nothing of a file": ("PUT", "/api/upload", ["X-Path: a.png", "Content-Length: 7000"], b""),
    "a query file": ("POST", UPLOAD, [FORM, "Content-Length: 60000000"], part("slow.png") * 3),
    "nothing of a query file": ("POST", UPLOAD, [FORM, "Content-Length: 60000000"], b""),
}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One's own computer, for the tests of this file that must end with what was there before."""
    folder = tmp_path_factory.mktemp("busy")
    draw_library(folder)
    with serving(folder) as program:
        yield program


def test_bodies_that_do_not_arrive__are_answered_and_leave_nothing(busy: Program) -> None:
    """Some stop, some bring a byte every second; all at the same time, so the wait is one."""
    uploads, query_files = busy.library / "uploads", busy.cache / "query-files"
    before = files_below(uploads), files_below(query_files)
    with ExitStack() as stack:
        both = [
            {what: stack.enter_context(connect(busy)) for what in STOPPED}
            for _ in ("stops", "crawls")
        ]
        for socks in both:
            for what, (method, path, headers, begun) in STOPPED.items():
                socks[what].sendall(head(busy, method, path, headers) + begun)
        stops, crawls = both
        over = Event()
        stack.callback(over.set)
        Thread(target=_crawl, args=(crawls, over)).start()
        began = time.monotonic()
        said = [
            (socks is crawls, what, *answer(sock))
            for socks in (stops, crawls)
            for what, sock in socks.items()
        ]
    assert len(said) == 2 * len(STOPPED)
    for crawl, what, status, text in said:
        if crawl and what == "nothing of a query file":  # a form does not begin with spaces
            assert status == 400
        else:
            assert status == 408, (crawl, what)
            assert "stopped arriving" in text
    assert time.monotonic() - began < 3 * WINDOW_SECONDS
    assert until(lambda: (files_below(uploads), files_below(query_files)) == before)
    with busy.client(headers=PAGE) as http:
        assert upload(http)
        assert http.put("/api/upload", content=b"x", headers={"x-path": "a.txt"}).is_success
    assert not any("Traceback" in line for line in busy.said)


def _crawl(socks: Mapping[str, socket.socket], over: Event) -> None:
    while not over.wait(1):
        for what, sock in socks.items():
            with suppress(OSError):
                sock.sendall(b"1\r\n \r\n" if "chunks" in what else b" ")


def test_clients_that_go_in_the_middle__leave_nothing_and_no_traceback(busy: Program) -> None:
    uploads, query_files = busy.library / "uploads", busy.cache / "query-files"
    before = files_below(uploads), files_below(query_files)
    for _ in range(5):
        for method, path, headers, begun in STOPPED.values():
            with connect(busy) as sock:
                sock.sendall(head(busy, method, path, headers) + begun)
    with busy.client() as http:
        assert http.get("/api/models").is_success
    assert until(lambda: (files_below(uploads), files_below(query_files)) == before)
    assert not any("Traceback" in line for line in busy.said)


def test_heads_that_never_end__are_cut_off(own: Program) -> None:
    with ExitStack() as stack:
        socks = [stack.enter_context(connect(own)) for _ in range(4)]
        socks[1].sendall(b"GET / HT")
        socks[2].sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\r\n")
        socks[3].sendall(head(own, "GET", "/api/models"))
        assert answer(socks[3])[0] == 200
        over = Event()
        stack.callback(over.set)
        Thread(target=_crawl, args=({"first": socks[2], "second": socks[3]}, over)).start()
        began = time.monotonic()
        assert {answer(sock)[0] for sock in socks} <= {0, 400}
        assert time.monotonic() - began < 3 * HEAD_SECONDS


# ---------------------------------------------------------------- query files


def test_40_connections_announcing_64_mb__block_nobody_and_sweep_nothing(
    public: Program, visitor: httpx.Client
) -> None:
    kept = stored(public, upload(visitor, "kept.png"))
    with ExitStack() as stack:
        for _ in range(40):
            sock = stack.enter_context(connect(public))
            length = f"Content-Length: {LARGEST_IN_PUBLIC}"
            sock.sendall(head(public, "POST", UPLOAD, [FORM, length]) + part())
        for number in range(5):
            assert stored(public, upload(visitor, f"{number}.png")).is_file()
        assert kept.is_file()


def test_uploads_without_length__are_refused(public: Program, visitor: httpx.Client) -> None:
    assert visitor.post(UPLOAD, content=iter([part(), END])).status_code == 411


HOSTILE_FORMS = {
    "thousands of parts": (part() * 5000 + END, 413),
    "thousands of empty files": (part(content=b"") * 5000 + END, 413),
    "one file too many": (part() * (MOST_PARTS + 1) + END, 413),
    "fields in memory": (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"\r\n\r\n'.encode()
        + b"x" * MB
        + b"\r\n"
        + END,
        400,
    ),
    "files of another name": (part(field="other") + END, 400),
    "no end": (part() * 3, 400),
    "no end of the last": (part()[:-2], 400),
    "a huge header of a part": (
        f"--{BOUNDARY}\r\nX-A: {'a' * 100_000}\r\n\r\n".encode() + END,
        400,
    ),
    "many headers of a part": (
        f"--{BOUNDARY}\r\n".encode() + b"X-A: b\r\n" * 50_000 + b"\r\n" + END,
        400,
    ),
    "a name of 10 kB": (part("n" * 10_000) + END, 400),
    "no form": (b"\0" * 10_000, 400),
    "nothing": (b"", 400),
}


@pytest.mark.parametrize("what", HOSTILE_FORMS)
def test_hostile_forms__are_refused_and_leave_nothing(public: Program, what: str) -> None:
    body, expected = HOSTILE_FORMS[what]
    folder = public.cache / "query-files"
    before = set(files_below(folder))
    start = head(public, "POST", UPLOAD, [FORM, f"Content-Length: {len(body)}"])
    status, said = send(
        public, start, [body[at : at + 60_000] for at in range(0, len(body), 60_000)]
    )
    assert status == expected, said
    assert until(lambda: set(files_below(folder)) == before)


@pytest.mark.parametrize(
    "kind",
    [
        *("", "text/plain", "multipart/form-data", "multipart/form-data; boundary="),
        *(f"multipart/form-data; boundary={'b' * 500}", "multipart/mixed; boundary=limit"),
        "application/x-www-form-urlencoded",
    ],
)
def test_uploads_without_a_usable_boundary__are_refused(visitor: httpx.Client, kind: str) -> None:
    answer = visitor.post(UPLOAD, content=part() + END, headers={"content-type": kind})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "name",
    [
        *("../../../etc/passwd", "/etc/passwd", "..", ".", "", "a/../../b.png", "..\\..\\b.png"),
        *("n" * 1000 + ".png", "a\u202eb.png", "a\tb.png", "CON", "图片.png", "%2e%2e%2fb.png"),
        *("-rf", "a;b", "<script>.png", "~root", "$(id)", "\udcff.png"),
    ],
)
def test_hostile_names__stay_inside_the_folder(public: Program, name: str) -> None:
    body = part("@", b"content of a picture") + END
    body = body.replace(b"@", name.encode("utf-8", "surrogateescape"))
    start = head(public, "POST", UPLOAD, [FORM, f"Content-Length: {len(body)}"])
    status, said = send(public, start, [body])
    assert status in {200, 400}, said
    for path in files_below(public.cache):
        assert path.resolve().is_relative_to((public.cache / "query-files").resolve()) or (
            "query-files" not in path.parts
        )
    assert not (public.folder / "b.png").exists()


def test_a_form_in_a_form__is_one_file(public: Program, visitor: httpx.Client) -> None:
    inner = part("inner.png").replace(b"--limit", b"--inner") + b"--inner--\r\n"
    assert stored(public, upload(visitor, "outer.png", inner)).read_bytes() == inner


# ---------------------------------------------------------------- reading slowly


@pytest.fixture
def large(busy: Program) -> Iterator[int]:
    """An item whose file is far larger than what systems hold between two programs."""
    noise = np.random.default_rng(7).integers(0, 256, (2600, 2600, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(noise).save(out, "PNG", compress_level=0)
    with busy.client(headers=PAGE) as http:
        http.put("/api/upload", content=out.getvalue(), headers={"x-path": "noise.png"})

        def found() -> list[int]:
            items = http.get("/api/items").json()["items"]
            return [item["id"] for item in items if "noise" in item["title"]]

        assert until(found)
        yield found()[0]


def test_readers_of_a_byte_a_second__end_and_hold_nobody_up(busy: Program, large: int) -> None:
    idle = busy.descriptors()
    with ExitStack() as stack:
        socks = []
        for _ in range(100):
            sock = stack.enter_context(socket.socket())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.connect(("127.0.0.1", busy.port))
            sock.sendall(head(busy, "GET", f"/m/full/{large}"))
            socks.append(sock)
        assert until(lambda: busy.descriptors() >= idle + len(socks))
        before, began = busy.memory(), time.monotonic()
        while busy.descriptors() > idle + 20:
            assert time.monotonic() - began < 4 * STALL_SECONDS
            for sock in socks:
                sock.settimeout(5)
                with suppress(OSError):
                    sock.recv(1)
            with busy.client() as http:
                assert http.get("/api/models").is_success
            time.sleep(1)
        assert busy.memory() - before < 100 * MB
    with busy.client() as http:
        whole = http.get(f"/m/full/{large}")
        assert len(whole.content) == int(whole.headers["content-length"]) > 15 * MB
