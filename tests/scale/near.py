"""Workers in this process: what Ray does of them is left out, all else is as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qwen3vl_app.scale.crew import WorkerLostError


class NearWorker:
    """Does work with its tools until it is lost; a test may say what happens before each piece."""

    def __init__(self, tools: Any, before: Callable[[NearWorker], None] = lambda _: None) -> None:
        self.tools = tools
        self.before = before
        self.lost = False
        self.done = 0

    def do(self, work: Callable[[Any], Any]) -> Any:
        self.before(self)
        if self.lost:
            raise WorkerLostError("it has gone")
        found = work(self.tools)
        if self.lost:  # with what it had in hand
            raise WorkerLostError("it has gone")
        self.done += 1
        return found

    def end(self) -> None:
        self.lost = True


class NearWorkers:
    """Where they come from."""

    def __init__(self, make: Callable[[], NearWorker]) -> None:
        self._make = make
        self.hired: list[NearWorker] = []
        self.calls: list[str] = []

    def connect(self) -> None:
        self.calls.append("connect")

    def hire(self) -> NearWorker:
        self.hired.append(self._make())
        return self.hired[-1]

    def close(self) -> None:
        self.calls.append("close")
