"""Which model has which role, and which one is on its way to take it over."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING

from qwen3vl_app.errors import ModelError, ModelLoadError, UnloadedError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.resolve import Role
from qwen3vl_app.models.service.loading import OFF, Loader
from qwen3vl_app.models.service.protocol import ModelState, ModelStatus
from qwen3vl_app.models.service.slots import Key, Slot, slot_for

if TYPE_CHECKING:
    from qwen3vl_app.models.service.queue import JobQueue


class Roles:
    """One slot for each role, and at most one that is to take its place. Thread-safe.

    Args:
        loader: Loads the slots, and calls ``ended`` after each.
        jobs: Where their work waits.
        first: What is to have the roles at the start, the embedder first.
    """

    def __init__(self, loader: Loader, jobs: JobQueue, first: Sequence[Key]) -> None:
        self._loader = loader
        self._jobs = jobs
        self._lock = threading.RLock()
        self._present = {key.role: loader.add(slot_for(key)) for key in first}
        for slot in self._present.values():
            slot.may_download = True
        self._coming: dict[Role, tuple[Slot, Future[None]]] = {}
        self._failed: dict[Role, ModelStatus] = {}
        self._closing: ModelError | None = None
        self._refuse_what_is_off()
        loader.tell(self.ended)

    def of(self, role: Role) -> Slot:
        """Which slot has this role now."""
        with self._lock:
            return self._present[role]

    def wait_for(self, role: Role) -> Slot:
        """The slot that has a role, once it is there; raises as ``Loader.wait_for``."""
        while True:
            slot = self.of(role)
            try:
                self._loader.wait_for(slot)
            except UnloadedError:  # replaced by one that gives the same, or before it had loaded
                if slot is self.of(role):
                    raise
            else:
                return slot

    def all(self) -> tuple[Slot, ...]:
        """Embedder and reranker, and behind them what is to replace them."""
        with self._lock:
            return (*self._present.values(), *(slot for slot, _ in self._coming.values()))

    def coming(self) -> tuple[ModelStatus, ...]:
        """What is on its way, and the last one of a role that did not arrive, with the reason."""
        with self._lock:
            on_its_way = {role: slot.status for role, (slot, _) in self._coming.items()}
            return tuple((self._failed | on_its_way).values())

    def change(self, key: Key) -> Future[None]:
        """Have another slot take over as soon as it is loaded; see ``ModelService.use``."""
        with self._lock:
            slot, done = self._coming.get(key.role, (None, Future[None]()))
            if slot is not None and slot.key == key:
                return done
            done = Future()
            if self._closing is not None:
                done.set_exception(self._closing)
                return done
            self._give_up_coming(key.role)
            self._failed.pop(key.role, None)
            slot = self._loader.add(slot_for(key))
            self._coming[key.role] = slot, done
            state = slot.status.state
            if slot.model is None and state not in (ModelState.OFF, ModelState.LOADING):
                self._loader.order(slot)
            elif state is not ModelState.LOADING:
                self.ended(slot)  # it is there already
            return done

    def ended(self, slot: Slot) -> None:
        """A slot has been loaded, or could not be: it takes over, or the one before stays."""
        over = (ModelState.READY, ModelState.OFF, ModelState.FAILED)
        with self._lock:
            coming, done = self._coming.get(slot.key.role, (None, None))
            if coming is not slot or done is None or slot.status.state not in over:
                return
            del self._coming[slot.key.role]
            failed = slot.status.state is ModelState.FAILED
            if failed:
                self._keep_former(slot)
            else:
                self._take_over(slot)
        if failed:
            done.set_exception(ModelLoadError(slot.status.detail))
        else:
            done.set_result(None)

    def let_go(self, slot: Slot) -> None:
        """Take a slot out, unless it has a role or is to have one."""
        with self._lock:
            if slot not in self.all():
                self._remove(slot)

    def close(self, error: ModelError) -> None:
        """Nothing takes over any more."""
        with self._lock:
            self._closing = error
            waiting = [done for _, done in self._coming.values()]
            self._coming.clear()
        for done in waiting:
            with suppress(RuntimeError):  # its caller has left
                done.set_exception(type(error)(*error.args))

    # ------------------------------------------------------------ with the lock held

    def _take_over(self, slot: Slot) -> None:
        role = slot.key.role
        former, self._present[role] = self._present[role], slot
        slot.expected = ""  # it is asked for by name from now on, whatever vectors it gives
        self._refuse_what_is_off()
        if former is slot:
            return
        # an embedder is left in memory for searches in its space, until ``unload_beside``
        same = bool(slot.fingerprint) and former.fingerprint == slot.fingerprint
        if same or not former.fingerprint:  # else its callers know what they ask
            self._jobs.move(former.key, slot.key)
        if same or role is Role.RERANKER or former.model is None:
            self._remove(former)

    def _keep_former(self, slot: Slot) -> None:
        self._failed[slot.key.role] = slot.status
        if slot is not self._present[slot.key.role]:
            self._remove(slot)

    def _give_up_coming(self, role: Role) -> None:
        slot, done = self._coming.pop(role, (None, None))
        if slot is None or done is None:
            return
        if slot is not self._present[role] and slot.model is None:
            self._remove(slot)
        done.set_exception(ModelError(Message.of("models.superseded", name=slot.status.name)))

    def _remove(self, slot: Slot) -> None:
        self._loader.remove(
            slot, UnloadedError(Message.of("models.unloaded", name=slot.status.name))
        )

    def _refuse_what_is_off(self) -> None:
        reranker = self._present[Role.RERANKER]
        if reranker.status.state is ModelState.OFF:
            self._jobs.refuse(reranker.key, ModelError(OFF))
