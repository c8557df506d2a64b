"""The thread that loads models, one after another, beside the one that runs them."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from qwen3vl_app.errors import AppError, ModelError, ModelLoadError
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.checkpoint.resolve import Role, resolve
from qwen3vl_app.models.service.protocol import ModelState
from qwen3vl_app.models.service.retrying import may_pass, seconds_until_retry
from qwen3vl_app.models.service.slots import Key, Slot

if TYPE_CHECKING:
    from pathlib import Path

    from qwen3vl_app.models.checkpoint.resolve import Checkpoint
    from qwen3vl_app.models.service.protocol import Embedder, Reranker
    from qwen3vl_app.models.service.queue import JobQueue
    from qwen3vl_app.settings import Settings

log = logging.getLogger(__name__)


class Loader:
    """Loads what is ordered, embedders first, and tells the queue which models may run.

    One at a time: two that load at once need more memory than either, and transformers is not
    made for it. Thread-safe.

    Args:
        settings: On which device, with how many threads, and whether to download.
        jobs: Where the work of the models waits.
        between: Given to every model; see ``Runner``.
    """

    def __init__(self, settings: Settings, jobs: JobQueue, between: Callable[[], None]) -> None:
        self._settings = settings
        self._jobs = jobs
        self._between = between
        self._changed = threading.Condition()
        self._slots: dict[Key, Slot] = {}
        self._closed = False
        self._freeing = False
        self._thread = threading.Thread(target=self._work, name="loading models", daemon=True)

    # ------------------------------------------------------------ for any thread

    def add(self, slot: Slot) -> Slot:
        """Take a slot in, or give the one that is there for its key."""
        with self._changed:
            return self._slots.setdefault(slot.key, slot)

    def slots(self) -> list[Slot]:
        """All that there are now."""
        with self._changed:
            return list(self._slots.values())

    def start(self) -> None:
        """Begin; once."""
        self._thread.start()

    def order(self, slot: Slot) -> None:
        """Load it as soon as it is its turn; who asks for it from now on waits for that."""
        with self._changed:
            if self._closed or slot.status.state is ModelState.OFF:
                return
            slot.settled.clear()
            slot.status = replace(slot.status, state=ModelState.WAITING, detail=NOTHING)
            slot.due = time.monotonic()
            self._jobs.hold(slot.key)
            self._changed.notify_all()

    def remove(self, slot: Slot, error: ModelError) -> None:
        """Let a model go; who waits for it, or asks for it later, gets ``error``.

        A pass in work ends first. Its memory is free soon after.
        """
        with self._changed:
            if self._slots.get(slot.key) is slot:
                del self._slots[slot.key]
            slot.due, slot.model = None, None
            self._jobs.refuse(slot.key, error)
            slot.settled.set()
            self._freeing = True
            self._changed.notify_all()

    def stop(self) -> None:
        """Load nothing more; a load in work goes on, and nobody gets what comes of it."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def join(self, timeout: float) -> None:
        """Wait for a load in work for so many seconds."""
        self._thread.join(timeout)

    # ------------------------------------------------------------ on the loading thread

    def _work(self) -> None:
        while self._wait():
            self._free()
            if (slot := self._take_due()) is not None:
                self._load(slot)

    def _wait(self) -> bool:
        """Wait until something is to be loaded or freed; False once closed."""
        with self._changed:
            while not self._closed and not self._freeing:
                dues = [slot.due for slot in self._slots.values() if slot.due is not None]
                left = min(dues) - time.monotonic() if dues else None
                if left is not None and left <= 0:
                    break
                self._changed.wait(left)
            return not self._closed

    def _take_due(self) -> Slot | None:
        """What is to be loaded now; None where its time has not come."""
        with self._changed:
            now = time.monotonic()
            due = [one for one in self._slots.values() if one.due is not None and one.due <= now]
            if not due:
                return None
            # a search needs an embedder, and can do without a reranker
            slot = min(due, key=lambda one: (one.key.role is Role.RERANKER, one.due))
            slot.due = None
            slot.settled.clear()
            self._jobs.hold(slot.key)
            slot.status = replace(slot.status, state=ModelState.LOADING)
            return slot

    def _load(self, slot: Slot) -> None:
        """Make one model ready, or say why not; the thread lives on either way."""
        role = slot.key.role
        try:
            model = self._build(slot)
        except AppError as error:
            self._give_up(slot, error.message, error)
        except Exception as error:
            # a damaged checkpoint can fail anywhere inside torch; the page must stay alive
            log.exception("loading the %s failed", role)
            self._give_up(slot, _unexpected(role, error), error)
        else:
            self._hand_over(slot, model)
        slot.settled.set()

    def _hand_over(self, slot: Slot, model: Embedder | Reranker) -> None:
        with self._changed:
            if self._closed or self._slots.get(slot.key) is not slot:
                return  # nobody wants it any more
            slot.model = model
            slot.status = replace(slot.status, state=ModelState.READY, detail=model.detail)
            slot.failures = 0
            self._jobs.admit(slot.key, model)

    def _build(self, slot: Slot) -> Embedder | Reranker:
        """Find and load one checkpoint. Imports torch and transformers."""
        checkpoint = self._resolve(slot)
        slot.status = replace(slot.status, name=checkpoint.name, bundled=checkpoint.bundled)
        from qwen3vl_app.models.service import building  # noqa: PLC0415  imports torch

        if slot.expected and building.fingerprint_of(checkpoint, self._settings) != slot.expected:
            raise ModelLoadError(Message.of("load.changed", name=checkpoint.name))
        role = slot.key.role
        build = building.build_embedder if role is Role.EMBEDDER else building.build_reranker
        return build(checkpoint, self._settings, self._between)

    def _resolve(self, slot: Slot) -> Checkpoint:
        settings = self._settings

        def gpu() -> bool:
            from qwen3vl_app.models.checkpoint.load import has_gpu  # noqa: PLC0415  imports torch

            return has_gpu(settings.device)

        # what is loaded beside has been here before: if it has gone, it is not fetched again
        fetch = self._fetch if settings.allow_download and not slot.expected else None
        return resolve(slot.key.wanted, slot.key.role, gpu=gpu, fetch=fetch)

    def _fetch(self, repository: str) -> Path:
        """Get a published model; ends with the program, and goes on when it is started again."""
        from qwen3vl_app.models.getting.download import get_model  # noqa: PLC0415  rarely needed

        return get_model(repository, stop=lambda: self._closed)

    def _give_up(self, slot: Slot, why: Message, error: Exception) -> None:
        """Record the failure and end the work that waits for this model."""
        role = slot.key.role
        log.warning("%s: %s", role, why)
        with self._changed:
            if self._slots.get(slot.key) is not slot:
                return
            slot.failures += 1
            # nobody may ask any more for what is loaded beside; its memory others need
            if may_pass(error) and not slot.expected:
                slot.due = time.monotonic() + seconds_until_retry(slot.failures)
            slot.status = replace(slot.status, state=ModelState.FAILED, detail=why)
            self._jobs.refuse(slot.key, ModelLoadError(why))

    def _free(self) -> None:
        """Give back what models held that were let go: they and their layers know each other."""
        with self._changed:
            freeing, self._freeing = self._freeing, False
        if freeing:
            gc.collect()
            from qwen3vl_app.models.service import building  # noqa: PLC0415  imports torch

            building.empty_cache()


def _unexpected(role: Role, error: Exception) -> Message:
    if role is Role.EMBEDDER:
        return Message.of("load.embedder", said=repr(error))
    return Message.of("load.reranker", said=repr(error))
