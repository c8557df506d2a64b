"""Showing a file in its folder: with a file manager that notes what it is asked, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from qwen3vl_app.errors import AppError
from qwen3vl_app.services import Services
from qwen3vl_app.types import Kind
from qwen3vl_app.ui import file_manager
from qwen3vl_app.ui.guard import PAGE_HEADER
from qwen3vl_app.ui.server import build_server
from tests.ui.drawings import HOSTILE_NAME, draw
from tests.ui.world import build_world, finish, first, items

OWN = {PAGE_HEADER: "1"}
HERE = ("127.0.0.1", 50_000)
PAGE = "http://127.0.0.1:7860"

NOTES = """#!/bin/sh
for one in "$@"; do printf '%s\\n' "$one"; done > {said}
exit {status}
"""


class Desktop:
    """Programs in a PATH of their own, each of which notes its arguments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, status: int = 0) -> None:
        program = self.folder / name
        program.write_text(NOTES.format(said=self.folder / f"{name}.said", status=status))
        program.chmod(0o755)

    def said(self, name: str) -> list[str] | None:
        """The arguments of the last call; None where there was none."""
        noted = self.folder / f"{name}.said"
        return noted.read_text().splitlines() if noted.exists() else None


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    """A Linux desktop without a file manager yet."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("DISPLAY", ":99")
    return Desktop(folder)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    services = build_world(tmp_path_factory.mktemp("in_folder"))
    services.start()
    yield services
    services.close()


def client(services: Services, *, page: str = PAGE, at: tuple[str, int] = HERE) -> TestClient:
    """Somebody who asks from an address, for the page under a name."""
    return TestClient(build_server(services), base_url=page, client=at)


def named(services: Services, name: str) -> Any:
    return next(item for item in items(services) if item.path.name == name)


def test_show_in_folder__asks_the_bus_and_selects_the_file(desktop, tmp_path):
    desktop.put("dbus-send")
    desktop.put("xdg-open")
    file_manager.show_in_folder(tmp_path / "a, $(touch owned) `b` é.png")
    said = desktop.said("dbus-send")
    assert said[-3] == "org.freedesktop.FileManager1.ShowItems"
    address = (
        f"array:string:file://{tmp_path}/a%2C%20%24%28touch%20owned%29%20%60b%60%20%C3%A9.png"
    )
    assert said[-2:] == [address, "string:"]
    assert desktop.said("xdg-open") is None
    assert list(tmp_path.glob("owned")) == []


def test_show_in_folder__without_an_answer_on_the_bus_opens_the_folder(desktop, tmp_path):
    desktop.put("dbus-send", status=1)
    desktop.put("xdg-open")
    file_manager.show_in_folder(tmp_path / "-rf; ls" / "x.png")
    assert desktop.said("xdg-open") == [str(tmp_path / "-rf; ls")]


def test_show_in_folder__says_what_refused(desktop, tmp_path):
    desktop.put("xdg-open", status=4)
    with pytest.raises(AppError, match=r"did not open \(xdg-open\)"):
        file_manager.show_in_folder(tmp_path / "x.png")


def test_show_in_folder__a_window_that_stays_open_is_not_waited_for(
    desktop, tmp_path, monkeypatch
):
    monkeypatch.setattr(file_manager, "PATIENCE", 0.2)
    (desktop.folder / "xdg-open").write_text("#!/bin/sh\nexec /bin/sleep 2\n")
    (desktop.folder / "xdg-open").chmod(0o755)
    file_manager.show_in_folder(tmp_path / "x.png")


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_commands__of_other_systems(desktop, tmp_path, monkeypatch, platform):
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setenv("SYSTEMROOT", str(desktop.folder))
    (way,) = file_manager._ways()
    path = tmp_path / "a b.png"
    wanted = {"darwin": ["-R", str(path)], "win32": ["/select,", str(path)]}
    assert way.arguments(path) == wanted[platform]
    assert Path(way.program).is_absolute()


def test_is_there__needs_a_screen_and_a_program(desktop, monkeypatch):
    assert not file_manager.is_there()
    desktop.put("xdg-open")
    assert file_manager.is_there()
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not file_manager.is_there()


def test_item__is_shown_in_its_folder_and_says_that_it_can(desktop, world):
    desktop.put("xdg-open")
    item = next(one for one in items(world) if HOSTILE_NAME in one.path.name)
    with client(world) as http:
        assert http.get(f"/api/items/{item.id}").json()["in_folder"] is True
        answer = http.post("/api/in_folder", json={"item": item.id}, headers=OWN)
    assert answer.json() == {"shown": item.id}
    assert desktop.said("xdg-open") == [str(item.path.parent)]


def test_item__whose_file_has_gone_is_one_sentence(desktop, world):
    desktop.put("xdg-open")
    gone = named(world, "gone.png")
    with client(world) as http:
        assert http.get(f"/api/items/{gone.id}").json()["in_folder"] is False
        answer = http.post("/api/in_folder", json={"item": gone.id}, headers=OWN)
        unknown = http.post("/api/in_folder", json={"item": 10**9}, headers=OWN)
    assert answer.status_code == 404
    assert "gone.png is no longer there" in answer.json()["error"]
    assert unknown.status_code == 404
    assert desktop.said("xdg-open") is None


def test_item__one_that_was_changed_since_is_shown_all_the_same(desktop, world, tmp_path):
    desktop.put("xdg-open")
    picture = tmp_path / "changing.png"
    draw("red", "star", (90, 90)).save(picture)
    world.indexer.add([picture])
    finish(world)
    picture.write_bytes(b"another picture")
    with client(world) as http:
        job = {"item": named(world, "changing.png").id}
        answer = http.post("/api/in_folder", json=job, headers=OWN)
    assert answer.status_code == 200
    assert desktop.said("xdg-open") == [str(tmp_path)]


@pytest.mark.parametrize(
    ("changes", "asked", "headers"),
    [
        pytest.param({}, {"at": ("192.168.1.7", 5)}, {}, id="another computer"),
        pytest.param({}, {"at": ("unix", 0)}, {}, id="no address"),
        pytest.param({"host": "0.0.0.0"}, {}, {}, id="bound to every address"),  # noqa: S104
        pytest.param({"auth": ("a", "b")}, {}, {"authorization": "Basic YTpi"}, id="a login"),
        pytest.param({"allowed_names": ("photos.example",)}, {}, {}, id="a proxy announced"),
        pytest.param({}, {}, {"x-forwarded-for": "192.168.1.7"}, id="a proxy that says so"),
        pytest.param(
            {"allowed_names": ("photos.example",)},
            {"page": "http://photos.example"},
            {},
            id="another name",
        ),
    ],
)
def test_elsewhere__it_is_neither_offered_nor_done(desktop, world, changes, asked, headers):
    desktop.put("xdg-open")
    services = replace(world, settings=replace(world.settings, **changes))
    item = first(world, Kind.PICTURE)
    with client(services, **asked) as http:
        offered = http.get(f"/api/items/{item.id}", headers=headers).json()
        answer = http.post("/api/in_folder", json={"item": item.id}, headers=OWN | headers)
    assert offered["in_folder"] is False
    assert (answer.status_code, answer.json()["code"]) == (403, "in_folder.not_local")
    assert desktop.said("xdg-open") is None


def test_read_only__it_is_neither_offered_nor_done(desktop, tmp_path):
    desktop.put("xdg-open")
    services = build_world(tmp_path / "demo", read_only=True)
    item = items(services)[0]
    with client(services) as http:
        assert http.get(f"/api/items/{item.id}").json()["in_folder"] is False
        answer = http.post("/api/in_folder", json={"item": item.id}, headers=OWN)
    services.close()
    assert (answer.status_code, answer.json()["code"]) == (403, "public.search_only")
    assert desktop.said("xdg-open") is None


@pytest.mark.parametrize(
    "headers",
    [{}, OWN | {"origin": "http://evil.example"}, OWN | {"sec-fetch-site": "cross-site"}],
)
def test_other_sites__are_refused(desktop, world, headers):
    desktop.put("xdg-open")
    item = first(world, Kind.PICTURE)
    with client(world) as http:
        assert http.post("/api/in_folder", json={"item": item.id}, headers=headers).is_error
    assert desktop.said("xdg-open") is None


def test_another_host__is_refused(desktop, world):
    desktop.put("xdg-open")
    with client(world, page="http://evil.example") as http:
        answer = http.post("/api/in_folder", json={"item": 1}, headers=OWN)
    assert answer.status_code == 400
    assert desktop.said("xdg-open") is None
