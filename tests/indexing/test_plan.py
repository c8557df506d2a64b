from __future__ import annotations

from pathlib import Path

import pytest

from qwen3vl_app.indexing.plan import Action, plan
from qwen3vl_app.store.rows import FileId, KnownStamp
from qwen3vl_app.types import FileStamp, Outcome, SkippedPath

PATH = Path("/p/a.png")
STAMP = FileStamp(path=PATH, size=10, mtime_ns=1000)


def known(outcome: Outcome | None, reason: str = "") -> KnownStamp:
    return KnownStamp(FileId(1), STAMP.size, STAMP.mtime_ns, outcome, reason)


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
        FileStamp(path=PATH, size=11, mtime_ns=1000),
        FileStamp(path=PATH, size=10, mtime_ns=1001),
        FileStamp(path=PATH, size=10, mtime_ns=999),
    ],
    ids=["size", "later", "clock went back"],
)
def test_plan__changed_stamp(stamp: FileStamp) -> None:
    assert plan(stamp, known(Outcome.INDEXED)) is Action.READ


def test_plan__skipped_for_the_same_reason_is_not_written_again() -> None:
    skipped = SkippedPath(path=PATH, reason="Hidden.")
    assert plan(skipped, known(Outcome.SKIPPED, "Hidden.")) is Action.KEEP
    assert plan(skipped, known(Outcome.SKIPPED, "A link.")) is Action.SKIP
    assert plan(skipped, known(Outcome.INDEXED)) is Action.SKIP
    assert plan(skipped, None) is Action.SKIP
