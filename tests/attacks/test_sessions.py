"""Browser tabs by the hundred, which read or do not: what is kept of them is bounded."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from qwen3vl_app.ui import sessions as module
from qwen3vl_app.ui.sessions import Sessions
from tests.attacks.program import ROOT, Program, answers, draw_library, join, serving

BOX: dict[str, Any] = {"text": "fox", "files": []}
QUICK = {"words": "only"}
"""Asks no model, so that hundreds of searches take seconds."""


def long_text(number: int) -> str:
    return f"{number} ".ljust(20_000, "x")


# ---------------------------------------------------------------- the real program


def test_300_tabs_that_ask_and_never_read__do_not_stay_in_memory(fresh: Program) -> None:
    with fresh.client() as http:

        def flood(count: int) -> None:
            for number in range(count):
                data = [{"text": long_text(number), "files": []}, QUICK]
                assert join(http, data, session=uuid4().hex[:10]).status_code in (200, 503)

        first = uuid4().hex[:10]
        join(http, [BOX, QUICK], session=first).raise_for_status()
        flood(100)  # caches of the program fill first
        before = fresh.memory()
        flood(300)
        assert fresh.memory() - before < 60 * 2**20
        session = uuid4().hex[:10]
        while join(http, [BOX, QUICK], session=session).status_code == 503:
            time.sleep(0.1)
        assert any(one["msg"] == "process_completed" for one in answers(http, session))
        assert [one["msg"] for one in answers(http, first)] == ["unexpected_error"]  # forgotten


@pytest.fixture
def unforked(tmp_path: Path) -> Iterator[Program]:
    """What imports leave for the garbage collector has gone by the time it is up."""
    draw_library(tmp_path)
    with serving(tmp_path, anew=True) as program:
        yield program


def test_200_tabs_that_read__leave_no_descriptor_behind(unforked: Program) -> None:
    unforked.wait_until_idle()  # models load beside searches, and take memory of their own
    with unforked.client() as http:
        for number in range(230):
            if number == 30:
                before, memory = unforked.descriptors(), unforked.memory()
            session = uuid4().hex[:10]
            join(http, [BOX, QUICK], session=session).raise_for_status()
            assert any(one["msg"] == "process_completed" for one in answers(http, session))
    assert abs(unforked.descriptors() - before) <= 5
    assert unforked.memory() - memory < 25 * 2**20


def test_one_tab_that_asks_for_ever_and_never_reads__is_dropped(
    public: Program, visitor: httpx.Client
) -> None:
    before = public.memory()
    statuses = {
        join(visitor, [BOX, QUICK | {"top": 100, "depth": 200}], session="greedy").status_code
        for _ in range(300)
    }
    assert statuses <= {200, 503}
    assert public.memory() - before < 60 * 2**20


def test_name_of_another_tab__hears_nothing_that_was_already_read(visitor: httpx.Client) -> None:
    session = uuid4().hex[:10]
    join(visitor, [BOX, {}], session=session).raise_for_status()
    answers(visitor, session)
    said = answers(visitor, session)
    assert [one["msg"] for one in said] == ["close_stream"]


def test_name_of_a_tab_that_never_asked__is_not_known(visitor: httpx.Client) -> None:
    assert [one["msg"] for one in answers(visitor, uuid4().hex[:10])] == ["unexpected_error"]


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
        queue = FakeQueue()
        gone: list[str] = []
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
    monkeypatch.setattr(module, "MANY_UNREAD", 8)

    async def check() -> None:
        queue = FakeQueue()
        gone: list[str] = []
        sessions = Sessions(page(queue), gone.append)
        for name, messages in (("a", 4), ("b", 9)):
            await sessions.joined(name)
            queue.say(name, messages)
        await sessions.joined("b")
        assert gone == ["b"]
        assert list(queue.pending_messages_per_session) == ["a"]

    run(check)


def test_sessions__of_tabs_with_few_unread_messages_the_oldest_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that has just asked, and does not listen yet, has as many as those that never will."""
    monkeypatch.setattr(module, "UNREAD", 10)

    async def check() -> None:
        queue = FakeQueue()
        gone: list[str] = []
        sessions = Sessions(page(queue), gone.append)
        for name in ("heard", "left", "gone", "asking"):
            await sessions.joined(name)
        for name, messages in (("asking", 5), ("left", 4), ("gone", 4), ("heard", 4)):
            queue.say(name, messages)
        with sessions.reading("heard"):
            await sessions.joined("new")
        assert gone == ["left", "gone"]

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


CHECK = """
import inspect
import gradio as gr
from qwen3vl_app.ui.sessions import QUEUED, STATES, bound
with gr.Blocks(analytics_enabled=False) as blocks:
    gr.HTML()
for name in ("pending_diff_streams", "pending_streams", "state_session_capacity", "has_launched"):
    assert hasattr(blocks, name), name
blocks.queue()
for name in (
    *("sleep_when_free", "ANALYTICS_MAX_EVENTS", "compute_analytics_summary", "max_size"),
    *("pending_messages_per_session", "pending_event_ids_session", "event_ids_to_events"),
):
    assert hasattr(blocks._queue, name), name
assert inspect.iscoroutinefunction(blocks._queue.clean_events)
bound(blocks)
assert (blocks.state_session_capacity, blocks._queue.max_size) == (STATES, QUEUED)
app = gr.routes.App.create_app(blocks)
assert app.state_holder is blocks.state_holder
assert app.state_holder.capacity == STATES
assert {"session_data", "time_last_used"} <= set(vars(app.state_holder))
print("as expected")
"""
"""In a process of its own: gradio leaves event loops unclosed, and warnings are errors here."""


def test_bound__gradio_still_has_what_is_set() -> None:
    assert said(CHECK) == "as expected\n"


REFUSES = """
import asyncio, sys
from pathlib import Path
from gradio.context import LocalContext
from gradio.exceptions import InvalidPathError
from gradio.processing_utils import async_move_files_to_cache
from tests.ui.world import build_world
from qwen3vl_app.ui import app as module
kept = []
module.bound = (lambda inner: lambda blocks: (kept.append(blocks), inner(blocks)))(module.bound)
module.build_app(build_world(Path(sys.argv[1]), empty=True))
(blocks,) = kept
assert blocks.has_launched
LocalContext.blocks.set(blocks)
file = {"path": sys.argv[2], "meta": {"_type": "gradio.FileData"}}
for component in blocks.blocks.values():
    if component.get_block_name() in ("multimodaltextbox", "html"):
        for path in (sys.argv[2], str(Path(sys.argv[1], "library/query-files/x.png")), "http://a/"):
            for check in (True, False):
                given = {"x": [file | {"path": path}]}
                moving = async_move_files_to_cache(given, component, check_in_upload_folder=check)
                try:
                    print("MOVED", component, asyncio.run(moving))
                except InvalidPathError:
                    pass
print("refused")
"""
"""Past our own look at bodies: what gradio itself would do with a path."""


def test_gradio_by_itself__takes_no_path_either(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("nobody may read it")
    (tmp_path / "world").mkdir()
    assert said(REFUSES, str(tmp_path / "world"), str(secret)) == "refused\n"


def said(script: str, *arguments: str) -> str:
    """What a Python script prints; all of it is shown where it fails."""
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
