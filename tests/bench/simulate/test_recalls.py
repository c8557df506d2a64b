"""More probes and more refinement never find less; all lists find what an exact search does."""

from __future__ import annotations

import numpy as np
import pytest

from qwen3vl_app.bench.simulate.recalls import PROBES, Recall, measure_recalls
from qwen3vl_app.bench.vectors import Likeness
from qwen3vl_app.index.formats import VectorFormat


@pytest.fixture(scope="module")
def rows() -> list[Recall]:
    likeness = Likeness(64)
    vectors = np.concatenate([*likeness.items(6000)])
    return measure_recalls(vectors, likeness.queries(vectors[:60]))


def probed(rows: list[Recall], form: VectorFormat, refined: int) -> list[float]:
    found = [one for one in rows if one.probes and (one.form, one.refined) == (form, refined)]
    assert tuple(one.probes for one in found) == PROBES
    return [one.recall for one in found]


def test_measure_recalls__formats_of_the_program(rows: list[Recall]) -> None:
    truth, *formats = (one for one in rows if one.probes is None)
    assert truth.recall == 1
    found = {one.form: one for one in formats}
    assert set(found) == set(VectorFormat)
    codes = 64 // 8 + 8
    assert [found[one].bytes for one in VectorFormat] == [256, 128 + codes, 68 + codes, codes]
    assert [found[one].codes for one in VectorFormat] == ["", *["1-bit codes"] * 3]
    assert found[VectorFormat.FLOAT32].recall == 1
    assert all(one.recall > 0.95 for one in formats)
    assert all(one.milliseconds > 0 and one.items == 6000 for one in rows)


@pytest.mark.parametrize(("form", "refined"), [("float32", 1), ("int8", 1), ("binary", 16)])
def test_measure_recalls__more_probes_find_more(
    rows: list[Recall], form: str, refined: int
) -> None:
    found = probed(rows, VectorFormat(form), refined)
    assert found == sorted(found)
    assert found[0] < 0.9 < found[-1]


def test_measure_recalls__refinement_finds_more_where_bits_are_few(rows: list[Recall]) -> None:
    once, some, many = (probed(rows, VectorFormat.BINARY, one)[-1] for one in (1, 4, 16))
    assert once < some < many
    assert many == pytest.approx(probed(rows, VectorFormat.FLOAT32, 1)[-1], abs=0.05)


def test_measure_recalls__bytes_are_codes_ids_and_what_refines(rows: list[Recall]) -> None:
    sizes = {(one.form, one.refined): one.bytes for one in rows if one.probes == 16}
    assert sizes[VectorFormat.FLOAT32, 1] == 4 * 64 + 8
    assert sizes[VectorFormat.INT8, 1] == 64 + 8
    assert sizes[VectorFormat.BINARY, 4] - sizes[VectorFormat.BINARY, 1] == 64
    assert sizes[VectorFormat.BINARY, 1] <= 64 // 8 + 8 + 8
