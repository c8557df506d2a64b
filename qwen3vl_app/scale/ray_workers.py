"""Workers as actors of Ray. The only module that imports it, and only once it is asked for."""

from __future__ import annotations

import logging
import os
import threading
from concurrent.futures import Future
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from qwen3vl_app.errors import ModelLoadError, UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.resolve import lasting
from qwen3vl_app.scale.crew import DEPTH, WorkerLostError
from qwen3vl_app.scale.tools import Tools

if TYPE_CHECKING:
    from qwen3vl_app.scale.crew import Work
    from qwen3vl_app.settings import Settings

T = TypeVar("T")

AUTO = "auto"
"""The cluster that this computer belongs to, or else one of its own."""

OWN = "local"
"""One on this computer alone, for as long as the program runs."""


def check_installed() -> None:
    """Imports nothing.

    Raises:
        UsageError: Ray is not there.
    """
    if find_spec("ray") is None:
        raise UsageError(Message.of("ray.absent"))


class RayWorkers:
    """Starts workers on a cluster.

    Args:
        settings: Which cluster, how many workers, what each takes of a computer, and what it
            loads. Paths are those of the computers that the workers run on.
    """

    def __init__(self, settings: Settings) -> None:
        gpus = settings.gpus_per_worker
        self._address = settings.ray
        self._count = settings.workers
        # as Ray counts them: of a worker without a GPU, the threads that its models may use
        self._needs = {"num_cpus": settings.threads or 1, "num_gpus": gpus}
        self._settings = replace(
            settings,
            model=lasting(settings.model),
            reranker=lasting(settings.reranker),
            adapter=lasting(settings.adapter),
            reranker_adapter=lasting(settings.reranker_adapter),
            device="cpu" if not gpus and settings.device == "auto" else settings.device,
            threads=settings.threads or (None if gpus else 1),
        )
        self._joined = False
        self._left = threading.Event()

    def connect(self) -> None:
        """Join the cluster, or start one; takes ten seconds.

        A program that has joined one already stays with it.

        Raises:
            ModelLoadError: It is not there, or too small for the workers.
        """
        check_installed()
        import ray  # noqa: PLC0415  an extra, and a second to import

        if not ray.is_initialized():
            done: Future[None] = Future()
            threading.Thread(target=self._stay, args=(ray, done), name="ray", daemon=True).start()
            done.result()
            self._joined = True
        have = ray.cluster_resources()
        cpus, gpus = (self._count * self._needs[one] for one in ("num_cpus", "num_gpus"))
        if have.get("CPU", 0) < cpus or have.get("GPU", 0) < gpus:
            raise ModelLoadError(
                Message.of(
                    "ray.room",
                    n=self._count,
                    cpus=f"{cpus:g}",
                    gpus=f"{gpus:g}",
                    has_cpus=f"{have.get('CPU', 0):g}",
                    has_gpus=f"{have.get('GPU', 0):g}",
                )
            )

    def hire(self) -> RayWorker:
        """Start a worker; returns at once, also where there is no room for it yet."""
        import ray  # noqa: PLC0415

        # three calls at a time: DEPTH pieces of work, and none waits for a call of its own
        actor = ray.remote(Seat).options(
            **self._needs, max_concurrency=DEPTH + 1, scheduling_strategy="SPREAD"
        )
        return RayWorker(actor.remote(self._settings))

    def close(self) -> None:
        """Leave the cluster; one that was started here ends."""
        if self._joined:
            import ray  # noqa: PLC0415

            ray.shutdown()
            self._joined = False
            self._left.set()

    def _stay(self, ray: Any, done: Future[None]) -> None:  # noqa: ANN401  # the module
        """Join a cluster, and stay until it is left.

        Linux kills the processes of a cluster that was started here with the *thread* that
        started them.
        """
        try:
            self._join(ray)
        except BaseException as error:
            done.set_exception(error)
        else:
            done.set_result(None)
            self._left.wait()

    def _join(self, ray: Any) -> None:  # noqa: ANN401  # the module
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing leaves the computer
        quiet = {"logging_level": logging.ERROR, "log_to_driver": False}
        try:
            if self._address != OWN:
                try:
                    ray.init(address=self._address, **quiet)
                except ConnectionError:
                    if self._address != AUTO:
                        raise
            if not ray.is_initialized():
                # without it, Ray listens on the address that this computer has in its network,
                # also where it is told 127.0.0.1
                ray._private.ray_constants.ENABLE_RAY_CLUSTER = False  # noqa: SLF001  no other way
                ray.init(
                    address=OWN,
                    num_cpus=self._count * self._needs["num_cpus"],
                    include_dashboard=False,
                    **quiet,
                )
        except Exception as error:  # whatever a library of that size may raise
            said = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
            why = Message.of("ray.unreachable", address=self._address, said=said)
            raise ModelLoadError(why) from error


class RayWorker:
    """An actor as a ``Worker``."""

    def __init__(self, actor: Any) -> None:  # noqa: ANN401  # Ray makes its class
        self._actor = actor

    def do(self, work: Work[T]) -> T:
        """What the work gives, or raises; see ``Worker``.

        Raises:
            WorkerLostError: The actor, its process or its computer has gone.
        """
        import ray  # noqa: PLC0415
        from ray.exceptions import RayError, RayTaskError  # noqa: PLC0415

        try:
            found: T = ray.get(self._actor.do.remote(work))
        except RayTaskError as error:  # what the work itself has raised
            raise error.cause or error from error
        except RayError as error:
            raise WorkerLostError(str(error)) from error
        return found

    def end(self) -> None:
        """Have it end at once."""
        import ray  # noqa: PLC0415

        if ray.is_initialized():
            ray.kill(self._actor)


class Seat:
    """What is an actor on the other side."""

    def __init__(self, settings: Settings) -> None:
        self._tools = Tools(settings)

    def do(self, work: Work[T]) -> T:
        """Do a piece of work with the tools of this place."""
        return work(self._tools)
