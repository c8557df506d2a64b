"""What is told of pinned questions and of test sets, on the page and by commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen3vl_app.evaluation.conditions import changed
from qwen3vl_app.evaluation.pinning import Moved, moved
from qwen3vl_app.search.answers import item_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen3vl_app.evaluation.pinning import Checked
    from qwen3vl_app.services import Services
    from qwen3vl_app.store.test_sets import KeptEvaluation
    from qwen3vl_app.types.pin import Pin


def pin_row(services: Services, pin: Pin) -> dict[str, Any]:
    """What is told of a pin."""
    item = None if pin.item is None else services.library.item(pin.item)
    latest = pin.latest
    return {
        "pin": pin.id,
        "question": pin.question.written(),
        "must": pin.must,
        "first": pin.first,
        "item": None if item is None else item_row(item),
        "made": pin.made,
        "asked": None if latest is None else latest.asked,
        "holds": None if latest is None else latest.holds,
        "rank": None if latest is None else latest.rank,
        "moved": None
        if latest is None or latest.holds
        else _moved_row(services, moved(pin.held, latest)),
    }


def checked_row(services: Services, one: Checked) -> dict[str, Any]:
    """What is told of a pin that was asked now."""
    state = one.state
    return pin_row(services, one.pin) | {
        "holds": one.holds,
        "asked": None if state is None else state.asked,
        "rank": None if state is None else state.rank,
        "recall_rank": None if state is None else state.recall_rank,
        "conditions": None if state is None else state.conditions,
        "why": str(one.why),
        "moved": _moved_row(services, one.moved),
    }


def _moved_row(services: Services, found: Moved | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "rank_before": found.before,
        "above": [item_row(item) for item in services.library.items(found.above).values()],
        "changed": list(found.changed),
    }


def history_rows(evaluations: Iterable[KeptEvaluation], measure: str) -> list[dict[str, Any]]:
    """The history of a set, oldest first: the mean of each stage, and what has changed."""
    rows: list[dict[str, Any]] = []
    for kept in evaluations:
        said, before = kept.answer, rows[-1]["conditions"] if rows else None
        rows.append(
            {
                "run": kept.id,
                "ran": kept.ran,
                "means": {
                    stage: values[measure]
                    for stage, values in said["stages"].items()
                    if measure in values
                },
                "changed": list(changed(before, said["conditions"])),
                "conditions": said["conditions"],
            }
        )
    return rows
