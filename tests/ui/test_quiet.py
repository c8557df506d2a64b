from __future__ import annotations

import logging

import pytest

from qwen3vl_app.ui.quiet import KINDS, OncePerMinute


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(line: int, message: str, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("x", logging.WARNING, "x.py", line, message, ("a",), info)


def raised(kind: type[Exception]) -> Exception:
    with pytest.raises(kind) as caught:
        raise kind("what a client sent")
    return caught.value


def test_lines__one_of_a_kind_a_minute():
    clock = Clock()
    quiet = OncePerMinute(clock)
    assert [quiet.filter(record(1, f"{n} %s")) for n in range(100)] == [True] + [False] * 99
    assert quiet.filter(record(2, "another %s"))
    clock.now = 61
    again = record(1, "once more %s")
    assert quiet.filter(again)
    assert again.getMessage() == "once more a (99 more of these since the last line)"


def test_errors__of_other_classes_are_other_kinds():
    quiet = OncePerMinute(Clock())
    assert quiet.filter(record(1, "%s", raised(ValueError)))
    assert quiet.filter(record(1, "%s", raised(KeyError)))
    assert not quiet.filter(record(1, "%s", raised(ValueError)))


def test_kinds__are_bounded():
    quiet = OncePerMinute(Clock())
    for line in range(3 * KINDS):
        quiet.filter(record(line, "%s"))
    assert len(quiet._seen) == KINDS
