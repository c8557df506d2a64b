"""Calls of programs are remembered, the newest first, and not for ever."""

from __future__ import annotations

from datetime import datetime

from qwen3vl_app.ui.recent_calls import MOST, RecentCalls


def test_newest__first_and_as_many_as_are_remembered():
    calls = RecentCalls()
    assert calls.newest() == []
    for n in range(MOST + 3):
        calls.note(f"endpoint {n}", seconds=0.0126, failed=n % 2 == 1)
    found = calls.newest()
    assert [call.endpoint for call in found][:2] == [
        f"endpoint {MOST + 2}",
        f"endpoint {MOST + 1}",
    ]
    assert len(found) == MOST
    assert found[0].milliseconds == 13
    assert [call.failed for call in found][:2] == [False, True]
    assert datetime.fromisoformat(found[0].at).utcoffset() is not None
