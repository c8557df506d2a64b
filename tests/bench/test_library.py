"""``bench library`` measures what it says; how fast things are is not a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import orjson
import pytest
from click.testing import CliRunner

from qwen3vl_app.bench import library as bench
from qwen3vl_app.bench.measures import Measure, interleaved, processor_seconds
from qwen3vl_app.bench.vectors import Likeness
from qwen3vl_app.cli.main import main

SMALL = bench.Size(files=300, pictures=20, vectors=2500, turns=1, queries=6)


def test_bench_library__every_goal_that_does_not_depend_on_speed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "QUICK", SMALL)
    arguments = ["bench", "library", "--quick", "--json", "--in", str(tmp_path)]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    report = orjson.loads(result.stdout)
    measures = {one["name"]: one for one in report["measures"]}
    assert measures["scan again: calls of the model"]["value"] == 0
    assert measures["1-bit: recall@10"]["value"] >= 0.99
    assert measures["exact: queries as IndexFlatIP"]["value"] == 100
    assert measures["1% filter: searches short of hits"]["value"] == 0
    assert all(one["value"] > 0 for one in measures.values() if one["unit"] in ("s", "ms", "/s"))
    assert {"processor", "cores", "load"} <= set(report["machine"])
    assert list(tmp_path.iterdir()) == []


def test_likeness__is_like_vectors_of_a_library() -> None:
    likeness = Likeness(256)
    items = np.concatenate(list(likeness.items(5000)))
    queries = likeness.queries(items[:50])
    assert np.linalg.norm(items, axis=1) == pytest.approx(1, abs=1e-5)
    near = np.sort(queries @ items.T, axis=1)[:, ::-1]
    assert 0.5 < near[:, 0].mean() < 0.8
    assert 0.3 < near[:, 9].mean() < 0.65
    assert 0.1 < np.median(near) < 0.35
    same = np.concatenate(list(Likeness(256).items(5000)))
    assert np.array_equal(items, same)


def test_measure__goal_is_a_floor_or_a_ceiling() -> None:
    assert Measure(name="", value=6, unit="x", goal=6).met is True
    assert Measure(name="", value=5, unit="s", goal=4, at_least=False).met is False
    assert Measure(name="", value=5, unit="s").met is None


def test_interleaved__all_take_turns_and_the_first_is_not_counted() -> None:
    seen: list[tuple[str, int]] = []

    def turns_of(name: str) -> Callable[[int], None]:
        return lambda turn: seen.append((name, turn))

    found = interleaved({name: turns_of(name) for name in "ab"}, 2)
    assert seen == [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2), ("b", 2)]
    assert set(found) == {"a", "b"}


def test_processor_seconds__counts_this_process() -> None:
    before = processor_seconds()
    sum(range(2_000_000))
    after = processor_seconds()
    assert before is None or (after is not None and after > before)
