"""Milvus Lite as a gRPC server on the loopback address, for tests that ask a Milvus server."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from qwen3vl_app.index.milvus import MilvusIndex
from qwen3vl_app.index.milvus_client import MilvusServer
from qwen3vl_app.types.vector_place import VectorPlace

_numbers = itertools.count()


def needed() -> None:
    """Skip where pymilvus or Milvus Lite is not installed."""
    for name in ("pymilvus", "milvus_lite"):
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed: pip install 'pymilvus>=3' 'milvus-lite>=3.2.2'")
    _wait_less()


@cache
def _wait_less() -> None:
    """Let pymilvus not sleep for half a second before it asks whether an index has been made."""
    from pymilvus.client import grpc_handler

    def sleep(seconds: float) -> None:
        time.sleep(0.01 if seconds == 0.5 else seconds)

    grpc_handler.time = SimpleNamespace(**{**vars(time), "sleep": sleep})


class Process:
    """A server in a process of its own, that can be stopped, killed and started again."""

    def __init__(self, folder: Path, name: str = "tests") -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.place = VectorPlace(host="127.0.0.1", port=self.port, name=name)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin, and wait until it answers."""
        command = [sys.executable, "-m", "milvus_lite", "server", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--data-dir", str(self._folder)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("Milvus Lite did not start within 60 s")

    def kill(self) -> None:
        """As a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Answer nothing from now on."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Answer again."""
        os.kill(self._process.pid, signal.SIGCONT)


@contextmanager
def running(folder: Path, name: str = "tests") -> Iterator[Process]:
    """A server for as long as the block."""
    needed()
    server = Process(folder, name)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@cache
def shared() -> MilvusServer:
    """One for all tests of a process, on a thread of it; exact, so that it can be compared."""
    needed()
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    folder = tempfile.mkdtemp(prefix="milvus-")
    server, database, port = start_server_in_thread(folder)

    def end() -> None:
        server.stop(0)
        database.close()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return MilvusServer(VectorPlace(host="127.0.0.1", port=port, name="tests"), index="FLAT")


def empty_index(dimension: int, *, at_once: int = 8192) -> MilvusIndex:
    """A new index on the shared server."""
    return MilvusIndex(shared(), f"tests_{next(_numbers)}", dimension, at_once=at_once)
