"""The program in a process of its own, serving a library that a benchmark drew."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from qwen3vl_app.errors import BenchError

PATIENCE = 300
"""Seconds until a server that does not answer counts as broken: a busy machine loads slowly."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and what its own process holds."""

    process: subprocess.Popen[bytes]
    port: int

    def resident(self) -> float:
        """Megabytes (10**6 bytes) resident."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) * 1024 / 1e6 if found else 0.0

    def descriptors(self) -> int:
        """Open files and connections."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def index_files(place: Path) -> None:
    """Index ``files`` in ``place`` into ``library`` beside it, with the bundled models.

    Raises:
        BenchError: It failed.
    """
    command = [*_program(place, "index"), "--no-ocr", str(place / "files")]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # our own
    if done.returncode:
        raise BenchError(f"Indexing ended with {done.returncode}: {_last(done.stderr)}")


@contextmanager
def serving(place: Path) -> Iterator[Server]:
    """The server of the library in ``place``, its models loaded; ended with the block.

    Raises:
        BenchError: It did not start.
    """
    said = place / "said"
    command = [*_program(place, "serve"), "--no-ocr", "--no-browser", "--port", "0"]
    with said.open("wb") as err:
        process = subprocess.Popen(command, stderr=err)  # noqa: S603  # our own
        try:
            yield Server(process, _port_when_ready(process, said))
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _program(place: Path, command: str) -> list[str]:
    program = [sys.executable, "-m", "qwen3vl_app", command, "--library", str(place / "library")]
    return [*program, "--model", "demo", "--reranker", "demo"]


def _port_when_ready(process: subprocess.Popen[bytes], said: Path) -> int:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        found = re.search(rb"http://127\.0\.0\.1:(\d+)", said.read_bytes())
        if found and _is_loaded(int(found[1])):
            return int(found[1])
        time.sleep(0.2)
    raise BenchError(f"The server did not start: {_last(said.read_bytes())}")


def _is_loaded(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/api/models")
        models = orjson.loads(connection.getresponse().read())
    finally:
        connection.close()
    return all(model["state"] not in ("waiting", "loading") for model in models)


def _last(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
