"""Programs that tests start: processes of their own, which need not import everything anew."""

from __future__ import annotations

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.forking import Order

ROOT = Path(__file__).parents[1]


class Started:
    """A process that was forked; has of ``subprocess.Popen`` what tests use."""

    def __init__(self, pid: int, report: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        """As of ``Popen``: below 0 it is the signal that ended it."""

        self._report = report

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, once it has ended.

        Raises:
            subprocess.TimeoutExpired: It still runs after ``timeout`` seconds.
        """
        found = self._look(timeout)
        if found is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return found

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._report], [], [], timeout)[0]:
            said = os.read(self._report, 16)
            os.close(self._report)
            assert said, "the process that forks has ended"
            self.returncode = int(said)
        return self.returncode


def start(
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    anew: bool = False,
    out: int = 1,
    err: int = 2,
) -> Started | subprocess.Popen[bytes]:
    """Start Python in the checkout, as ``python ARGUMENTS`` would.

    Costs 0.1 s, and for the first one of a run of tests about five seconds. One difference stays:
    a script that does not hear Ctrl+C ends with status 1, as a module does. What needs an
    interpreter of its own (how long it takes to start, what it imports) says ``anew``.

    Args:
        arguments: ``-m`` and a module, or a script; then what these are given.
        environment: That of the tests unless given.
        anew: In an interpreter that has imported nothing, through ``subprocess.Popen``.
        out: Descriptor of its standard output, or ``subprocess.DEVNULL``.
        err: The same for its errors.
    """
    if anew or sys.platform != "linux":
        command = [sys.executable, *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=err)
    order = Order(
        arguments=list(arguments),
        environment=dict(os.environ if environment is None else environment),
        folder=str(ROOT),
    )
    report, theirs = os.pipe()
    orders = _forking()
    with os.fdopen(theirs, "wb"), open(os.devnull, "r+b") as nowhere:
        streams = [nowhere.fileno() if one == subprocess.DEVNULL else one for one in (out, err)]
        socket.send_fds(orders, [order.to_json()], [0, *streams, theirs])
    return Started(int(orders.recv(16)), report)


@cache
def _forking() -> socket.socket:
    """Where to order processes; see ``tests.forking``."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "tests.forking", str(theirs.fileno())]
    process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours
