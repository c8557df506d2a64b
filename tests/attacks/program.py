"""What an attacker meets: the real program in a process of its own, in each of its modes.

Every test of this folder sends what somebody would send and says what must hold. The program runs
with the small checkpoint of the parity tests, so that a search takes milliseconds.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import httpx
import orjson
from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits
from qwen3vl_app.ui.guard import PAGE_HEADER
from tests.indexing.embedders import TinyHost
from tests.indexing.world import World
from tests.started import Started, start

ROOT = Path(__file__).parents[2]
CHECKPOINT = ROOT / "tests" / "data" / "parity" / "checkpoint"
AUTH = ("anna", "se:cret ü")
PATIENCE = 120
"""Seconds until something that should happen counts as not happening, on a busy machine."""

PAGE = {PAGE_HEADER: "1"}
"""What the page's own scripts send with every change."""

SECRET = "a line that nobody may read"  # noqa: S105 - it is one to be looked for


@dataclass
class Program:
    """The real program, serving a real library."""

    process: Started | subprocess.Popen[bytes]
    folder: Path
    """Holds ``files/`` (indexed), ``library/``, ``secret.txt`` and the temporary folder."""

    port: int = 0
    said: list[str] = field(default_factory=list)
    """Lines on standard error, as they come."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def library(self) -> Path:
        return self.folder / "library"

    @property
    def secret(self) -> Path:
        """A readable file outside every folder that the program was given."""
        return self.folder / "secret.txt"

    @property
    def temporary(self) -> Path:
        """``TMPDIR`` of the program: nothing may stay here."""
        return self.folder / "temporary"

    @property
    def cache(self) -> Path:
        """Where query files and previews are: in the library, or where that is only read."""
        return next(self.temporary.glob("qwen3vl-*"), self.library)

    def client(self, **options: Any) -> httpx.Client:
        """A browser's tab, as it were, without the page's header; close it after use."""
        return httpx.Client(base_url=self.url, timeout=PATIENCE, **options)

    def memory(self) -> int:
        """Bytes resident in the program's own process, its readers left out."""
        return _status(self.process.pid, "VmRSS") * 1024

    def descriptors(self) -> int:
        """Open files and connections of the program's own process."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def wait_until_idle(self) -> None:
        """Return when it has looked for changes and indexed what it found.

        With its model loaded, and for a second: what another model had embedded is ordered anew
        only then, so that it may be idle for a moment before.
        """
        until, idle_since = time.monotonic() + PATIENCE, None
        with self.client() as http:
            while idle_since is None or time.monotonic() < idle_since + 1:
                status = http.get("/api/index/status").json()
                settled = not {"waiting", "loading"} & {one["state"] for one in status["models"]}
                if not settled or status["index"]["state"] != "idle":
                    idle_since = None
                elif idle_since is None:
                    idle_since = time.monotonic()
                assert time.monotonic() < until, status
                time.sleep(0.1)

    def stop(self) -> int:
        """End it as Ctrl+C or a service manager would; its exit status."""
        self.process.terminate()
        return self.process.wait(PATIENCE)


def _status(pid: int, name: str) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", text)[1])


def draw_library(folder: Path) -> None:
    """An indexed library of three pictures and two passages in ``folder``, and a secret beside."""
    (folder / "temporary").mkdir(parents=True)
    (folder / "secret.txt").write_text(SECRET)
    reader = Reader(Budget(), Limits(), workers=1)
    world = World(folder, reader, TinyHost())
    world.pictures(3)
    world.text("poem.md", "the fox sees a grape", "and the crow sings")
    world.index()
    world.close()
    reader.close()


@contextmanager
def serving(
    folder: Path, *flags: str, auth: bool = False, anew: bool = False
) -> Iterator[Program]:
    """The program on the library in ``folder``, ready for requests, models loaded.

    Args:
        folder: As ``draw_library`` leaves it.
        flags: Further ones of ``serve``.
        auth: Whether everybody must bring ``AUTH``.
        anew: As of ``start``.
    """
    command = [
        "-m",
        "qwen3vl_app",
        "serve",
        "--no-ocr",
        "--no-browser",
        "--port",
        "0",
    ]
    command += ["--library", str(folder / "library"), "--model", str(CHECKPOINT)]
    command += ["--reranker", "none", *flags]
    # without a desktop: requests of all kinds would open windows of the file manager
    none = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    environment = os.environ | none | {"TMPDIR": str(folder / "temporary")}
    if auth:
        environment["QWEN3VL_AUTH"] = ":".join(AUTH)
    reading, writing = os.pipe()
    try:
        process = start(*command, environment=environment, anew=anew, err=writing)
    finally:
        os.close(writing)
    errors = os.fdopen(reading)
    program = Program(process, folder)
    ears = threading.Thread(target=_listen, args=(errors, program), daemon=True)
    ears.start()
    try:
        _wait_until_ready(program, AUTH if auth else None)
        yield program
    finally:
        process.kill()
        process.wait()
        ears.join()
        errors.close()


def _listen(stream: IO[str], program: Program) -> None:
    for line in stream:
        if found := re.match(r"http://127\.0\.0\.1:(\d+)", line):
            program.port = int(found[1])
        program.said.append(line)


def _wait_until_ready(program: Program, auth: tuple[str, str] | None) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert program.process.poll() is None, "".join(program.said)
        if program.port:
            with program.client(auth=auth) as http:
                models = http.get("/api/models").json()
            if models[0]["state"] not in ("waiting", "loading"):
                return
        time.sleep(0.1)
    raise AssertionError(f"not ready after {PATIENCE} s: {''.join(program.said)}")


# ---------------------------------------------------------------- gradio's events over HTTP


def join(
    http: httpx.Client, data: Sequence[Any], *, session: str, event: int = 0
) -> httpx.Response:
    """Ask for an event of the page, as its script does."""
    body = {"data": list(data), "fn_index": event, "session_hash": session, "trigger_id": None}
    return http.post("/gradio_api/queue/join", json=body)


def answers(http: httpx.Client, session: str) -> list[dict[str, Any]]:
    """All that the program says about the events of a session, until none is left."""
    found: list[dict[str, Any]] = []
    with http.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                found.append(orjson.loads(line[5:]))
                if found[-1].get("msg") in ("close_stream", "unexpected_error"):
                    break
    return found


def text_of(said: Sequence[dict[str, Any]]) -> str:
    """Everything said, as one text to look for a secret in."""
    return orjson.dumps(list(said)).decode()


def upload(http: httpx.Client, name: str = "red.png", content: bytes | None = None) -> str:
    """Give a query file to gradio, as the query box does; the path it answers."""
    given = red_picture() if content is None else content
    answer = http.post("/gradio_api/upload", files={"files": (name, given)})
    answer.raise_for_status()
    return str(answer.json()[0])


def red_picture() -> bytes:
    """A small PNG."""
    out = BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return out.getvalue()
