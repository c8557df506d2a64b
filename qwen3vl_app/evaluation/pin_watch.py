"""Pinned questions are asked again in the background, once something has changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qwen3vl_app.errors import AppError
from qwen3vl_app.evaluation.conditions import changed
from qwen3vl_app.evaluation.pinning import are_settled, check, conditions_of
from qwen3vl_app.messages import Message

if TYPE_CHECKING:
    from qwen3vl_app.evaluation.asking import Parts
    from qwen3vl_app.types.pin import Pin

log = logging.getLogger(__name__)

DELAY = 30.0
"""Seconds after the start until the first look: people come to search, and models are loading."""

AGAIN = 10.0
"""Seconds between two looks whether model, index, items or settings are otherwise."""


class PinWatch:
    """Asks pins whose last answer no longer counts, while nothing is indexed.

    Makes no thread before ``start``.

    Args:
        parts: Search a library that is open for writing.
        is_idle: Whether nothing is indexed now.
        delay: Seconds until the first look.
    """

    def __init__(self, parts: Parts, *, is_idle: Callable[[], bool], delay: float = DELAY) -> None:
        self._parts = parts
        self._is_idle = is_idle
        self._delay = delay
        self._broken = 0
        # pins that could not be asked, and under what, so that they are not asked for ever
        self._in_vain: dict[int, Mapping[str, Any]] = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="pins", daemon=True)

    def start(self) -> None:
        """Begin; calling it again does nothing."""
        if self._thread.ident is None and not self._closing.is_set():
            self._thread.start()

    def close(self) -> None:
        """End, within a second; the question that is being asked stays unasked."""
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def notices(self) -> tuple[Message, ...]:
        """That pins are broken; nothing where none is."""
        return (Message.of("pins.broken", n=self._broken),) if self._broken else ()

    def look(self) -> None:
        """Ask what has to be asked again, one pin after the other.

        Raises:
            AppError: The library cannot be read or written to, or a model is not there.
        """
        pins = self._parts.library.pins
        every = pins.all()
        if every and self._may_ask():
            for pin in every:
                if self._closing.is_set() or not self._is_idle():
                    break
                self._ask(pin)
            every = pins.all()
        self._count(every)

    def _may_ask(self) -> bool:
        return self._is_idle() and are_settled(self._parts.models)

    def _ask(self, pin: Pin) -> None:
        now = conditions_of(self._parts, pin)
        asked = None if pin.latest is None else pin.latest.conditions
        before = self._in_vain.get(pin.id, asked)
        if before is not None and not changed(before, now):
            return
        found = check(self._parts, pin, cancelled=self._closing.is_set)
        if found.state is None:
            self._in_vain[pin.id] = now
        else:
            self._in_vain.pop(pin.id, None)
            self._parts.library.pins.note(pin.id, found.state)

    def _count(self, every: Sequence[Pin]) -> None:
        self._broken = sum(pin.latest is not None and not pin.latest.holds for pin in every)

    def _work(self) -> None:
        wait = self._delay
        while not self._closing.wait(wait):
            wait = AGAIN
            try:
                self.look()
            except AppError as error:
                log.warning("asking the pinned questions: %s", error)
            except Exception:  # the next look may find it mended; without a thread none comes
                log.exception("Asking the pinned questions failed")
