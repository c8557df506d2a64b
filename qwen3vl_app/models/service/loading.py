"""The thread that loads models, one after another, beside the one that runs them."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from qwen3vl_app.errors import AppError, ModelError, ModelLoadError, UnloadedError
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.checkpoint.resolve import Role, resolve
from qwen3vl_app.models.service.idling import idle_seconds
from qwen3vl_app.models.service.protocol import ModelState
from qwen3vl_app.models.service.retrying import may_pass, seconds_until_retry
from qwen3vl_app.models.service.slots import Key, Slot

if TYPE_CHECKING:
    from pathlib import Path

    from qwen3vl_app.models.checkpoint.resolve import Checkpoint
    from qwen3vl_app.models.service.protocol import Embedder, Reranker
    from qwen3vl_app.models.service.queue import JobQueue
    from qwen3vl_app.settings import Settings
    from qwen3vl_app.types import Space

log = logging.getLogger(__name__)

CLOSED = Message.of("models.closed")
OFF = Message.of("reranker.off")


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
        self._ended: Callable[[Slot], None] = lambda _: None
        self._changed = threading.Condition()
        self._slots: dict[Key, Slot] = {}
        self._closed = False
        self._freeing = False
        self._thread = threading.Thread(target=self._work, name="loading models", daemon=True)

    # ------------------------------------------------------------ for any thread

    def tell(self, ended: Callable[[Slot], None]) -> None:
        """Have this called, on the loading thread, with every slot that was loaded or failed."""
        self._ended = ended

    def add(self, slot: Slot) -> Slot:
        """Take a slot in, or give the one that is there for its key."""
        with self._changed:
            return self._slots.setdefault(slot.key, slot)

    def slots(self) -> list[Slot]:
        """All that there are now."""
        with self._changed:
            return list(self._slots.values())

    def embedder_of(self, space: Space) -> Slot | None:
        """Where the embedder of a space is in memory."""
        for slot in self.slots():
            if slot.key.role is Role.EMBEDDER and slot.is_there and slot.space == space:
                return slot
        return None

    def wait_for(self, slot: Slot) -> None:
        """Wait until a slot is there, and what is known of its model.

        Raises:
            ModelLoadError: It cannot be loaded.
            UnloadedError: It was taken out.
            ModelError: It is off, or nothing is loaded any more.
        """
        while slot.settled.wait():
            if slot.model is not None:
                return
            if slot.status.state is ModelState.FAILED:
                raise ModelLoadError(slot.status.detail)
            if slot.status.state is ModelState.OFF:
                raise ModelError(OFF)
            if self._jobs.closed:
                break
            if slot not in self.slots():
                raise UnloadedError(Message.of("models.unloaded", name=slot.status.name))
            if slot.is_there:
                return
            # it had failed a moment ago, and is being loaded again
        raise ModelError(CLOSED)

    def start(self) -> None:
        """Begin; once."""
        self._thread.start()

    def order(self, slot: Slot) -> None:
        """Load it as soon as it is its turn; who asks for it from now on waits for that."""
        with self._changed:
            if self._closed or slot.status.state is ModelState.OFF:
                return
            self._order(slot, NOTHING)

    def _order(self, slot: Slot, detail: Message) -> None:
        slot.settled.clear()
        slot.status = replace(slot.status, state=ModelState.WAITING, detail=detail)
        slot.due = time.monotonic()
        self._jobs.hold(slot.key)
        self._changed.notify_all()

    def wake(self, slot: Slot) -> None:
        """After a job was put: have a model that was let go because it was idle loaded again."""
        with self._changed:
            if slot.status.state is ModelState.UNLOADED and not self._closed:
                minutes = f"{(slot.idle_seconds or 0) / 60:g}"
                again = Message.of("models.again", name=slot.status.name, n=minutes)
                log.info("%s", again)
                self._order(slot, again)

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

    def passed(self, key: Key) -> None:
        """A pass of a model is over: where it was let go meanwhile, its memory can be had now."""
        with self._changed:
            if key not in self._slots:
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
                self._unload_idle()
                now = time.monotonic()
                dues = [slot.due - now for slot in self._slots.values() if slot.due is not None]
                if self._freeing or min(dues, default=1.0) <= 0:
                    break
                self._changed.wait(min((*dues, *self._seconds_until_idle()), default=None))
            return not self._closed

    def _seconds_until_idle(self) -> Iterator[float]:
        for slot in self._slots.values():
            if slot.model is not None and slot.idle_seconds is not None:
                idle = self._jobs.idle(slot.key)
                yield max(slot.idle_seconds - (0.0 if idle is None else idle), 0.01)

    def _unload_idle(self) -> None:
        for slot in self._slots.values():
            if slot.model is None or slot.idle_seconds is None:
                continue
            if self._jobs.put_aside(slot.key, slot.idle_seconds):
                n = f"{slot.idle_seconds / 60:g}"
                idle = Message.of("models.idle", n=n)
                log.info("%s: %s", slot.status.name, idle)
                slot.model = None
                slot.status = replace(
                    slot.status, state=ModelState.UNLOADED, detail=idle, memory_bytes=0
                )
                self._freeing = True

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
        self._ended(slot)
        slot.settled.set()

    def _hand_over(self, slot: Slot, model: Embedder | Reranker) -> None:
        with self._changed:
            if self._closed or self._slots.get(slot.key) is not slot:
                return  # nobody wants it any more
            fingerprint = _fingerprint(slot.key.role, model)
            if slot.fingerprint not in ("", fingerprint):  # changed while it was not in memory
                gone = Message.of("models.unloaded", name=slot.status.name)
                self._jobs.refuse(slot.key, UnloadedError(gone))
            slot.model, slot.fingerprint, slot.budget = model, fingerprint, model.budget
            if slot.key.role is Role.EMBEDDER:
                slot.space = cast("Embedder", model).space
            size = model.memory_bytes
            slot.idle_seconds = idle_seconds(self._settings.unload_after, size)
            slot.status = replace(
                slot.status,
                state=ModelState.READY,
                detail=model.detail,
                fingerprint=fingerprint,
                memory_bytes=size,
            )
            slot.failures = 0
            self._jobs.admit(slot.key, model)

    def _build(self, slot: Slot) -> Embedder | Reranker:
        """Find and load one checkpoint. Imports torch and transformers."""
        checkpoint = self._resolve(slot)
        slot.status = replace(slot.status, name=checkpoint.name, bundled=checkpoint.bundled)
        from qwen3vl_app.models.service import building  # noqa: PLC0415  imports torch

        found = building.fingerprint_of(checkpoint, self._settings)
        if slot.expected and found != slot.expected:
            raise ModelLoadError(Message.of("load.changed", name=checkpoint.name))
        role = slot.key.role
        for other in () if slot.key.dtype else self.slots():
            if other.key.role is role and other.model is not None and other.fingerprint == found:
                return cast("Embedder | Reranker", other.model)  # by another name it is there
        build = building.build_embedder if role is Role.EMBEDDER else building.build_reranker
        if slot.key.dtype:
            build = partial(building.build_reranker, dtype=slot.key.dtype)
        model = build(checkpoint, self._settings, self._between)
        saved = building.share_weights(model, [one.model for one in self.slots()])
        if saved:
            log.info("%s: %.0f MB are those of another model", checkpoint.name, saved / 1e6)
        return model

    def _resolve(self, slot: Slot) -> Checkpoint:
        settings = self._settings

        def gpu() -> bool:
            from qwen3vl_app.models.checkpoint.load import has_gpu  # noqa: PLC0415  imports torch

            return has_gpu(settings.device)

        # what is loaded beside has been here before, and no request fetches what it names
        fetch = self._fetch if settings.allow_download and slot.may_download else None
        found = resolve(slot.key.wanted, slot.key.role, gpu=gpu, fetch=fetch)
        return found.with_adapter(slot.key.adapter)

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


def _fingerprint(role: Role, model: Embedder | Reranker) -> str:
    if role is Role.EMBEDDER:
        return cast("Embedder", model).space.fingerprint
    return cast("Reranker", model).fingerprint


def _unexpected(role: Role, error: Exception) -> Message:
    if role is Role.EMBEDDER:
        return Message.of("load.embedder", said=repr(error))
    return Message.of("load.reranker", said=repr(error))
