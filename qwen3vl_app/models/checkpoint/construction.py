"""Constructing a model changes settings of the whole process, so no pass may run meanwhile.

While transformers constructs a model, before its weights are read, torch's default dtype,
``torch.linspace`` and the tying of weights are others, for every thread. That takes a fraction of
a second; a pass that saw it would give other numbers. Reading the weights, which takes long,
changes nothing and goes on beside passes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Lets passes through, or one construction alone. Thread-safe.

    A construction that waits goes before the next pass, and before the next layer of one.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._passes = 0
        self._waiting = 0
        self._constructing = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """For the time of a pass; waits while a model is being constructed."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Between two layers of a pass: whoever waits comes first."""
        self._leave()
        try:
            yield
        finally:
            self._enter()

    @contextmanager
    def constructing(self) -> Iterator[None]:
        """For the time of a construction; waits for the layers in work."""
        with self._changed:
            self._waiting += 1
            self._changed.wait_for(lambda: not self._passes and not self._constructing)
            self._waiting -= 1
            self._constructing = True
        try:
            yield
        finally:
            with self._changed:
                self._constructing = False
                self._changed.notify_all()

    def _enter(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._constructing)
            self._passes += 1

    def _leave(self) -> None:
        with self._changed:
            self._passes -= 1
            self._changed.notify_all()


GATE = Gate()
"""Of this process, as the settings are."""
