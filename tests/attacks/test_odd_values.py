"""Names, numbers, days, paths and bodies that nobody means: a sentence, never an error."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import UsageError
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables.full_text_search import LONGEST_SECONDS, MOST_SIGNS
from qwen3vl_app.types import ExactWords, Kind, calendar_time
from qwen3vl_app.types.paths import home_expanded, usable_path
from qwen3vl_app.types.reading import read_filter
from qwen3vl_app.ui.file_keys import key_of, path_of
from tests.attacks.program import PAGE, PATIENCE, Program, red_picture, serving
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World
from tests.store.build import content, put_file, unit

FAR_FUTURE = 60_000 * 366 * 86_400
"""Seconds; a year that no calendar of Python has."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program with files whose names are no text, and one of a year far away."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "temporary").mkdir()
    reader = Reader(Budget(), Limits(), workers=1)
    world = World(folder, reader, TinyHost())
    Path(os.fsdecode(os.fsencode(world.folder) + b"/odd\xff\xfe.png")).write_bytes(red_picture())
    (world.folder / 'quote"\n\r.png').write_bytes(red_picture() + b"2")
    world.picture("old.png", "blue")
    os.utime(world.folder / "old.png", (-2_000_000_000, -2_000_000_000))
    world.index()
    world.close()
    reader.close()
    with serving(folder) as made:
        yield made


@pytest.fixture
def http(program: Program) -> Iterator[httpx.Client]:
    with program.client(headers=PAGE) as client:
        yield client


def assert_a_sentence(answer: httpx.Response) -> None:
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    said = answer.json()
    assert str(said.get("error") or said.get("detail")).strip()
    assert "Traceback" not in answer.text


def test_files_whose_names_are_no_text__are_listed_shown_and_sent(http):
    rows = http.get("/api/items").json()["items"]
    assert {row["title"] for row in rows} >= {"odd\ufffd\ufffd.png", 'quote"\n\r.png'}
    for row in rows:
        assert http.get(f"/api/items/{row['id']}").json()["file"] is not None
        answer = http.get(f"/m/full/{row['id']}")
        assert answer.status_code == 200
        assert "\n" not in answer.headers["content-disposition"]
        assert http.get(f"/m/preview/{row['id']}").status_code == 200
    for row in http.get("/api/outcomes").json():
        assert path_of(row["key"]).exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("folder", "~nosuch"),
        ("folder", "~nosuch/inside"),
        ("folder", "../relative"),
        ("folder", "/" + "x" * 5000),
        ("folder", "/a\0b"),
        ("after", "1" + "0" * 30),
        ("after", "-1" + "0" * 30),
        ("after", "1e3"),
        ("after", "NaN"),
        ("limit", "0"),
        ("limit", "99999999999999999999"),
        ("kind", "song"),
        ("kind", "\0"),
        ("orientation", "sideways" * 1000),
        ("taken_from", "0000-01-01"),
        ("taken_from", "10000-01-01"),
        ("modified_from", "2024-02-30"),
        ("modified_to", "yesterday" * 1000),
        ("min_bytes", "1e999"),
        ("min_bytes", "-1"),
        ("max_bytes", "nan"),
        ("min_seconds", "-inf"),
        ("max_seconds", "9" * 5000),
    ],
)
def test_a_filter_that_means_nothing__is_refused_with_a_sentence(http, name, value):
    answer = http.get("/api/items", params={name: value})
    assert_a_sentence(answer)
    assert len(answer.text) < 1000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "0001-01-01") for name in ("taken_from", "modified_from", "modified_to")),
        *((name, "9999-12-31") for name in ("taken_to", "modified_to", "modified_from")),
        ("min_bytes", "999999999999999"),
        ("max_seconds", "999999999999999"),
        ("after", str(2**63 - 1)),
        ("after", "-5"),
        ("collection", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")),
        ("collection", "x" * 12_000),
        ("tag", "'; DROP TABLE item; --"),
        ("folder", "/nowhere/at all"),
        ("folder", "//"),
        ("unknown", "value"),
    ],
)
def test_a_filter_at_the_edge__is_answered(http, name, value):
    answer = http.get("/api/items", params={name: value})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])
def test_days_at_both_ends_of_the_calendar__have_a_midnight_in_every_zone(
    tmp_path, monkeypatch, zone
):
    import time

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        with Library.open(tmp_path / "library") as library:
            for day in ("0001-01-01", "1899-12-31", "2262-04-12", "9999-12-31"):
                for name in ("modified_from", "modified_to", "taken_from", "taken_to"):
                    assert library.list_items(read_filter({name: day})) == []
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("item", [0, -1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**30])
def test_an_item_that_there_is_not__is_gone(http, item):
    for target in (
        f"/api/items/{item}",
        f"/m/full/{item}",
        f"/m/page/{item}",
        f"/m/preview/{item}",
    ):
        answer = http.get(target)
        assert answer.status_code in (404, 422), answer.text
        assert_a_sentence(answer)
    assert_a_sentence(http.delete(f"/api/items/{item}"))
    assert_a_sentence(http.post("/api/tags", json={"item": item, "name": "a", "on": True}))


@pytest.mark.parametrize("longest", ["63", "4097", "1e3", "-1", "9" * 40, ""])
def test_a_preview_of_an_odd_size__is_refused_with_a_sentence(http, longest):
    assert_a_sentence(http.get("/m/preview/1", params={"longest": longest}))


HALF = b'"\\ud800"'
"""Half a pair of surrogates, as JSON has it."""

BODIES = (
    *(b"", b"x", b"null", b"[]", b"3", b'"a"', b"{", b"\xff\xfe", b"NaN", HALF),
    *(b"[" * 100_000, b'{"a":' * 5_000, b'{"path": ' + HALF + b"}", b"9" * 10_000),
    b'{"path": 3, "keys": {}, "paths": 3, "patterns": "x", "spaces": 1, "stored": [[]]}',
    b'{"path": null, "on": "maybe", "item": 1e999, "name": ' + HALF + b"}",
    b'{"keys": [' + HALF + b'], "paths": [' + HALF + b'], "patterns": [' + HALF + b"]}",
    b'{"spaces": ['
    + HALF
    + b'], "stored": ['
    + HALF
    + b'], "item": 1, "on": false, "name": '
    + HALF
    + b"}",
)


@pytest.mark.parametrize(
    ("method", "route"),
    [
        *(("POST", f"/api/index/{name}") for name in ("add", "retry")),
        *(("POST", f"/api/folders/{name}") for name in ("watch", "rescan")),
        *(("POST", f"/api/storage/{name}") for name in ("apply", "drop")),
        *(("POST", f"/api/{name}") for name in ("outcomes/forget", "tags", "upload/done")),
        *(("POST", f"/api/{name}") for name in ("removed/restore", "upload/offer")),
        ("PUT", "/api/ignore"),
    ],
)
def test_a_body_of_another_shape__is_refused_with_a_sentence(http, method, route):
    for body in BODIES:
        answer = http.request(
            method, route, content=body, headers={"content-type": "application/json"}
        )
        if answer.status_code != 200:  # a few leave out what may be left out
            assert_a_sentence(answer)


PATHS = (
    *("~nosuch", "~nosuch/x", "relative", "", " ", '""', "/nowhere", "/" + "x" * 300),
    *("/" + "x/" * 3000, "/a\0b", "/a\nb", "file://", "file:///nowhere", "\\\\server\\share"),
)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: repr(path)[:20])
def test_a_path_that_nothing_has__is_refused_with_a_sentence(http, path):
    for route, body in (
        ("/api/index/add", {"path": path}),
        ("/api/folders/watch", {"path": path, "on": True}),
        ("/api/folders/rescan", {"paths": [path]}),
    ):
        assert_a_sentence(http.post(route, json=body))
    for route, body in (
        ("/api/index/retry", {"paths": [path]}),
        ("/api/index/retry", {"keys": [path]}),
        ("/api/outcomes/forget", {"keys": [path]}),
    ):
        answer = http.post(route, json=body)
        if answer.status_code != 200:
            assert_a_sentence(answer)


@pytest.mark.parametrize("key", ["%", "%f", "%zz", "%ff", "a%00b", "%2e%2e", "x" * 9000])
def test_a_key_that_is_none__forgets_nothing(http, program, key):
    before = http.get("/api/counts").json()
    answer = http.post("/api/outcomes/forget", json={"keys": [f"{program.folder}/{key}"]})
    assert answer.status_code in (200, 400), answer.text
    assert http.get("/api/counts").json() == before


def raw(program: Program, request: bytes) -> bytes:
    """The status line of what no client library would send."""
    with socket.create_connection(("127.0.0.1", program.port), timeout=PATIENCE) as sock:
        sock.sendall(request)
        return sock.recv(4096).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "target",
    [
        *(b"/m/thumb/%ff%fe", b"/m/thumb/%", b"/m/thumb/%zz", b"/api/items/%00", b"/api/items?"),
        *(b"/api/items?folder=%ff", b"/api/items?%ff=%fe&&&=", b"//api//items", b"/api/items/"),
        *(
            b"/page/%2e%2e/%2e%2e",
            b"/\xff\xfe",
            b"/m/full/\xc3\xa9",
            b"*",
            b"http://evil.example/",
        ),
    ],
)
@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"OPTIONS", b"PUT", b"BREW", b"DELETE"])
def test_a_target_that_no_browser_sends__is_answered(program, target, method):
    host = f"Host: 127.0.0.1:{program.port}\r\n".encode()
    head = method + b" " + target + b" HTTP/1.1\r\n" + host + b"Connection: close\r\n"
    status = raw(program, head + b"x-qwen3vl-page: 1\r\nContent-Length: 0\r\n\r\n")
    assert not status.startswith(b"HTTP/1.1 5"), status


@pytest.mark.parametrize("value", [b"\xff\xfe", b"%ff%fe", b"%", b"%zz", b"a%0d%0ab", b"\xc3\xa9"])
@pytest.mark.parametrize("header", [b"x-path", b"x-collection", b"x-hold", b"content-type"])
def test_a_header_that_is_no_text__is_answered(program, header, value):
    host = f"Host: 127.0.0.1:{program.port}\r\n".encode()
    head = b"PUT /api/upload HTTP/1.1\r\n" + host + b"x-qwen3vl-page: 1\r\nx-path: a.txt\r\n"
    status = raw(program, head + header + b": " + value + b"\r\ncontent-length: 1\r\n\r\nx")
    assert status.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4")), status


@pytest.mark.parametrize("length", [b"-1", b"abc", b"1e3", b"9" * 30, b"+1", b"1, 2", b""])
def test_an_upload_of_an_odd_length__is_answered(program, length):
    host = f"Host: 127.0.0.1:{program.port}\r\n".encode()
    head = b"PUT /api/upload HTTP/1.1\r\n" + host + b"x-qwen3vl-page: 1\r\nx-path: a.txt\r\n"
    status = raw(program, head + b"Connection: close\r\ncontent-length: " + length + b"\r\n\r\n")
    assert status.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4")), status


# ---------------------------------------------------------------- by themselves


@pytest.mark.parametrize("text", ["", "\ud800", "/a\udfff\ud800", "\0", "/" + "x" * 4096])
def test_usable_path__what_no_file_is_called(text):
    with pytest.raises(UsageError):
        usable_path(text)


@pytest.mark.parametrize("raw_name", [b"/a", b"/\xff", b"/%", b"/a b\n", "/狐".encode()])
def test_path_of__brings_any_name_back(raw_name):
    path = Path(os.fsdecode(raw_name))
    assert path_of(key_of(path)) == path


def test_home_expanded__of_nobody_is_a_sentence():
    assert home_expanded(Path("~")).is_absolute()
    with pytest.raises(UsageError, match="no user"):
        home_expanded(Path("~nosuch-user/x"))


ODD_KINDS: tuple[object, ...] = (5, {}, "picture", [[]], [None], [{}])
ODD_FOLDERS: tuple[object, ...] = (5, [], {"a": 1}, "\ud800")


@pytest.mark.parametrize(
    "given",
    [
        *({"kinds": value} for value in ODD_KINDS),
        *({"folder": value} for value in ODD_FOLDERS),
        *({name: [1]} for name in ("taken_from", "min_bytes", "orientation")),
        *({name: {"a": "b" * 10_000}} for name in ("taken_from", "min_bytes", "orientation")),
        *({name: True} for name in ("taken_from", "orientation")),
    ],
    ids=str,
)
def test_read_filter__of_other_types_is_a_sentence(given: dict[str, Any]):
    said = ""
    try:
        read_filter(given)
    except UsageError as error:
        said = str(error)
    assert len(said) < 400


@pytest.mark.parametrize("name", ["collection", "tag"])
@pytest.mark.parametrize("value", [5, ["a"], {"a": 1}, 10**400, True, ["x" * 10**6]])
def test_a_collection_or_tag_of_another_type__is_a_short_sentence(name, value):
    with pytest.raises(UsageError, match="has to be a text") as refused:
        read_filter({name: value})
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("name", ["collection", "tag"])
@pytest.mark.parametrize("value", ["\ud800", "a\0b", "x" * 10**6])
def test_a_collection_or_tag_that_is_none__finds_nothing(tmp_path, name, value):
    with Library.open(tmp_path / "library") as library:
        assert library.list_items(read_filter({name: value})) == []


@pytest.mark.parametrize("seconds", [FAR_FUTURE, -FAR_FUTURE, 0, 10**30])
def test_calendar_time__any_time_is_a_date(seconds):
    from email.utils import formatdate

    assert formatdate(calendar_time(seconds * 10**9).timestamp(), usegmt=True)


# ---------------------------------------------------------------- what words cost


@pytest.fixture(scope="module")
def passages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("signs") / "library") as library:
        text = "a word, another one; and so on! " * 20
        parts = [content(ordinal=n, kind=Kind.PASSAGE, text=f"{n} {text}") for n in range(200)]
        put_file(library, Path("/p/a.txt"), "a", [(part, unit(1, 0, 0, 0)) for part in parts])
        yield library


SIGNS = tuple("!@#$%^&*+=|~<>/?:;,._{}[]()§°€£¥")


@pytest.mark.parametrize("sign", ["-", ""])
def test_32_signs_to_look_for_or_leave_out__are_refused_with_a_sentence(passages, sign):
    text = " ".join(f'{sign}"{one}"' for one in SIGNS)
    with pytest.raises(UsageError, match=f"over the limit of {MOST_SIGNS}"):
        passages.find_words(ExactWords.read(f"word {text}"))
    few = " ".join(f'{sign}"{one}"' for one in SIGNS[:MOST_SIGNS])
    passages.find_words(ExactWords.read(f"word {few}"))


def test_the_same_sign_many_times__is_one(passages):
    passages.find_words(ExactWords(wanted=("word",), unwanted=("!",) * 32))


def test_words_that_take_too_long__are_given_up_and_the_library_goes_on(passages, monkeypatch):
    import qwen3vl_app.store.tables.full_text_search as module

    monkeypatch.setattr(module, "LONGEST_SECONDS", 0.0)
    monkeypatch.setattr(module, "_OPERATIONS", 1)
    with pytest.raises(UsageError, match="given up"):
        passages.find_words(ExactWords.read("word another"))
    monkeypatch.undo()
    assert LONGEST_SECONDS > 0
    assert len(passages.find_words(ExactWords.read("word another")).found) == 200
