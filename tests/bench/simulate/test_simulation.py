"""``bench scale --simulate`` as a whole, and the tables of ``docs/SCALE.md``."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import orjson
import pytest
from click.testing import CliRunner, Result

from qwen3vl_app.bench.filling import fill
from qwen3vl_app.bench.simulate import report as simulation
from qwen3vl_app.bench.simulate.plan import Terms, held, plan
from qwen3vl_app.bench.simulate.rates import PAGE, PICTURE, STORE, operations
from qwen3vl_app.bench.simulate.report import check_memory, searches_of
from qwen3vl_app.bench.simulate.tables import dollars, lasting, many, size, table
from qwen3vl_app.bench.vectors import Likeness
from qwen3vl_app.cli.main import main
from qwen3vl_app.cli.simulation import SIMULATION_NAMES
from qwen3vl_app.errors import BenchError
from qwen3vl_app.index.formats import VectorFormat
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import Space

DOCUMENT = Path(__file__).parents[3] / "docs" / "SCALE.md"


def ran(*arguments: str) -> Result:
    command = ["bench", "scale", "--simulate", *arguments]
    return CliRunner().invoke(main, command, catch_exceptions=False)


def test_plan__is_what_the_document_says() -> None:
    printed = ran("--plan").stdout.strip()
    assert len(printed.splitlines()) > 40
    written = DOCUMENT.read_text(encoding="utf-8")
    for one in printed.split("\n\n"):
        assert one in written, "print the tables anew: bench scale --simulate --plan"


def test_document__marks_every_column_of_numbers() -> None:
    """But for counts that were given, and what says of itself what it is."""
    given = {"by", "load", "servers", "mark", "pictures/s", "pages/s", "a query", "pairs/s"}
    given |= {"from", "breaks first", "takes over"}  # with their own marks
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    heads = [before for before, line in pairwise(lines) if line.startswith("| --")]
    assert len(heads) > 6
    for head in heads:
        _, *columns = (cell.strip() for cell in head.strip("|").split("|"))
        unmarked = {one for one in columns if not one.endswith(("(M)", "(S)", "(C)"))}
        assert unmarked <= given, head


def test_operations__are_those_of_the_published_shapes() -> None:
    two, eight = 1.409e9, 6.946e9  # weights of the text layers
    text = 2 * np.array([two, eight]) * (PICTURE + 25)
    assert operations("2b", PICTURE) == pytest.approx(1.574e12, rel=1e-3)
    assert operations("8b", PICTURE) / operations("2b", PICTURE) == pytest.approx(3.16, abs=0.02)
    assert operations("2b", PICTURE) > text[0]
    assert operations("8b", PICTURE) > text[1]
    assert operations("2b", PAGE) > 5 * operations("2b", PICTURE)


def test_held__small_is_local_and_large_is_served() -> None:
    small = held(10_000, 2048, VectorFormat.FLOAT32, Terms())
    assert (small.local, small.nodes, small.how) == (True, 1, "all vectors")
    assert small.memory == 10_000 * (8192 + STORE.bookkeeping)
    assert small.disk == 10_000 * (2 * 8192 + STORE.row + STORE.thumbnail)
    middle = held(1_000_000, 2048, VectorFormat.BINARY, Terms())
    assert (middle.how, middle.memory) == ("1-bit codes", 1e6 * (264 + STORE.bookkeeping))
    large = held(1_000_000_000, 2048, VectorFormat.BINARY, Terms())
    assert (large.local, large.memory) == (False, 1e9 * (264 + 2048 + 8))
    assert large.nodes == 13 + 1  # of 256 GB, 70 of 100 full
    assert large.month == pytest.approx(14 * 2 * 730 + large.disk / 1e9 * 0.08)


def test_plan__follows_its_terms() -> None:
    usual, other = plan(Terms()), plan(Terms(pictures=212, gpu_hour=6, days=3.5))
    pairs = [*zip(usual.embedded, other.embedded, strict=True)]
    assert len(pairs) == 8
    for one, twice in pairs:
        assert twice.pictures == pytest.approx(one.pictures / 2)
        assert twice.cost == pytest.approx(one.cost)
    assert usual.embedded[0].pictures == pytest.approx(10_000 / 106)
    assert len(usual.kept) == 4 * 2 * 3
    told = orjson.loads(ran("--plan", "--json", "--gpu-hour", "6", "--pictures", "212").stdout)
    assert told["terms"]["gpu_hour"] == 6
    assert told["embedded"][-1]["items"] == 1_000_000_000
    assert told["embedded"][0]["cost"] == pytest.approx(usual.embedded[0].cost)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    space = Space(model="drawn", dimension=48, fingerprint="drawn")
    fill(tmp_path / "library", space, Likeness(48).items(400))
    return tmp_path / "library"


def test_simulate__of_a_library(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "SIZES", (600, 1200))
    monkeypatch.setattr(simulation, "LOADS", (0.5,))
    before = (filled / "library.db").read_bytes()
    arguments = ["--library", str(filled), "--seed", "2", "--recall-ms", "20"]
    told = orjson.loads(ran(*arguments, "--dimensions", "96", "--json").stdout)
    assert (told["sample"], told["vectors"], told["dimension"]) == ("a library, drawn", 400, 48)
    assert told["made_up_dimension"] == 96
    assert {one["items"] for one in told["recalls"]} == {600, 1200}
    assert all(0 < one["recall"] <= 1 for one in told["recalls"])
    assert {one["sampled"]["items"] for one in told["likeness"]} == {400}
    assert told["latencies"][-1]["name"] == "as given"
    assert len(told["losses"]) == 12
    assert (filled / "library.db").read_bytes() == before

    said = ran(*arguments).stdout
    for mark in ("(M)", "(S)", "(C)", "400 vectors of 48 dimensions", "as given", "by theory"):
        assert mark in said


def test_simulate__of_an_empty_library_says_so(tmp_path: Path) -> None:
    Library.open(tmp_path / "empty").close()
    result = ran("--library", str(tmp_path / "empty"))
    assert result.exit_code == 1
    assert "Nothing in" in result.stderr


@pytest.mark.parametrize("name", SIMULATION_NAMES)
def test_scale__options_of_the_simulation_go_with_it(name: str) -> None:
    option = f"--{name.replace('_', '-')}"
    given = [option] if name in ("plan", "large") else [option, "100"]
    result = CliRunner().invoke(main, ["bench", "scale", *given])
    assert result.exit_code == 2
    assert f"{option} goes with --simulate" in result.stderr


def test_check_memory__counts_before_it_takes() -> None:
    check_memory(10, 10)
    with pytest.raises(BenchError, match="GB of memory"):
        check_memory(10**9, 4096)


def test_searches_of__what_was_given() -> None:
    assert searches_of(None, 100) == []
    (one,) = searches_of(20, 80)
    assert one.seconds == pytest.approx(0.1)
    assert searches_of(20, None)[0].steps == 0


def test_table__stands_as_markdown_has_it() -> None:
    assert table(("a", "bb (C)"), [("x", "1"), ("yyy", "22")]) == [
        "| a   | bb (C) |",
        "| --- | -----: |",
        "| x   |      1 |",
        "| yyy |     22 |",
    ]
    assert [many(one) for one in (999, 10_000, 5.6e6, 1e9)] == ["999", "10 k", "5.6 M", "1 B"]
    assert [size(one) for one in (5e3, 8.4e7, 3.6e12)] == ["5 kB", "84 MB", "3.6 TB"]
    spans = [lasting(one) for one in (0.0029, 1.5, 119, 7199, 2 * 86_400, 3e8)]
    assert spans == ["2.9 ms", "1.5 s", "119 s", "120 min", "2 d", "9.5 years"]
    assert [dollars(one) for one in (0.02, 3.791, 378.8, 71_543)] == [
        "$0.02", "$3.79", "$379", "$71,500",
    ]  # fmt: skip
