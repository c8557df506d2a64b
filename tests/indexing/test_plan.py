from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qwen3vl_app.indexing.plan import Action, plan
from qwen3vl_app.messages import Message
from qwen3vl_app.store.rows import FileId, KnownStamp
from qwen3vl_app.types import FileStamp, Outcome, SkippedPath

PATH = Path("/p/a.png")
STAMP = FileStamp(path=PATH, size=10, mtime_ns=1000, ctime_ns=2000, inode=7)


def known(outcome: Outcome | None, reason: str = "", *, given_up_by: str = "") -> KnownStamp:
    place = STAMP.ctime_ns, STAMP.inode
    return KnownStamp(FileId(1), STAMP.size, STAMP.mtime_ns, outcome, reason, *place, given_up_by)


def test_plan__new_file() -> None:
    assert plan(STAMP, None) is Action.READ


@pytest.mark.parametrize("outcome", [Outcome.INDEXED, Outcome.DUPLICATE])
def test_plan__same_stamp(outcome: Outcome) -> None:
    assert plan(STAMP, known(outcome)) is Action.KEEP


@pytest.mark.parametrize("outcome", [None, Outcome.FAILED, Outcome.SKIPPED])
def test_plan__what_did_not_work_is_tried_again(outcome: Outcome | None) -> None:
    assert plan(STAMP, known(outcome)) is Action.READ


@pytest.mark.parametrize(
    "stamp",
    [
        replace(STAMP, size=11),
        replace(STAMP, mtime_ns=1001),
        replace(STAMP, mtime_ns=999),
        replace(STAMP, ctime_ns=2001),
        replace(STAMP, inode=8),
    ],
    ids=["size", "later", "clock went back", "replaced", "renamed over"],
)
def test_plan__changed_stamp(stamp: FileStamp) -> None:
    assert plan(stamp, known(Outcome.INDEXED)) is Action.READ


def test_plan__stamp_of_an_earlier_version_is_compared_once() -> None:
    before = KnownStamp(FileId(1), STAMP.size, STAMP.mtime_ns, Outcome.INDEXED, "")
    assert plan(STAMP, before) is Action.READ


@pytest.mark.parametrize(
    ("stamp", "given_up_by", "expected"),
    [
        (STAMP, "1", Action.KEEP),
        (STAMP, "2", Action.READ),
        (STAMP, "", Action.READ),
        (replace(STAMP, mtime_ns=1001), "1", Action.READ),
        (replace(STAMP, ctime_ns=2001), "1", Action.READ),
    ],
    ids=["same", "newer reader", "may pass", "changed", "replaced"],
)
def test_plan__what_failed(stamp: FileStamp, given_up_by: str, expected: Action) -> None:
    before = known(Outcome.FAILED, given_up_by=given_up_by)
    assert plan(stamp, before, reader="1") is expected
    assert plan(stamp, before) is Action.READ


def test_plan__skipped_for_the_same_reason_is_not_written_again() -> None:
    skipped = SkippedPath(path=PATH, reason=Message.of("reason.hidden"))
    assert plan(skipped, known(Outcome.SKIPPED, skipped.reason.to_json())) is Action.KEEP
    assert plan(skipped, known(Outcome.SKIPPED, "A link.")) is Action.SKIP
    assert plan(skipped, known(Outcome.INDEXED)) is Action.SKIP
    assert plan(skipped, None) is Action.SKIP
