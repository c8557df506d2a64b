from __future__ import annotations

import pytest

from qwen3vl_app.indexing.reasons import label, reason
from qwen3vl_app.messages import NOTHING, Message
from qwen3vl_app.types import Kind, Part, Place

PAGES = [Part(ordinal=n, kind=Kind.PAGE, place=Place(page=n + 1)) for n in range(40)]


def test_reason__nothing_failed() -> None:
    assert reason(PAGES, []) == NOTHING


def test_reason__some_pages() -> None:
    failures = [(PAGES[6], Message.free("Damaged.")), (PAGES[9], Message.free("Too large."))]
    assert str(reason(PAGES, failures)) == "2 of 40 pages could not be read: page 7: Damaged."


def test_reason__nothing_worked() -> None:
    assert reason(
        PAGES[:2], [(page, Message.free("Damaged.")) for page in PAGES[:2]]
    ) == Message.free("Damaged.")


@pytest.mark.parametrize(
    ("kind", "place", "expected"),
    [
        (Kind.PAGE, Place(page=7), "page 7"),
        (Kind.PASSAGE, Place(first_line=3, last_line=9), "lines 3–9"),
        (Kind.MOMENT, Place(start=56.0, end=64.4), "0:56–1:04"),
        (Kind.VIDEO, Place(start=0.0, end=64.4), "the whole video"),
        (Kind.PICTURE, Place(), "picture"),
    ],
)
def test_label__by_kind(kind: Kind, place: Place, expected: str) -> None:
    assert label(Part(ordinal=0, kind=kind, place=place)) == expected
