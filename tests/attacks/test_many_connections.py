"""More connections than there is room for, and a program that may open few files."""

from __future__ import annotations

import resource
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest

from qwen3vl_app.ui.connections import ConnectionLimits, client_of
from tests.attacks.program import (
    PAGE,
    PATIENCE,
    Program,
    answers,
    draw_library,
    join,
    serving,
    text_of,
)
from tests.attacks.raw import connect, head

MB = 2**20
FEW_FILES = 256
IDLE = 400


@pytest.fixture(scope="module")
def confined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program under ``ulimit -n 256``."""
    folder = tmp_path_factory.mktemp("confined")
    draw_library(folder)
    few = partial(resource.setrlimit, resource.RLIMIT_NOFILE, (FEW_FILES, FEW_FILES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", partial(subprocess.Popen, preexec_fn=few))
        with serving(folder, anew=True) as program:
            patch.undo()
            yield program


def held(program: Program, count: int, start: bytes = b"") -> ExitStack:
    """So many connections, each having sent ``start``; closed when the stack is."""
    stack = ExitStack()
    for _ in range(count):
        sock = stack.enter_context(connect(program))
        if start:
            sock.sendall(start)
    return stack


def test_400_idle_connections__a_normal_client_is_answered(confined: Program) -> None:
    lines, memory = len(confined.said), confined.memory()
    with held(confined, IDLE):
        assert confined.descriptors() < FEW_FILES
        for number in range(5):
            began = time.monotonic()
            with confined.client(headers=PAGE) as http:
                assert http.get("/").status_code == 200
                assert http.get("/api/items").status_code == 200
                assert http.get("/m/full/1").status_code == 200
                join(http, [{"text": "fox", "files": []}, {}], session=f"idle-{number}")
                assert '"done"' in text_of(answers(http, f"idle-{number}"))
            assert time.monotonic() - began < 30
        assert confined.memory() - memory < 60 * MB
    assert len(confined.said) - lines < 20


STARTS = {
    "half a head": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A:",
    "a body that never comes": (
        b"POST /api/index/pause HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999\r\n\r\n"
    ),
    "an upload that never comes": (
        b"POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000000\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    ),
    "a stream of a session": (b"GET /gradio_api/heartbeat/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    "a stream of events": (
        b"GET /gradio_api/queue/data?session_hash=x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    ),
    "a stream of an upload": (
        b"GET /gradio_api/upload_progress?upload_id=x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    ),
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 500,
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an upgrade": (
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ),
    "requests without end": (b"GET /api/models HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 200),
}


@pytest.mark.parametrize("what", STARTS)
def test_400_connections_that_have_begun__a_normal_client_is_answered(
    confined: Program, what: str
) -> None:
    lines, memory = len(confined.said), confined.memory()
    with held(confined, IDLE, STARTS[what]):
        for _ in range(5):
            with confined.client() as http:
                assert http.get("/api/items").status_code == 200
        assert confined.descriptors() < FEW_FILES
        assert confined.memory() - memory < 60 * MB
    assert len(confined.said) - lines < 150  # one traceback of gradio's at most, not 400


def test_connections_made_anew_all_the_time__a_normal_client_is_answered(
    confined: Program,
) -> None:
    over, made = Event(), []

    def attack() -> None:
        while not over.is_set():
            with held(confined, 100):
                made.append(100)

    attackers = [Thread(target=attack) for _ in range(2)]
    for one in attackers:
        one.start()
    try:
        answered = 0
        for _ in range(20):
            try:
                with confined.client() as http:
                    answered += http.get("/api/models").status_code == 200
            except httpx.TransportError:
                pass  # pushed out before it had asked; a browser asks again
    finally:
        over.set()
        for one in attackers:
            one.join()
    assert sum(made) >= 200  # the attack took place; how often says how fast the machine is
    assert answered >= 15


def test_idle_connections__do_not_stop_the_program_from_ending(tmp_path: Path) -> None:
    draw_library(tmp_path)
    with (
        serving(tmp_path) as program,
        held(program, 200),
        held(program, 50, STARTS["half a head"]),
        connect(program) as reader,
    ):
        reader.sendall(head(program, "GET", "/m/full/1"))
        began = time.monotonic()
        program.stop()
        assert time.monotonic() - began < 10
    assert len(program.said) < 100


def test_models__are_loaded_again_after_files_ran_out(confined: Program) -> None:
    with confined.client(headers=PAGE) as http:
        states = [model["state"] for model in http.post("/api/models/retry", json={}).json()]
    assert states == ["ready", "off"]


@pytest.mark.parametrize(
    ("files", "total"), [(256, 64), (1024, 448), (4096, 512), (20, 16), (10**6, 512)]
)
def test_limits__leave_files_for_the_rest(files: int, total: int) -> None:
    limits = ConnectionLimits.for_files(files)
    assert limits.total == total
    assert 1 <= limits.answers < limits.client < total


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::5", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::1"),
        ("testclient", "testclient"),
    ],
)
def test_clients__of_one_network_are_one(address: str, client: str) -> None:
    assert client_of(address) == client


def test_a_full_backlog__is_taken_up_again(confined: Program) -> None:
    with held(confined, IDLE), ExitStack() as stack:
        waiting = [stack.enter_context(socket.socket()) for _ in range(50)]
        for sock in waiting:
            sock.settimeout(PATIENCE)
            sock.connect(("127.0.0.1", confined.port))
            sock.sendall(head(confined, "GET", "/api/models", ["Connection: close"]))
        said = [sock.recv(100) for sock in waiting]
    assert sum(one.startswith(b"HTTP/1.1 200") for one in said) >= 45
