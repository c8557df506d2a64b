"""``bench busy`` measures real searches against a real server."""

from __future__ import annotations

from pathlib import Path

import orjson
from click.testing import CliRunner

from qwen3vl_app.cli.main import main


def test_bench_busy__compares_with_the_quiet_time(tmp_path: Path) -> None:
    arguments = ["bench", "busy", "--rounds", "1", "--people", "3", "--files", "40"]
    arguments += ["--more", "250", "--json", "--in", str(tmp_path)]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    measures = {one["name"]: one for one in orjson.loads(result.stdout)["measures"]}
    assert len(measures) == 16
    for name, one in measures.items():
        assert one["value"] > 0, name
    quiet = measures["busy: recall, quiet"]["value"]
    while_indexing = measures["busy: recall, while indexing"]["value"]
    ratio = measures["busy: recall, while indexing, of quiet"]
    assert abs(ratio["value"] - while_indexing / quiet) < 0.1
    assert ratio["goal"] == 1.5
    assert list(tmp_path.iterdir()) == []
