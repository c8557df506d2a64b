"""Handing out work: nothing is lost with a worker, and nothing comes twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from qwen3vl_app.errors import ModelError, ModelLoadError
from qwen3vl_app.messages import Message
from qwen3vl_app.scale import crew as crews
from qwen3vl_app.scale.crew import DEPTH, TRIES, Crew
from tests.scale.near import NearWorker, NearWorkers

ABSENT = ModelLoadError(Message.free("There is no such model on this computer."))


@dataclass
class FewTools:
    """Stands for ``Tools``: a number is work enough."""

    fingerprint: str = "one"
    failure: Exception | None = None
    did: list[int] = field(default_factory=list)

    def load(self) -> Any:
        if self.failure is not None:
            raise self.failure
        space = SimpleNamespace(model="few", fingerprint=self.fingerprint)
        return SimpleNamespace(space=space, answers=(self.fingerprint, ""))

    def double(self, n: int) -> int:
        self.did.append(n)
        return 2 * n


def doubled(n: int) -> Callable[[Any], int]:
    return lambda tools: tools.double(n)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "PAUSE", 0.0)
    monkeypatch.setattr(crews, "POLL", 0.01)


def crew_of(*tools: FewTools) -> tuple[Crew, NearWorkers]:
    """As many workers as there are tools; those that come after them have fresh ones."""
    given = iter(tools)
    workers = NearWorkers(lambda: NearWorker(next(given, None) or FewTools()))
    return Crew(workers.hire, len(tools)), workers


def all_doubled(crew: Crew, count: int) -> list[int]:
    with ThreadPoolExecutor(8) as pool:
        return [*pool.map(lambda n: crew.do(doubled(n)), range(count))]


def test_do__what_comes_of_it_and_every_worker_has_some():
    crew, workers = crew_of(FewTools(), FewTools())
    crew.start()
    assert crew.room == 2 * DEPTH
    assert all_doubled(crew, 40) == [2 * n for n in range(40)]
    did = [worker.tools.did for worker in workers.hired]
    assert sorted(n for one in did for n in one) == [*range(40)]
    assert all(did)


def test_do__what_work_raises_is_raised_and_the_worker_stays():
    crew, workers = crew_of(FewTools())
    crew.start()
    with pytest.raises(ZeroDivisionError):
        crew.do(lambda _: 1 // 0)
    assert crew.do(doubled(4)) == 8
    assert len(workers.hired) == 1


def test_do__no_worker_has_more_in_hand_than_it_can_take():
    crew, _ = crew_of(FewTools(), FewTools())
    crew.start()
    lock, most, now = threading.Lock(), [0], [0]

    def work(_: Any) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.005)
        with lock:
            now[0] -= 1

    with ThreadPoolExecutor(12) as pool:
        [*pool.map(lambda _: crew.do(work), range(40))]
    assert most[0] == crew.room


def test_do__a_lost_worker_is_replaced_and_what_it_had_is_done_by_another():
    crew, workers = crew_of(FewTools(), FewTools())
    crew.start()
    first = workers.hired[0]

    def goes(worker: NearWorker) -> None:
        if worker.done > 3:
            worker.lost = True

    first.before = goes
    assert all_doubled(crew, 60) == [2 * n for n in range(60)]
    until(lambda: len(workers.hired) == 3)
    until(lambda: workers.hired[2].done > 0)  # it has loaded
    assert all_doubled(crew, 20) == [2 * n for n in range(20)]
    until(lambda: bool(workers.hired[2].tools.did))
    assert len(workers.hired) == 3  # both of its pieces of work were lost, and one came for it


def test_do__work_that_ends_its_workers_is_given_up():
    crew, workers = crew_of(FewTools(), FewTools())
    crew.start()

    def work(tools: Any) -> None:
        next(one for one in workers.hired if one.tools is tools).lost = True

    with pytest.raises(ModelError) as given_up:
        crew.do(work)
    assert given_up.value.code == "ray.lost"
    assert given_up.value.values == {"n": TRIES, "said": "it has gone"}
    assert all_doubled(crew, 10) == [2 * n for n in range(10)]


def test_start__a_worker_lost_while_it_loads_is_replaced():
    made: list[NearWorker] = []

    def make() -> NearWorker:
        made.append(NearWorker(FewTools()))
        made[-1].lost = len(made) == 1
        return made[-1]

    crew = Crew(make, 1)
    assert crew.start().space.model == "few"
    assert len(made) == 2


def test_start__what_a_worker_cannot_load_is_said():
    crew, _ = crew_of(FewTools(), FewTools(failure=ABSENT))
    with pytest.raises(ModelLoadError, match="no such model"):
        crew.start()


def test_start__workers_of_different_models_are_refused():
    crew, _ = crew_of(FewTools(), FewTools("another"))
    with pytest.raises(ModelLoadError) as refused:
        crew.start()
    assert refused.value.code == "ray.differ"
    assert {refused.value.values["found"], refused.value.values["other"]} == {"one", "another"}


def test_do__where_no_other_worker_can_be_had_that_is_said():
    crew, workers = crew_of(FewTools())
    crew.start()
    workers.hired[0].lost = True
    workers._make = lambda: NearWorker(FewTools(failure=ABSENT))
    with pytest.raises(ModelLoadError, match="no such model"):
        crew.do(doubled(1))


def test_close__who_waits_for_a_worker_is_told():
    crew, workers = crew_of(FewTools())
    crew.start()
    begun, end = threading.Semaphore(0), threading.Event()

    def waits(_: Any) -> None:
        begun.release()
        end.wait(10)

    with ThreadPoolExecutor(DEPTH + 1) as pool:
        in_hand = [pool.submit(crew.do, waits) for _ in range(DEPTH)]
        for _ in in_hand:
            assert begun.acquire(timeout=10)
        waiting = pool.submit(crew.do, doubled(1))
        crew.close()
        end.set()
        given: list[Future[Any]] = [*in_hand, waiting]
        for one in given:
            with pytest.raises(ModelError) as closed:
                one.result(10)
            assert closed.value.code == "models.closed"
    assert all(worker.lost for worker in workers.hired)
    crew.close()


def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it has not come to that")
