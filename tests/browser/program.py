"""The real program, started as a person starts it."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.started import start
from tests.ui.serve_world import wait_for


@dataclass(frozen=True)
class Program:
    """One that runs."""

    url: str
    library: Path


def home(folder: Path) -> dict[str, str]:
    """An environment in which the program finds nothing of whoever runs the tests."""
    return {**os.environ, "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}


@contextmanager
def started(
    folder: Path, *options: str, port: int = 0, variables: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """``python app.py`` with a home of its own and a library in ``folder``, until the block ends.

    Args:
        folder: Of its home.
        options: Further ones.
        port: To listen on; any that is free unless given.
        variables: Of its environment, beside those of ``home``.
    """
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as sock:
            port = sock.getsockname()[1]
    library = folder / "library"
    command = ["app.py", "--no-browser", "--port", str(port), "--library", str(library)]
    command += ["--no-ocr", *options]  # reading words would keep the processor busy
    process = start(
        *command, environment={**home(folder), **(variables or {})}, err=subprocess.DEVNULL
    )
    try:
        yield Program(wait_for(f"http://127.0.0.1:{port}", process), library)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
