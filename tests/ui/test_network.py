"""The program as other computers meet it: over real HTTP, with a password, for searching only."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from qwen3vl_app.budget import Budget
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits
from qwen3vl_app.ui.access import SEARCH_ONLY, PasswordGuard
from qwen3vl_app.ui.guard import PAGE_HEADER
from qwen3vl_app.ui.query_uploads import (
    BUSY,
    KEPT,
    LARGEST_IN_PUBLIC,
    NO_LENGTH,
    UPLOAD,
    QueryUploadGuard,
)
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World
from tests.started import start

ROOT = Path(__file__).parents[2]
CHECKPOINT = ROOT / "tests" / "data" / "parity" / "checkpoint"
AUTH = ("anna", "se:cret ü")
PRIVATE_LINE = "a line that nobody may read"


@dataclass(frozen=True)
class Program:
    """The real program, serving a real library."""

    port: int
    library: Path
    secret: Path
    thumbnail: str
    query_files: Path

    def raw(
        self, target: str, *, method: str = "GET", headers: Sequence[str] = ()
    ) -> tuple[int, bytes]:
        """Status and body of a request whose target no client library has tidied up."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as sock:
            sock.sendall(self.head(target, method, headers))
            answer = b"".join(iter(lambda: sock.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def head(self, target: str, method: str, headers: Sequence[str]) -> bytes:
        """A request up to its body."""
        word = base64.b64encode(":".join(AUTH).encode()).decode()
        lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
        return "\r\n".join([*lines, f"Authorization: Basic {word}", *headers, "", ""]).encode()


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("network")
    reader = Reader(Budget(), Limits(), workers=1)
    world = World(folder, reader, TinyHost())
    world.picture("red.png")
    world.index()
    (item,) = world.library.list_items()
    gone = world.picture("gone.png", "blue")
    world.index()
    gone.unlink()
    world.close()
    reader.close()
    library = folder / "library"
    secret = folder / "secret.txt"
    secret.write_text(PRIVATE_LINE)
    command = [
        "-m",
        "qwen3vl_app",
        "serve",
        "--no-ocr",
        "--no-browser",
        "--port",
        "0",
    ]
    everywhere = "0.0.0.0"  # noqa: S104  # that is what is tested
    command += ["--host", everywhere, "--auth", ":".join(AUTH), "--read-only"]
    command += ["--library", str(library), "--model", str(CHECKPOINT), "--reranker", "none"]
    reading, writing = os.pipe()
    try:
        process = start(*command, environment=os.environ | {"TMPDIR": str(folder)}, err=writing)
    finally:
        os.close(writing)
    errors = os.fdopen(reading)
    try:
        for line in errors:
            if found := re.match(r"http://127\.0\.0\.1:(\d+)", line):
                break
        else:
            raise AssertionError("the program ended before its page was up")
        (temporary,) = folder.glob("qwen3vl-*")
        yield Program(int(found[1]), library, secret, item.thumbnail, temporary / "query-files")
    finally:
        process.terminate()
        process.wait()
        errors.close()


@pytest.fixture(scope="module")
def web(program: Program) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}", auth=AUTH) as http:
        yield http


# ---------------------------------------------------------------- the password


EVERYWHERE = (
    *("/", "/config", "/gradio_api/info", "/gradio_api/queue/data", "/theme.css", "/nowhere"),
    *("/api/index/status", "/api/items", "/m/full/1", "/m/thumb/0", "/page/1/shell/top.js"),
)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_auth__is_asked_for_everywhere(program: Program, path: str) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}") as nobody:
        answer = nobody.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic realm=")
        for wrong in (("anna", "secret"), ("anna", ""), ("", "se:cret ü"), ("Anna", AUTH[1])):
            assert nobody.get(path, auth=wrong).status_code == 401


def test_auth__changing_requests_too(program: Program) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}") as nobody:
        for path in ("/gradio_api/queue/join", "/gradio_api/upload", "/api/upload"):
            assert nobody.post(path, headers={PAGE_HEADER: "1"}).status_code == 401


def test_auth__the_right_one_opens_the_page(web: httpx.Client, program: Program) -> None:
    assert web.get("/").status_code == 200
    assert web.get("/config").json()["analytics_enabled"] is False
    assert web.get(f"/m/thumb/{program.thumbnail}").headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic !!!", "Basic " + "A" * 70_000, "Bearer YTpi", "basic \u00fc", "Basic YQ"],
)
def test_password_guard__malformed_headers_are_wrong(header: str) -> None:
    guard = PasswordGuard(_unreachable, auth=("a", "b"))
    assert not guard._knows(Headers(raw=[(b"authorization", header.encode("latin-1"))]))


def test_password_guard__scheme_in_any_case() -> None:
    guard = PasswordGuard(_unreachable, auth=("a", "b"))
    assert guard._knows(Headers({"authorization": "bAsIc YTpi"}))


async def _unreachable(*_: object) -> None:
    raise AssertionError


# ---------------------------------------------------------------- hosts and origins


def test_host__foreign_names_are_refused_with_the_password_too(web: httpx.Client) -> None:
    assert web.get("/", headers={"host": "evil.example"}).status_code == 400
    name = socket.gethostname()
    assert web.get("/api/index/status", headers={"host": f"{name}:1"}).status_code == 200


def test_origin__foreign_ones_are_refused_with_the_password_too(web: httpx.Client) -> None:
    headers = {"origin": "http://evil.example"}
    assert web.post("/gradio_api/queue/join", headers=headers, json={}).status_code == 403


# ---------------------------------------------------------------- searching only


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", f"/api/index/{word}") for word in ("pause", "add", "retry", "samples")),
        *(("DELETE", "/api/items/1"), ("PUT", "/api/upload"), ("POST", "/api/upload/done")),
        *(("GET", "/api/removed"), ("POST", "/api/upload/offer")),
        *(("POST", f"/api/removed/{word}") for word in ("restore", "discard")),
        *(("GET", "/api/outcomes"), ("GET", "/api/about"), ("POST", "/%61pi/index/cancel")),
    ],
)
def test_read_only__answers_with_a_sentence(web: httpx.Client, method: str, path: str) -> None:
    answer = web.request(method, path, headers={PAGE_HEADER: "1"})
    assert (answer.status_code, answer.json()) == (
        403,
        {"error": str(SEARCH_ONLY), "code": "public.search_only", "values": {}},
    )


def test_read_only__the_page_is_told(web: httpx.Client) -> None:
    status = web.get("/api/index/status").json()
    assert (status["read_only"], status["writable"]) == (True, False)
    assert status["items"]["picture"] == 2
    assert [item["id"] for item in web.get("/api/items").json()["items"]] == [2, 1]


def test_read_only__query_files_stay_out_of_the_library(
    web: httpx.Client, program: Program
) -> None:
    answer = web.post("/gradio_api/upload", files={"files": ("q.png", b"not a picture")})
    (key,) = answer.json()
    assert (program.query_files / key).read_bytes() == b"not a picture"
    assert web.get(f"/gradio_api/file={key}").content == b"not a picture"
    assert not (program.library / "query-files").exists()


def test_read_only__tells_of_no_folder(web: httpx.Client, program: Program) -> None:
    folder = str(program.library.parent)
    places = ("/", "/config", "/gradio_api/info", "/api/index/status", "/api/items")
    for path in (*places, "/api/items/1", "/api/collections", "/m/full/2"):
        answer = web.get(path)
        assert folder not in answer.text, path
        assert folder not in str(answer.headers), path
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("gone.png is no longer there")


# ---------------------------------------------------------------- query files


def test_query_upload__larger_than_the_limit_is_refused_before_it_is_sent(
    program: Program,
) -> None:
    length = LARGEST_IN_PUBLIC + 1
    status, body = program.raw(UPLOAD, method="POST", headers=[f"Content-Length: {length}"])
    assert status == 413
    assert f"{length:,} bytes, over the limit of {LARGEST_IN_PUBLIC:,}" in body.decode()


def test_query_upload__of_unknown_length_is_refused(web: httpx.Client) -> None:
    answer = web.post(UPLOAD, content=iter([b"x"]))
    assert (answer.status_code, answer.json()) == (
        411,
        {"error": str(NO_LENGTH), "code": "upload.length", "values": {}},
    )


def test_query_upload__the_oldest_go_where_all_together_are_too_large(
    web: httpx.Client, program: Program
) -> None:
    kept = []
    for number in range(3):
        path = program.query_files / f"{number}" / "clip.mp4"
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            file.truncate(KEPT // 2 - 2**20)  # claims a gigabyte and takes no room
        os.utime(path, (number, number))
        kept.append(path)
    answer = web.post(UPLOAD, files={"files": ("q.png", b"a picture")})
    assert (program.query_files / answer.json()[0]).read_bytes() == b"a picture"
    assert [path.exists() for path in kept] == [False, True, True]
    assert not kept[0].parent.exists()
    for path in kept[1:]:
        path.unlink()


def test_query_upload_guard__what_arrives_at_once_is_bounded_too(tmp_path: Path) -> None:
    async def uploads() -> tuple[list[int], str]:
        arrived, ended = 0, asyncio.Event()

        async def receiving(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal arrived
            await Request(scope, receive).body()
            arrived += 1
            await ended.wait()
            await JSONResponse([])(scope, receive, send)

        guard = QueryUploadGuard(receiving, folder=tmp_path, largest=1000, kept=2000, share=2000)
        transport = httpx.ASGITransport(app=guard)
        form = {"files": ("q.png", b"x" * 700)}
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as page:
            first = [asyncio.create_task(page.post(UPLOAD, files=form)) for _ in "ab"]
            while arrived < 2:
                await asyncio.sleep(0.01)
            refused = await page.post(UPLOAD, files=form)
            ended.set()
            answers = [*[await task for task in first], await page.post(UPLOAD, files=form)]
            return [refused.status_code, *(a.status_code for a in answers)], refused.text

    with ThreadPoolExecutor(1) as pool:  # the browser tests leave a loop running in this thread
        statuses, sentence = pool.submit(lambda: asyncio.run(uploads())).result()
    assert statuses == [503, 200, 200, 200]
    assert str(BUSY) in sentence


# ---------------------------------------------------------------- files


ESCAPES = (
    *("../{}", "..%2f{}", "%2e%2e/{}", "%2e%2e%2f{}", "..%252f{}", "..%5c{}", "....//{}"),
    *("../" * 12 + "{abs}", "%2e%2e%2f" * 12 + "{abs}", "{abs}", "/{abs}", "%2f{enc}"),
    *("x/../../{}", "./../{}", "..;/{}", "%00/../{}", "file://{abs}", "{}%00.webp"),
)
PLACES = (
    *("/m/thumb/", "/m/full/", "/m/page/", "/m/preview/", "/page/", "/page/1/", "/"),
    *("/gradio_api/file=", "/gradio_api/file/", "/file=", "/static/", "/assets/", "/svelte/"),
    *("/custom_component/", "/gradio_api/custom_component/1/client/component/"),
)


@pytest.mark.parametrize("place", PLACES)
def test_files__none_outside_the_cache(program: Program, place: str) -> None:
    for target in (program.secret, program.library / "library.db"):
        full = str(target).lstrip("/")
        for escape in ESCAPES:
            path = escape.format(target.name, abs=full, enc=full.replace("/", "%2f"))
            status, body = program.raw(place + path)
            assert PRIVATE_LINE.encode() not in body, path
            assert b"SQLite format 3" not in body, path
            assert status < 500 or not body.startswith(b"Traceback"), path


def test_files__links_inside_the_cache_lead_nowhere(program: Program) -> None:
    link = program.library / "thumbnails" / f"{'0' * 32}.webp"
    link.symlink_to(program.secret)
    assert program.raw(f"/m/thumb/{link.stem}")[0] == 404
    program.query_files.mkdir(exist_ok=True)
    (program.query_files / "file").symlink_to(program.secret)
    (program.query_files / "folder").symlink_to(program.secret.parent)
    for path in ("file", f"folder/{program.secret.name}"):
        status, body = program.raw(f"/gradio_api/file={program.query_files}/{path}")
        assert (status, PRIVATE_LINE.encode() in body) == (404, False)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x", "https://example.com/", "file:///"])
def test_files__other_addresses_are_not_fetched(program: Program, address: str) -> None:
    status, body = program.raw(f"/gradio_api/file={address}")
    assert (status, json.loads(body)["error"]) == (404, "There is no such file.")
