"""``bench memory`` really indexes, and counts the processes that read."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from qwen3vl_app.bench.bombs import draw_bombs
from qwen3vl_app.bench.memory import held_by
from qwen3vl_app.bench.mixed import draw_mixed
from qwen3vl_app.budget import Budget
from qwen3vl_app.cli.main import main
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.settings import Limits

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="reads /proc, which only Linux has"
)


def test_draw_mixed__mostly_pictures_and_no_two_alike(tmp_path: Path) -> None:
    draw_mixed(tmp_path, 100)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert Counter(path.suffix for path in files) == {
        ".jpg": 84, ".txt": 10, ".pdf": 5, ".mp4": 1,
    }  # fmt: skip
    assert len({path.read_bytes() for path in files}) == 100


def test_bench_memory__has_every_file_and_both_numbers(tmp_path: Path) -> None:
    arguments = ["bench", "memory", "--files", "12", "--json", "--in", str(tmp_path)]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    report = orjson.loads(result.stdout)
    values = {one["name"]: one["value"] for one in report["measures"]}
    assert values["memory: 12 mixed files, indexed"] == 12
    assert values["memory: items they gave"] > 12 + 5 * 2
    resident = values["memory: largest resident set, all processes"]
    assert 200 < values["memory: the same, what they share counted once"] <= resident
    assert values["memory: files made to fill it, refused"] == 3
    assert 50 < values["memory: most held by the processes that read them"] < 2 * 2200
    assert list(tmp_path.iterdir()) == []


def test_bombs__each_is_refused_for_what_it_is(tmp_path: Path) -> None:
    assert draw_bombs(tmp_path / "bombs") == 3
    reader = Reader(Budget(), Limits(), workers=1)
    for name, said in (("icon.ico", "400 megapixels"), ("canvas.gif", "196 megapixels")):
        with pytest.raises(UnreadableMediaError, match=said):
            reader.outline(tmp_path / "bombs" / name)
    path = tmp_path / "bombs" / "text.pdf"
    with pytest.raises(UnreadableMediaError, match=r"memory|characters"):
        reader.read(path, reader.outline(path).parts)
    reader.close()


def test_held_by__counts_the_children() -> None:
    text = "import subprocess, sys; subprocess.run([sys.executable, '-c', {!r}])"
    child = "x = bytearray(80_000_000); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", text.format(child)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        program.stdout.readline()
        assert held_by(program.pid).resident > 80
        program.stdin.close()
