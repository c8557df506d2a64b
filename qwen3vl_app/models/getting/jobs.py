"""Downloads in the background, one after the other, for the page and the command line."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

from qwen3vl_app.errors import AppError, DownloadError, DownloadStoppedError
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.models.getting.patience import Patience
from qwen3vl_app.models.getting.places import begun_models, folder_of
from qwen3vl_app.models.getting.progress import Amount, Stage
from qwen3vl_app.models.getting.removing import discard_begun
from qwen3vl_app.models.getting.sources import Source

log = logging.getLogger(__name__)

_MOVING = frozenset({Stage.WAITING, Stage.GETTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadStatus:
    """One model that is being got, was got, or was broken off."""

    repository: str
    source: Source
    stage: Stage
    amount: Amount = field(default_factory=Amount)
    message: Message = NOTHING
    """Why it failed."""

    folder: Path | None = None
    """Where it lies, once it is done."""


class Downloads:
    """Gets models on one thread, in the order in which they were asked for. Thread-safe.

    What an earlier run of the program left half got is among the statuses, paused.

    Args:
        patience: With failures that may pass.
    """

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._changed = threading.Condition()
        self._known: dict[str, DownloadStatus] = {}
        self._stopping: dict[str, Stage] = {}
        """What those become that are to be stopped: paused or cancelled."""
        self._closed = False
        self._thread: threading.Thread | None = None

    def start(self, repository: str, source: Source | None = None) -> DownloadStatus:
        """Get a model, or go on with it; nothing changes for one that is being got.

        Args:
            repository: Such as ``Qwen/Qwen3-VL-Embedding-2B``.
            source: Where from; None for where it was begun from, or else Hugging Face.

        Raises:
            DownloadError: This is no id of a model.
        """
        folder_of(repository)
        with self._changed:
            known = self._find(repository)
            if known and known.stage in _MOVING and repository not in self._stopping:
                return known
            origin = source or (known.source if known else Source.HUGGING_FACE)
            amount = replace(known.amount, speed=0.0, note=NOTHING) if known else Amount()
            if known and known.source is not origin:
                amount = Amount()
            # at the end of the line, also if it was there before
            self._known.pop(repository, None)
            status = DownloadStatus(
                repository=repository, source=origin, stage=Stage.WAITING, amount=amount
            )
            self._known[repository] = status
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="getting models")
                self._thread.daemon = True
                self._thread.start()
            self._changed.notify_all()
            return status

    def pause(self, repository: str) -> None:
        """Stop getting it and keep what is there; nothing for one that is not being got."""
        self._stop(repository, Stage.PAUSED)

    def cancel(self, repository: str) -> None:
        """Stop getting it and delete what is there, also of one that is paused or failed.

        Raises:
            DownloadError: Another process is getting it.
        """
        self._stop(repository, Stage.CANCELLED)
        with self._changed:
            known = self._find(repository)
            if known is None or known.stage in {Stage.DONE, Stage.CANCELLED, *_MOVING}:
                return
        self._discard(known)

    def statuses(self) -> tuple[DownloadStatus, ...]:
        """All there are, as they are now, those that were left by an earlier run last."""
        with self._changed:
            return (*self._known.values(), *self._left())

    def wait(self, timeout: float | None = None) -> bool:
        """Whether nothing is being got any more, within so many seconds."""
        with self._changed:
            return self._changed.wait_for(self._is_still, timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Pause everything and end the thread, within so many seconds.

        On a line that is silent it ends later, or with the process; what is there is kept.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(timeout)

    # ------------------------------------------------------------ with the lock held

    def _is_still(self) -> bool:
        return not any(one.stage in _MOVING for one in self._known.values())

    def _find(self, repository: str) -> DownloadStatus | None:
        found = self._known.get(repository)
        return found or next((o for o in self._left() if o.repository == repository), None)

    def _left(self) -> list[DownloadStatus]:
        return [
            DownloadStatus(
                repository=begun.repository,
                source=begun.source,
                stage=Stage.PAUSED,
                amount=Amount(done=begun.got, total=begun.total),
            )
            for begun in begun_models()
            if begun.repository not in self._known
        ]

    # ------------------------------------------------------------ stopping

    def _stop(self, repository: str, become: Stage) -> None:
        with self._changed:
            known = self._known.get(repository)
            if known is None or known.stage not in _MOVING:
                return
            if known.stage is Stage.GETTING:
                self._stopping[repository] = become
                return
            self._known[repository] = replace(known, stage=Stage.PAUSED)
            self._changed.notify_all()

    def _discard(self, known: DownloadStatus) -> None:
        discard_begun(known.repository)
        with self._changed:
            gone = replace(known, stage=Stage.CANCELLED, amount=Amount(), message=NOTHING)
            self._known[known.repository] = gone
            self._changed.notify_all()

    # ------------------------------------------------------------ on the thread

    def _work(self) -> None:
        while (status := self._next()) is not None:
            self._get(status)

    def _next(self) -> DownloadStatus | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting() is not None)
            status = None if self._closed else self._waiting()
            if status is not None:
                status = replace(status, stage=Stage.GETTING)
                self._known[status.repository] = status
            return status

    def _waiting(self) -> DownloadStatus | None:
        return next((one for one in self._known.values() if one.stage is Stage.WAITING), None)

    def _get(self, status: DownloadStatus) -> None:
        # on this thread: the parts of a program that gets nothing need no HTTP
        from qwen3vl_app.models.getting.download import get_model  # noqa: PLC0415

        repository = status.repository
        try:
            folder = get_model(
                repository,
                status.source,
                stop=lambda: self._closed or repository in self._stopping,
                report=lambda amount: self._note(repository, amount),
                patience=self._patience,
            )
        except DownloadStoppedError:
            self._stopped(repository)
        except AppError as error:
            self._settle(repository, Stage.FAILED, message=error.message)
        except Exception as error:
            log.exception("getting %s failed", repository)
            why = Message.of("get.unexpected", model=repository, said=repr(error))
            self._settle(repository, Stage.FAILED, message=why)
        else:
            self._settle(repository, Stage.DONE, folder=folder)

    def _stopped(self, repository: str) -> None:
        with self._changed:
            become = self._stopping.get(repository, Stage.PAUSED)
        try:
            if become is Stage.CANCELLED:
                discard_begun(repository)
        except DownloadError as error:
            self._settle(repository, Stage.FAILED, message=error.message)
        else:
            self._settle(repository, become)

    def _note(self, repository: str, amount: Amount) -> None:
        with self._changed:
            self._known[repository] = replace(self._known[repository], amount=amount)

    def _settle(
        self,
        repository: str,
        stage: Stage,
        *,
        message: Message = NOTHING,
        folder: Path | None = None,
    ) -> None:
        with self._changed:
            self._stopping.pop(repository, None)
            known = self._known[repository]
            if known.stage is Stage.WAITING:
                return  # asked for again while it was being stopped
            amount = replace(known.amount, speed=0.0, note=NOTHING)
            if stage is Stage.CANCELLED:
                amount = Amount()
            self._known[repository] = replace(
                known, stage=stage, amount=amount, message=message, folder=folder
            )
            self._changed.notify_all()
