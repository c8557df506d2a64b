"""Files of the computer that nobody uploaded, asked for in every way a path can be sent."""

from __future__ import annotations

import hashlib
import os
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from tests.attacks.program import (
    SECRET,
    Program,
    answers,
    draw_library,
    join,
    red_picture,
    serving,
    text_of,
    upload,
)

META = {"_type": "gradio.FileData"}

SUBMIT, SEARCH, FILL, STOP, HALT = range(5)
"""The page's events, in the order in which it names them."""

PATHS = {
    "absolute": "{secret}",
    "double slash": "/{secret}",
    "file address": "file://{secret}",
    "up and down": "{cache}/query-files/../../secret.txt",
    "up from a made-up key": "{cache}/query-files/" + "a" * 32 + "/../../../../secret.txt",
    "relative": "secret.txt",
    "relative up": "../secret.txt",
    "percent": "%2e%2e%2fsecret.txt",
    "home": "~/secret.txt",
    "nul": "{secret}\0.png",
    "nul before": "\0{secret}",
    "a folder": "{folder}",
    "empty": "",
    "a dot": ".",
    "environment": "/proc/self/environ",
    "own memory": "/proc/self/mem",
    "a descriptor": "/proc/self/fd/0",
    "working folder": "/proc/self/cwd/pyproject.toml",
    "root of the process": "/proc/self/root{secret}",
    "endless": "/dev/zero",
    "standard input": "/dev/stdin",
    "shadow": "/etc/shadow",
    "the library": "{library}/library.db",
    "a log of the library": "{library}/library.db-wal",
    "a pipe": "{folder}/pipe",
    "windows share": "\\\\server\\share\\secret.txt",
    "windows drive": "C:\\Windows\\win.ini",
    "windows device": "CON",
    "address of this computer": "http://127.0.0.1:{port}/secret",
    "address of the network": "http://169.254.169.254/latest/meta-data/",
    "secure address": "https://127.0.0.1:{port}/secret",
    "ftp": "ftp://127.0.0.1/secret",
    "data": "data:text/plain;base64,c2VjcmV0",
    "long name": "a" * 5000,
    "not text": "\u202e\ufeff/etc/passwd",
}


@contextmanager
def counted() -> Iterator[tuple[int, list[str]]]:
    """A server of this computer, and what it was asked for."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1], asked
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[tuple[int, list[str]]]:
    with counted() as one:
        yield one


def written(path: str, program: Program, port: int = 1) -> str:
    """The path as it is sent."""
    pipe = program.folder / "pipe"
    if not pipe.exists():
        os.mkfifo(pipe)
    names = {"secret": program.secret, "cache": program.cache, "folder": program.folder}
    return path.format(**names, library=program.library, port=port)


def everything_kept(program: Program) -> dict[Path, int]:
    """What is in the places where the program may put something."""
    folders = (program.cache / "query-files", program.temporary)
    files = (path for folder in folders for path in folder.rglob("*"))
    return {path: path.stat().st_size for path in files if path.is_file()}


def holds_secret(program: Program) -> list[Path]:
    """Copies of the secret in those places."""
    found = everything_kept(program)
    return [path for path, size in found.items() if size < 2**20 and SECRET in _text(path)]


def _text(path: Path) -> str:
    return path.read_bytes().decode("latin-1")


# ---------------------------------------------------------------- in an event


def test_path_of_a_file_in_an_event__is_not_copied_and_not_named(
    public: Program, visitor: httpx.Client
) -> None:
    for place in ("choice", "file of the box"):
        session = uuid4().hex[:10]
        given = {"path": str(public.secret), "meta": META}
        box = {"text": "fox", "files": [given] if place == "file of the box" else []}
        data = [box, {"x": given} if place == "choice" else {}]
        if join(visitor, data, session=session).status_code == 200:
            said = text_of(answers(visitor, session))
            assert "query-files" not in said
            assert str(public.secret) not in said
    assert holds_secret(public) == []


@pytest.mark.parametrize("name", PATHS)
def test_any_path_in_the_box__is_refused_with_a_sentence(
    name: str, public: Program, visitor: httpx.Client, elsewhere: tuple[int, list[str]]
) -> None:
    port, asked = elsewhere
    before = everything_kept(public)
    path = written(PATHS[name], public, port)
    for extra in ({"meta": META}, {"meta": META, "url": path}, {}):
        box = {"text": "fox", "files": [{"path": path, **extra}]}
        answer = join(visitor, [box, {}], session=uuid4().hex[:10])
        assert answer.status_code == 400
        assert answer.json()["error"]
        assert SECRET not in answer.text
    assert everything_kept(public) == before
    assert asked == []


def nestings(given: dict[str, Any]) -> dict[str, tuple[int, list[Any], Any]]:
    """A file's dictionary in every place of a body: the event, its data, its event data."""
    empty = {"text": "fox", "files": []}
    return {
        "the box itself": (SUBMIT, [given, {}], None),
        "the text of the box": (SUBMIT, [{"text": given, "files": []}, {}], None),
        "the files of the box, no list": (SUBMIT, [{"text": "fox", "files": given}, {}], None),
        "a list in the files": (SUBMIT, [{"text": "fox", "files": [[given]]}, {}], None),
        "more in the box": (SUBMIT, [{**empty, "x": given}, {}], None),
        "the choices themselves": (SUBMIT, [empty, given], None),
        "an unknown choice": (SUBMIT, [empty, {"x": given}], None),
        "a list of choices": (SUBMIT, [empty, [given]], None),
        "kinds": (SUBMIT, [empty, {"kinds": [given]}], None),
        "crops": (SUBMIT, [empty, {"crops": given}], None),
        "a crop": (SUBMIT, [empty, {"crops": {"a": given}}], None),
        "folder": (SUBMIT, [empty, {"folder": given}], None),
        "also": (SUBMIT, [empty, {"also": [given]}], None),
        "files of also": (SUBMIT, [empty, {"also": [{"text": "", "files": [given]}]}], None),
        "like": (SUBMIT, [empty, {"like": [given]}], None),
        "deep down": (SUBMIT, [empty, {"x": nested(given, 400)}], None),
        "one value too many": (SUBMIT, [empty, {}, given], None),
        "event data of a search": (SEARCH, [empty], given),
        "text of a search": (SEARCH, [empty], {"text": given, "files": [], "choices": {}}),
        "files of a search": (SEARCH, [empty], {"text": "", "files": [given], "choices": {}}),
        "choices of a search": (SEARCH, [empty], {"text": "a", "files": [], "choices": given}),
        "a choice of a search": (SEARCH, [empty], {"text": "a", "choices": {"x": given}}),
        "event data of a submission": (SUBMIT, [empty, {}], given),
    }


def nested(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("place", nestings({}))
def test_file_anywhere_in_a_body__is_refused_with_a_sentence(
    place: str, public: Program, visitor: httpx.Client
) -> None:
    before = everything_kept(public)
    given = {"path": str(public.secret), "meta": META, "orig_name": "a.png"}
    event, data, event_data = nestings(given)[place]
    body = {"data": data, "event_data": event_data, "fn_index": event}
    answer = visitor.post("/gradio_api/queue/join", json=body | {"session_hash": "tab"})
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)
    assert everything_kept(public) == before


def test_key_that_was_never_given_out__is_no_file(public: Program, visitor: httpx.Client) -> None:
    placed = public.cache / "query-files" / ("b" * 32) / "a.png"
    placed.parent.mkdir(parents=True, exist_ok=True)
    placed.write_bytes(red_picture())
    try:
        key = f"{'b' * 32}/a.png"
        box = {"text": "", "files": [{"path": key, "meta": META}]}
        assert join(visitor, [box, {}], session="tab").status_code == 400
        assert visitor.get(f"/gradio_api/file={key}").status_code == 404
        body = {"data": [], "event_data": {"text": "", "files": [key]}, "fn_index": FILL}
        answer = visitor.post("/gradio_api/run/predict", json=body | {"session_hash": "tab"})
        assert answer.json()["data"][0]["files"] == []
    finally:
        placed.unlink()
        placed.parent.rmdir()


@pytest.mark.parametrize("what", ["link", "pipe", "folder", "other content", "gone"])
def test_file_swapped_after_it_was_given_out__is_no_file(
    what: str, public: Program, visitor: httpx.Client
) -> None:
    key = upload(visitor)
    path = public.cache / "query-files" / key
    path.unlink()
    if what == "link":
        path.symlink_to(public.secret)
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    elif what == "other content":
        path.write_text(SECRET)
    box = {"text": "", "files": [{"path": key, "meta": META}]}
    answer = join(visitor, [box, {}], session="tab")
    assert answer.status_code == 400
    assert "no longer kept" in answer.json()["error"]
    assert SECRET not in visitor.get(f"/gradio_api/file={key}").text
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def test_address_beside_the_key_of_a_picture__is_refused_unless_it_is_its_own(
    visitor: httpx.Client, elsewhere: tuple[int, list[str]]
) -> None:
    port, asked = elsewhere
    key = upload(visitor)
    given = {"path": key, "meta": META}
    own = f"{visitor.base_url}/gradio_api/file={key}"
    session = uuid4().hex[:10]
    assert join(visitor, [box(given | {"url": own}), {}], session=session).status_code == 200
    assert '"done"' in text_of(answers(visitor, session))
    for url in (f"http://127.0.0.1:{port}/x", f"{own}/../x", "file:///etc/passwd", 7, ["x"]):
        assert join(visitor, [box(given | {"url": url}), {}], session="tab").status_code == 400
    for extra in ({"is_stream": True}, {"meta": {"_type": "other"}}, {"meta": "x"}, {"data": "x"}):
        assert join(visitor, [box(given | extra), {}], session="tab").status_code == 400
    assert asked == []


def box(*files: dict[str, Any], text: str = "fox") -> dict[str, Any]:
    return {"text": text, "files": list(files)}


# ---------------------------------------------------------------- other fields of a body


@pytest.mark.parametrize(
    "change",
    [
        {"fn_index": 99},
        {"fn_index": -1},
        {"fn_index": None},
        {"fn_index": "0"},
        {"fn_index": True},
        {"fn_index": FILL},
        {"trigger_id": 1},
        {"trigger_id": "x"},
        {"session_hash": None},
        {"session_hash": ""},
        {"session_hash": "../x"},
        {"session_hash": "a" * 65},
        {"session_hash": {"path": "x"}},
        {"api_name": "predict"},
        {"event_id": "x"},
        {"oauth_token": "x"},
        {"simple_format": True},
        {"batched": True},
        {"request": {}},
        {"data": None},
        {"data": {}},
        {"data": [{"text": "fox", "files": []}]},
        {"data": [{"text": 7, "files": []}, {}]},
        {"data": [{"text": "fox", "files": []}, {"top": [5]}]},
        {"data": [{"text": "fox", "files": []}, {"like": [2**60]}]},
        {"data": [{"text": "fox", "files": []}, {"like": list(range(65))}]},
        {"data": [{"text": "fox", "files": []}, {"instruction": "x" * 5000}]},
        {"data": [{"text": "x" * 20_001, "files": []}, {}]},
    ],
)
def test_field_that_the_page_does_not_send__is_refused_with_a_sentence(
    change: dict[str, Any], visitor: httpx.Client
) -> None:
    body = {"data": [box(), {}], "fn_index": SUBMIT, "session_hash": "tab"} | change
    answer = visitor.post("/gradio_api/queue/join", json=body)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"data":"\\ud800"}', b"[" * 100_000, b'{"a":NaN}'],
)
def test_body_that_is_no_json_object__is_refused_with_a_sentence(
    body: bytes, visitor: httpx.Client
) -> None:
    for path in ("queue/join", "run/predict"):
        answer = visitor.post(f"/gradio_api/{path}", content=body)
        assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


def test_search_by_the_way_that_does_not_wait__is_refused(visitor: httpx.Client) -> None:
    body = {"data": [box(), {}], "fn_index": SUBMIT, "session_hash": "tab"}
    assert visitor.post("/gradio_api/run/predict", json=body).status_code == 400


def test_address_of_100_megabytes_as_a_file__is_not_read_to_the_end(
    public: Program, visitor: httpx.Client
) -> None:
    before = public.memory()
    data = "data:image/png;base64," + "A" * 100_000_000
    body = {"data": [box({"path": data, "meta": META}), {}], "fn_index": 0, "session_hash": "tab"}
    try:
        answer = visitor.post("/gradio_api/queue/join", json=body)
    except httpx.TransportError:  # the program hangs up in the middle
        pass
    else:
        assert answer.status_code == 413
    assert public.memory() - before < 50 * 2**20


def test_choices__only_what_the_page_knows_comes_back(visitor: httpx.Client) -> None:
    session = uuid4().hex[:10]
    choices = {"kinds": ["picture"], "top": 5, "words": "off", "folder": None}
    join(visitor, [box(text="grape"), choices], session=session).raise_for_status()
    said = answers(visitor, session)
    values = [one["output"]["data"][0] for one in said if one["msg"] == "process_generating"]
    assert values[0]["question"] == {"text": "grape", "files": [], **choices}


# ---------------------------------------------------------------- by address


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("route", ["file=", "file/", "proxy=", "stream/"])
def test_any_path_by_address__does_not_exist(
    route: str,
    name: str,
    public: Program,
    visitor: httpx.Client,
    elsewhere: tuple[int, list[str]],
) -> None:
    port, asked = elsewhere
    path = written(PATHS[name], public, port)
    for sent in (quote(path), quote(path, safe=""), quote(quote(path, safe=""))):
        answer = visitor.get(f"/gradio_api/{route}{sent}")
        assert answer.status_code == 404, sent
        assert SECRET not in answer.text
    assert asked == []


@pytest.mark.parametrize(
    "path",
    ["call/predict", "call/v2/predict", "api/predict", "run/submit", "call/submit/x", "api/0"],
)
def test_events_by_name__do_not_exist(path: str, public: Program, visitor: httpx.Client) -> None:
    body = {"data": [box({"path": str(public.secret), "meta": META}), {}], "session_hash": "t"}
    assert visitor.post(f"/gradio_api/{path}", json=body).status_code == 404
    assert visitor.get(f"/gradio_api/{path}").status_code == 404


# ---------------------------------------------------------------- pipes, and the end


def test_pipe_as_a_file__neither_holds_up_others_nor_the_end(fresh: Program) -> None:
    with fresh.client() as http:
        pipe = written("{folder}/pipe", fresh)
        for data in ([box({"path": pipe, "meta": META}), {}], [box(), {"x": {"path": pipe}}]):
            assert join(http, data, session="tab").status_code == 400
        key = upload(http)
        swapped = fresh.cache / "query-files" / key
        swapped.unlink()
        os.mkfifo(swapped)
        assert http.get(f"/gradio_api/file={key}").status_code == 404
        assert http.get("/api/models").status_code == 200
    begun = time.monotonic()
    fresh.stop()
    assert time.monotonic() - begun < 30


# ---------------------------------------------------------------- what must go on working


def test_uploaded_picture__can_be_searched_with_and_seen(visitor: httpx.Client) -> None:
    session = uuid4().hex[:10]
    picture = red_picture()
    key = upload(visitor, "r\u00e9d & #1%.png", picture)
    join(visitor, [box({"path": key, "meta": META}, text=""), {}], session=session)
    said = text_of(answers(visitor, session))
    assert '"done"' in said
    shown = visitor.get(f"/gradio_api/file={quote(key)}")
    assert (shown.content, shown.headers["content-type"]) == (picture, "image/png")
    part = visitor.get(f"/gradio_api/file={key.split('/')[0]}/nothing.png")
    assert part.status_code == 404


def test_uploaded_page_with_a_script__can_only_be_saved(visitor: httpx.Client) -> None:
    for name in ("a.html", "a.svg", "a.xml", "a.js", "a.pdf"):
        key = upload(visitor, name, b"<script>alert(1)</script>")
        answer = visitor.get(f"/gradio_api/file={key}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["../../x.png", "/etc/cron.d/x", "..\\..\\x.png", "C:\\x.png", ".x.png", "x\0.png"]
)
def test_upload_named_like_a_path__stays_in_its_folder(
    name: str, public: Program, visitor: httpx.Client
) -> None:
    answer = visitor.post("/gradio_api/upload", files={"files": (name, red_picture())})
    assert answer.status_code == 200
    (key,) = answer.json()
    folder = public.cache / "query-files"
    assert len(Path(key).parts) == 2
    assert (folder / key).resolve().parent.parent == folder.resolve()


def test_upload__tells_of_no_folder_and_its_key_says_nothing_to_others(
    public: Program, visitor: httpx.Client
) -> None:
    """Whoever has the picture cannot make its key, and so not ask whether it was used here."""
    first, second = upload(visitor), upload(visitor)
    assert str(public.folder) not in first
    assert first == second  # nor does the answer tell whether it was here before
    key, picture = first.split("/")[0], red_picture()
    for name in hashlib.algorithms_guaranteed:
        plain = hashlib.new(name, picture)
        if plain.digest_size:  # others have any length that is asked for
            assert not plain.hexdigest().startswith(key)
    assert hashlib.blake2b(picture, digest_size=16).hexdigest() != key


@pytest.mark.parametrize("how", ["in the middle", "before its end", "no form", "other field"])
def test_upload_that_breaks_off__leaves_nothing(how: str, public: Program) -> None:
    before = everything_kept(public)
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    body = {
        "in the middle": head + b"a" * 2**20,
        "before its end": head + b"a" * 2**20 + b"\r\n--x",
        "no form": b"a" * 2**20,
        "other field": head.replace(b"files", b"other") + b"a" * 2**20 + b"\r\n--x--\r\n",
    }[how]
    more = 2**20 if how == "in the middle" else 0
    send_raw(public, body, len(body) + more)
    until = time.monotonic() + 60
    while everything_kept(public) != before and time.monotonic() < until:
        time.sleep(0.1)
    assert everything_kept(public) == before
    assert public.process.poll() is None


def send_raw(program: Program, body: bytes, length: int) -> None:
    """An upload that announces ``length`` bytes, sends ``body`` and hangs up."""
    head = "POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    head += f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", program.port), timeout=30) as sock:
        sock.sendall(head.encode() + body)
        time.sleep(0.5)


def test_start__sweeps_what_an_earlier_run_left(tmp_path: Path) -> None:
    draw_library(tmp_path)
    left = tmp_path / "library" / "query-files" / ("c" * 32) / "a.png"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"a")
    (left.parent.parent / "x.part").write_bytes(b"a")
    with serving(tmp_path) as program, program.client() as http:
        assert everything_kept(program) == {}
        upload(http)
        assert len(everything_kept(program)) == 1
        program.stop()
        assert everything_kept(program) == {}
