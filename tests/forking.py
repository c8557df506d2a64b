"""A process that has imported the program once, and forks for every start of it.

What takes a start of the program longest is importing torch, transformers and gradio: five seconds
of a processor. ``tests.started`` has one such process for all tests of its own; what it forks is
a process like any other, with the arguments, environment, folder and streams it was given.

Usage: python -m tests.forking FD, of a socket on which orders come.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from importlib import import_module

LARGEST = 2**17
"""Bytes of an order, which holds an environment."""

IMPORTED = (
    "qwen3vl_app.cli.main",
    "qwen3vl_app.ui.app",
    "qwen3vl_app.ui.listening",
    "qwen3vl_app.models.service.building",
    "qwen3vl_app.indexing.indexer",
    "qwen3vl_app.search.discretion",
    "qwen3vl_app.store.keeping",
)
"""What a start of the page imports, before and behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be started, as ``python ARGUMENTS``."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, said: bytes) -> Order:
        return cls(**json.loads(said))

    def become(self, added: dict[str, str]) -> None:
        """Run it in this process, with what imports ``added`` to the environment."""
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.environment | added)
        tempfile.tempdir = None  # what was found in the environment before
        if self.arguments[0] == "-m":
            sys.argv[1:] = self.arguments[2:]
            runpy.run_module(self.arguments[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv[:] = self.arguments
            runpy.run_path(self.arguments[0], run_name="__main__")


@dataclass
class Server:
    """Forks as ordered, and tells how what it forked has ended."""

    orders: socket.socket
    reports: dict[int, int] = field(default_factory=dict)
    """Where to write how each process ended, by its number."""

    def serve(self) -> Order | None:
        """Return in every process that is forked, with its order; None when nobody asks more."""
        ended, noted = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(noted, warn_on_full_buffer=False)
        while True:
            ready, _, _ = select.select([self.orders.fileno(), ended], [], [])
            if ended in ready:
                os.read(ended, 4096)
                self._report()
            if self.orders.fileno() not in ready:
                continue
            said, handed, _, _ = socket.recv_fds(self.orders, LARGEST, 4)
            if not said:
                return None
            *streams, report = handed
            if pid := os.fork():
                self.reports[pid] = report
                for stream in streams:
                    os.close(stream)
                self.orders.send(str(pid).encode())
                continue
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            # heard also where the tests run in the background, which is deaf to it
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.orders.close()
            for unused in (ended, noted, report, *self.reports.values()):
                os.close(unused)
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            return Order.from_json(said)

    def _report(self) -> None:
        while self.reports:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            report = self.reports.pop(pid)
            os.write(report, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(report)


def main() -> None:
    before = dict(os.environ)
    for name in IMPORTED:
        import_module(name)
    added = {name: value for name, value in os.environ.items() if before.get(name) != value}
    gc.freeze()  # looking through all of it would copy it, once for every process
    order = Server(socket.socket(fileno=int(sys.argv[1]))).serve()
    if order is not None:
        order.become(added)


if __name__ == "__main__":
    main()
