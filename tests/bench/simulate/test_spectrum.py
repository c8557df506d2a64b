"""Made-up vectors lie as those do that they are made after."""

from __future__ import annotations

import numpy as np
import pytest

from qwen3vl_app.bench.simulate.recalls import measure_recalls
from qwen3vl_app.bench.simulate.spectrum import QUERY_COSINE, Spectrum, unit
from qwen3vl_app.bench.vectors import Likeness
from qwen3vl_app.errors import BenchError
from qwen3vl_app.types import Vectors


def library(count: int = 4000, dimension: int = 64) -> Vectors:
    return np.concatenate([*Likeness(dimension).items(count)])


def drawn(spectrum: Spectrum, count: int, seed: int = 0) -> Vectors:
    return np.concatenate([*spectrum.items(count, seed)])


def variances(vectors: Vectors) -> Vectors:
    return np.linalg.eigvalsh(np.cov(vectors.T))[::-1]


def test_items__have_mean_and_spectrum_of_the_sampled() -> None:
    real = library()
    made_up = drawn(Spectrum.of(real), 4000)
    assert np.linalg.norm(made_up, axis=1) == pytest.approx(1, abs=1e-5)
    assert float(unit(made_up.mean(axis=0)) @ unit(real.mean(axis=0))) > 0.97
    have, want = variances(made_up), variances(real)
    assert have.sum() == pytest.approx(want.sum(), rel=0.1)
    assert np.cumsum(have)[[7, 31]] == pytest.approx(np.cumsum(want)[[7, 31]], rel=0.15)


def test_items__are_found_as_the_sampled_are() -> None:
    real = library()
    spectrum = Spectrum.of(real)
    made_up = drawn(spectrum, len(real))
    pairs = zip(
        measure_recalls(real, spectrum.queries(real[:100])),
        measure_recalls(made_up, spectrum.queries(made_up[:100])),
        strict=True,
    )
    apart = [abs(one.recall - other.recall) for one, other in pairs]
    assert max(apart) < 0.15
    assert np.median(apart) < 0.07


def test_items__are_the_same_for_the_same_seed_however_many_pieces() -> None:
    spectrum = Spectrum.of(library(1000))
    pieces = list(spectrum.items(12_000, seed=4))
    assert [len(one) for one in pieces] == [10_000, 2000]
    assert np.array_equal(np.concatenate(pieces), drawn(spectrum, 12_000, seed=4))
    assert not np.array_equal(pieces[0], drawn(spectrum, 10_000, seed=5))


def test_queries__are_at_a_text_s_distance_from_their_items() -> None:
    real = library(1000)
    asked = Spectrum.of(real).queries(real[:50])
    assert (asked * real[:50]).sum(axis=1) == pytest.approx(QUERY_COSINE, abs=1e-5)


def test_stretched__keeps_how_much_there_is_and_how_it_falls() -> None:
    spectrum = Spectrum.of(library(1000))
    wide = spectrum.stretched(256)
    assert wide.dimension == 256
    for one, other in ((spectrum.within, wide.within), (spectrum.between, wide.between)):
        assert other.variances.sum() == pytest.approx(one.variances.sum())
        assert (np.diff(other.variances) <= 1e-12).all()
        half, quarter = other.variances[:128].sum(), one.variances[:32].sum()
        assert half == pytest.approx(quarter, rel=0.05)
    assert wide.effective_dimensions == pytest.approx(4 * spectrum.effective_dimensions, rel=0.1)
    assert drawn(wide, 100).shape == (100, 256)


def test_of__refuses_what_says_nothing() -> None:
    with pytest.raises(BenchError, match="too few"):
        Spectrum.of(library(99))
