"""``bench soak`` serves real tabs; its figures are those of a plot."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from qwen3vl_app.bench.soak import percentile, slope
from qwen3vl_app.bench.tabs import HABITS, form_of
from qwen3vl_app.cli.main import main

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="reads /proc, which only Linux has"
)


def test_slope__is_that_of_the_line() -> None:
    assert slope([(0, 1), (1, 3), (2, 5)]) == pytest.approx(2)
    assert slope([(0, 1), (1, 2), (2, 1), (3, 2)]) == pytest.approx(0.2)
    assert slope([(0, 5)]) == slope([]) == slope([(1, 1), (1, 9)]) == 0


def test_percentile__of_few_and_none() -> None:
    assert percentile([1, 2, 3, 4], 0.5) == 3
    assert percentile([1, 2], 0.95) == 2
    assert percentile([], 0.5) == 0


def test_form__is_another_picture_every_time() -> None:
    assert form_of(1) == form_of(1) != form_of(2)


def test_bench_soak__has_every_habit_and_no_error(tmp_path: Path) -> None:
    arguments = ["bench", "soak", "--minutes", "0.3", "--sessions", str(len(HABITS))]
    arguments += ["--files", "8", "--json", "--in", str(tmp_path)]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    report = orjson.loads(result.stdout)
    values = {one["name"]: one["value"] for one in report["measures"]}
    assert report["errors"] == []
    assert values["soak: errors"] == 0
    assert 0 < values["soak: sessions"] <= len(HABITS)
    assert values["soak: memory at the start"] > 100
    assert sum(one["sessions"] for one in report["minutes"]) == values["soak: sessions"]
    assert all(one["descriptors"] > 0 for one in report["minutes"])
    assert list(tmp_path.iterdir()) == []
