"""``bench map``, on few vectors."""

from __future__ import annotations

from qwen3vl_app.bench.maps import measure_map


def test_measure_map__says_how_long_and_how_good(tmp_path):
    report = measure_map(300, tmp_path)
    *times, before, after = report.measures
    assert [one.value for one in times] == sorted(one.value for one in times)
    assert after.value > before.value
    assert times[-1].met
    assert not any(tmp_path.iterdir())
