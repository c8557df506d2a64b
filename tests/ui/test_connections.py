from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from qwen3vl_app.ui.connections import ConnectionLimits, Connections, Stage


@dataclass(eq=False)
class Held:
    """A connection as the registry sees it."""

    registry: Connections
    address: str
    stage: Stage
    overdue: bool = False

    def __post_init__(self) -> None:
        self.registry.add(cast(Any, self))

    def is_overdue(self, now: float) -> bool:
        return self.overdue

    def end(self) -> None:
        self.registry.remove(cast(Any, self))

    @property
    def is_there(self) -> bool:
        return self in self.registry._all


def registry(total: int = 8, client: int = 4, answers: int = 2) -> Connections:
    return Connections(ConnectionLimits(total=total, client=client, answers=answers))


def test_has_room__who_has_least_to_lose_goes():
    one = registry(total=4)
    held = [Held(one, "192.0.2.1", stage) for stage in reversed(Stage)]
    for gone in (Stage.WAITING, Stage.ANSWERING, Stage.RECEIVING):
        assert one.has_room()
        assert {other.stage for other in held if not other.is_there} >= {gone}
        Held(one, "192.0.2.2", Stage.WORKING)
    assert not one.has_room()
    assert len(one) == 4


def test_has_room__the_one_that_waits_longest():
    one = registry(total=3)
    first, second, third = (Held(one, "192.0.2.1", Stage.WAITING) for _ in range(3))
    one.move_on(cast(Any, first))
    assert one.has_room()
    assert (first.is_there, second.is_there, third.is_there) == (True, False, True)


def test_has_room_for__a_client_loses_its_own_only():
    one = registry()
    other = Held(one, "192.0.2.2", Stage.WAITING)
    own = [Held(one, "192.0.2.1", Stage.WAITING) for _ in range(4)]
    assert one.has_room_for("192.0.2.1")
    assert other.is_there
    assert [held.is_there for held in own] == [False, True, True, True]


def test_has_room_for__a_client_at_work_with_all_it_may_have_is_refused():
    one = registry()
    for _ in range(4):
        Held(one, "192.0.2.1", Stage.WORKING)
    assert not one.has_room_for("192.0.2.1")
    assert one.has_room_for("192.0.2.2")


def test_has_room_for__this_computer_may_have_all():
    one = registry()
    for _ in range(6):
        Held(one, "127.0.0.1", Stage.WORKING)
    assert one.has_room_for("127.0.0.1")
    assert one.has_room()


def test_sweep__what_took_too_long_and_answers_beyond_a_share():
    one = registry()
    slow = Held(one, "192.0.2.1", Stage.WAITING, overdue=True)
    answers = [Held(one, "192.0.2.1", Stage.ANSWERING) for _ in range(3)]
    other = Held(one, "192.0.2.2", Stage.ANSWERING)
    one.sweep(0.0)
    assert not slow.is_there
    assert [held.is_there for held in answers] == [False, True, True]
    assert other.is_there


def test_registry__forgets_clients_that_have_gone():
    one = registry()
    for number in range(100):
        Held(one, f"192.0.2.{number}", Stage.WAITING).end()
    assert (len(one), len(one._held)) == (0, 0)
