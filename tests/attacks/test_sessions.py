"""Browser tabs by the hundred, which read or do not: what is kept of them is bounded."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import gradio as gr
import httpx
import pytest

from qwen3vl_app.ui import sessions as module
from qwen3vl_app.ui.sessions import QUEUED, STATES, Sessions, bound
from tests.attacks.program import Program, answers, join

BOX: dict[str, Any] = {"text": "fox", "files": []}


def long_text(number: int) -> str:
    return f"{number} ".ljust(20_000, "x")


# ---------------------------------------------------------------- the real program


def test_400_tabs_that_ask_and_never_read__do_not_stay_in_memory(fresh: Program) -> None:
    with fresh.client() as http:

        def flood(count: int) -> None:
            for number in range(count):
                data = [{"text": long_text(number), "files": []}, {}]
                assert join(http, data, session=uuid4().hex[:10]).status_code in (200, 503)

        flood(150)  # caches of the program fill first
        before = fresh.memory()
        flood(400)
        assert fresh.memory() - before < 60 * 2**20
        session = uuid4().hex[:10]
        while join(http, [BOX, {}], session=session).status_code == 503:
            pass
        assert any(one["msg"] == "process_completed" for one in answers(http, session))


def test_400_tabs_that_read__leave_no_descriptor_behind(fresh: Program) -> None:
    with fresh.client() as http:
        for number in range(430):
            if number == 30:
                before, memory = fresh.descriptors(), fresh.memory()
            session = uuid4().hex[:10]
            join(http, [BOX, {"rerank": False}], session=session).raise_for_status()
            with fresh.client() as own:
                assert any(one["msg"] == "process_completed" for one in answers(own, session))
    assert abs(fresh.descriptors() - before) <= 5
    assert fresh.memory() - memory < 25 * 2**20


def test_one_tab_that_asks_for_ever_and_never_reads__is_dropped(
    public: Program, visitor: httpx.Client
) -> None:
    before = public.memory()
    statuses = {
        join(visitor, [BOX, {"top": 100, "depth": 200}], session="greedy").status_code
        for _ in range(400)
    }
    assert statuses <= {200, 503}
    assert public.memory() - before < 60 * 2**20


def test_name_of_another_tab__hears_nothing_that_was_already_read(visitor: httpx.Client) -> None:
    session = uuid4().hex[:10]
    join(visitor, [BOX, {}], session=session).raise_for_status()
    answers(visitor, session)
    said = answers(visitor, session)
    assert [one["msg"] for one in said] == ["unexpected_error"]


# ---------------------------------------------------------------- what is kept of gradio's


def run(check: Callable[[], Any]) -> None:
    """In a thread of its own: the browser tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(check())).result()


class FakeQueue:
    """The parts of gradio's queue that are looked into, with nothing running."""

    def __init__(self) -> None:
        self.pending_messages_per_session: dict[str, asyncio.Queue[int]] = {}
        self.pending_event_ids_session: dict[str, set[str]] = {}
        self.event_ids_to_events: dict[str, Any] = {}
        self.cleaned: list[str] = []

    async def clean_events(self, *, session_hash: str) -> None:
        self.cleaned.append(session_hash)

    def say(self, session: str, messages: int = 1, *, alive: bool | None = None) -> None:
        """Messages for a tab, and whether an event of it is still alive."""
        waiting = self.pending_messages_per_session.setdefault(session, asyncio.Queue())
        for number in range(messages):
            waiting.put_nowait(number)
        self.pending_event_ids_session[session] = set() if alive is None else {session}
        if alive is not None:
            self.event_ids_to_events[session] = SimpleNamespace(alive=alive)


def page(queue: FakeQueue) -> Any:
    holder = SimpleNamespace(session_data={}, time_last_used={})
    return SimpleNamespace(
        _queue=queue,
        state_holder=holder,
        pending_diff_streams=defaultdict(dict),
        pending_streams=defaultdict(dict),
    )


def test_sessions__the_least_recently_active_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SESSIONS", 3)

    async def check() -> None:
        queue, gone = FakeQueue(), []
        sessions = Sessions(page(queue), gone.append)
        for name in "abcad":
            await sessions.joined(name)
            queue.say(name)
        assert gone == queue.cleaned == ["b"]
        assert sorted(queue.pending_messages_per_session) == ["a", "c", "d"]

    run(check)


def test_sessions__those_that_listen_stay_before_those_that_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SESSIONS", 2)

    async def check() -> None:
        gone: list[str] = []
        sessions = Sessions(page(FakeQueue()), gone.append)
        await sessions.joined("a")
        with sessions.reading("a"):
            for name in "bcd":
                await sessions.joined(name)
            assert gone == ["b", "c"]
        await sessions.joined("e")
        assert gone == ["b", "c"]

    run(check)


def test_sessions__of_unread_messages_the_tab_with_the_most_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "UNREAD", 10)

    async def check() -> None:
        queue, gone = FakeQueue(), []
        sessions = Sessions(page(queue), gone.append)
        for name, messages in (("a", 4), ("b", 9)):
            await sessions.joined(name)
            queue.say(name, messages)
        await sessions.joined("b")
        assert gone == ["b"]
        assert list(queue.pending_messages_per_session) == ["a"]

    run(check)


@pytest.mark.parametrize(("alive", "kept"), [(None, False), (False, False), (True, True)])
def test_sessions__a_tab_that_has_read_all_is_forgotten(*, alive: bool | None, kept: bool) -> None:
    async def check() -> None:
        queue = FakeQueue()
        sessions = Sessions(page(queue), lambda _name: None)
        await sessions.joined("a")
        with sessions.reading("a"):
            queue.say("a", alive=alive)
        assert ("a" in queue.pending_messages_per_session) is kept
        assert ("a" in queue.pending_event_ids_session) is kept

    run(check)


def test_bound__gradio_still_has_what_is_set() -> None:
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.HTML()
    for name in ("pending_diff_streams", "pending_streams", "state_session_capacity"):
        assert hasattr(blocks, name)
    blocks.queue()
    for name in (
        *("sleep_when_free", "ANALYTICS_MAX_EVENTS", "compute_analytics_summary", "max_size"),
        *("pending_messages_per_session", "pending_event_ids_session", "event_ids_to_events"),
    ):
        assert hasattr(blocks._queue, name)
    assert asyncio.iscoroutinefunction(blocks._queue.clean_events)
    bound(blocks)
    assert (blocks.state_session_capacity, blocks._queue.max_size) == (STATES, QUEUED)
    app = gr.routes.App.create_app(blocks)
    assert blocks.state_holder.capacity == STATES
    assert {"session_data", "time_last_used"} <= set(vars(app.state_holder))
