"""Of what gradio mounts, only what the page uses is there; the rest is as if it were not."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from qwen3vl_app.ui.gradio_surface import reachable
from tests.attacks.program import ROOT, Program, red_picture

TABLE = Path(__file__).with_name("gradio_routes.txt")
"""Every route that gradio mounts: ``allowed`` or ``refused``, its method, its path."""

WALK = """
from pathlib import Path
from tests.ui.world import build_world
from qwen3vl_app.ui.app import build_app
import sys
app = build_app(build_world(Path(sys.argv[1]), empty=True))
mounts = [one for one in app.router.routes if type(one).__name__ == "Mount"]
print("mounts", len(mounts), type(mounts[0].app).__name__)
def walk(routes):
    for route in routes:
        if hasattr(route, "original_router"):  # included, in newer versions of FastAPI
            walk(route.original_router.routes)
            continue
        for method in sorted(getattr(route, "methods", None) or {type(route).__name__}):
            print("route", method, route.path)
walk(mounts[0].app.wrapped.router.routes)
"""

VALUES = {
    "path": "fonts/x", "path_or_url": "x", "url_path": "http://127.0.0.1/", "page": "x",
    "key": "x",
    "api_name": "predict", "event_id": "x", "session_hash": "x", "run": "x", "component_id": "1",
    "segment_id": "x", "ext": "ts", "id": "x", "environment": "client", "type": "component",
    "file_name": "index.js", "size": "10",
}  # fmt: skip
"""Something for every name in braces."""


def listed() -> list[tuple[str, str, str]]:
    rows = [line.split(" ") for line in TABLE.read_text().splitlines() if line]
    return [(verdict, method, path) for verdict, method, path in rows]


def filled(path: str) -> str:
    """The path of a route, with something in place of what stands in braces."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: VALUES[found[1]], path)


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("routes")
    command = [sys.executable, "-c", WALK, str(folder)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return said.splitlines()


def test_routes_of_gradio__are_those_of_the_table(mounted: list[str]) -> None:
    assert mounted[0] == "mounts 1 GradioGate"
    found = [tuple(line.split(" ")[1:]) for line in mounted[1:]]
    assert sorted(set(found)) == sorted((method, path) for _, method, path in listed())


def test_table__says_what_the_program_does() -> None:
    for verdict, method, path in listed():
        found = "refused" if reachable(method, filled(path)) is None else "allowed"
        assert (verdict, method, path) == (found, method, path)


@pytest.mark.parametrize(
    "row", [row for row in listed() if row[0] == "refused"], ids=lambda row: f"{row[1]} {row[2]}"
)
def test_route_that_the_page_does_not_use__is_404(
    row: tuple[str, str, str], visitor: httpx.Client
) -> None:
    _, method, path = row
    method = method if method.isupper() else "GET"
    for own in (filled(path), f"{filled(path)}/", f"/%67radio_api/{filled(path).lstrip('/')}"):
        files = {"files": ("a.png", red_picture()), "video": ("a.mp4", b"x" * 1000)}
        answer = visitor.request(method, own, files=files if method == "POST" else None)
        assert answer.status_code in (404, 405), own
        assert answer.headers.get("location") is None
        if answer.status_code == 404 and method != "HEAD":
            said = answer.json()
            assert set(said) <= {"error", "detail", "code", "values"}
            assert said.get("values", {}) == {}  # nothing of what was asked, nothing of the server


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/queue/join", "/gradio_api/upload"])
def test_method_that_the_page_does_not_use__is_404(
    method: str, path: str, visitor: httpx.Client
) -> None:
    assert visitor.request(method, path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *("/gradio_api/QUEUE/join", "/gradio_api//queue/join", "/gradio_api/queue/join/"),
        *("/gradio_api/queue/./join", "//gradio_api/queue/data", "/gradio_api/queue/join;x"),
        *("/assets/%2e%2e/config", "/assets/..%2f..%2fconfig", "/static/img/logo.svg"),
        *("/assets/" + "x" * 300, "/assets/" + "a/" * 20 + "b", "/static/fonts/" + "x" * 4000),
        "/assets/",
        *("/gradio_api/queue/data/../join", "/gradio_api/upload%00", "/config/", "/config%0a"),
        *("/?page=x", "/gradio_api/", "/gradio_api", "/login?next=//evil.example"),
    ],
)
def test_path_written_otherwise__is_no_way_in(path: str, visitor: httpx.Client) -> None:
    answer = visitor.get(path)
    known = path.startswith("/?")
    assert answer.status_code == (200 if known else 404)


def test_query_string__is_not_handed_to_gradio(visitor: httpx.Client) -> None:
    plain = visitor.get("/config").json()
    for query in ("deep_link=x", "page=nowhere", "all_endpoints=true", "view=api"):
        assert visitor.get(f"/?{query}").status_code == 200
        config = visitor.get(f"/config?{query}").json()
        assert config["components"] == plain["components"]
        assert config.get("deep_link_state") == plain.get("deep_link_state")


@pytest.mark.parametrize("path", ["process_recording", "component_server", "upload_progress"])
def test_megabytes_to_a_route_that_is_not_there__leave_nothing(
    path: str, public: Program, visitor: httpx.Client
) -> None:
    def kept() -> list[Path]:
        return [one for one in public.temporary.rglob("*") if one.is_file()]

    before, memory = kept(), public.memory()
    form = {"video": ("a.mp4", b"\0" * 30_000_000), "files": ("a.png", b"\0" * 1000)}
    try:
        assert visitor.post(f"/gradio_api/{path}", files=form).status_code == 404
    except httpx.TransportError:  # the program hangs up in the middle
        assert visitor.get(f"/gradio_api/{path}").status_code == 404
    assert kept() == before
    assert public.memory() - memory < 30 * 2**20


def test_websocket__is_refused(public: Program) -> None:
    head = (
        "GET /gradio_api/queue/data HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", public.port), timeout=30) as sock:
        sock.sendall(head.encode())
        status = int(sock.recv(4096).split()[1])
    assert status in (400, 403, 404, 426)
