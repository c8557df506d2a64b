import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.budget import SIDE, Budget, fit, load_budget
from qwen3vl_app.errors import ModelLoadError

sides = st.integers(1, 40_000)
sizes = st.tuples(sides, sides).filter(lambda s: max(s) <= 200 * min(s))


def area(size):
    return size[0] * size[1] / SIDE**2


@given(sizes, st.integers(1, 64), st.integers(256, 4096))
def test_fit__multiples_of_32_within_the_limits(size, least, most):
    width, height = fit(size, least, most)
    assert width % SIDE == height % SIDE == 0
    assert least <= area((width, height)) <= most


@given(sizes, st.integers(1, 64), st.integers(256, 4096))
def test_fit__twice_is_once(size, least, most):
    once = fit(size, least, most)
    assert fit(once, least, most) == once


@given(sizes)
def test_fit__keeps_the_orientation(size):
    width, height = fit(size, 4, 1800)
    assert (width >= height) if size[0] >= size[1] else (width <= height)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((320, 256), (320, 256)),
        ((335, 240), (320, 256)),  # to the nearest multiple; 240 / 32 = 7.5 rounds to even
        ((1, 1), (64, 64)),  # up to 4 tokens
        ((4000, 3000), (1536, 1152)),  # 48 × 36 = 1728 tokens, the most that fit 1800
        ((6400, 32), (6400, 32)),
    ],
)
def test_fit_picture__by_hand(size, expected):
    assert Budget().fit_picture(size) == expected


def test_fit_clip__a_file_is_limited_per_pair():
    assert area(Budget().fit_clip((1920, 1080), 64, from_file=True)) == 36 * 20


def test_fit_clip__a_file_shows_at_least_128_tokens():
    assert area(Budget().fit_clip((64, 64), 4, from_file=True)) >= 128


def test_fit_clip__a_list_shares_the_total():
    # 7680 tokens for 32 pairs leave 240 each
    assert area(Budget().fit_clip((1920, 1080), 64, from_file=False)) <= 240


def test_fit_clip__a_long_list_keeps_the_minimum():
    # 7680 / 100 pairs would be 76 tokens, less than the 1.05 × 128 that always remain
    assert 100 < area(Budget().fit_clip((1920, 1080), 200, from_file=False)) <= 134.4


def test_load_budget__absent_is_the_reference(tmp_path):
    assert load_budget(tmp_path) == Budget()


def test_load_budget__of_the_checkpoint(tmp_path):
    (tmp_path / "budget.json").write_text('{"max_picture_tokens": 16, "fps": 2}')
    assert load_budget(tmp_path) == Budget(max_picture_tokens=16, fps=2)


@pytest.mark.parametrize(
    "text", ["{", '{"colour": 1}', "[]", "3", '{"fps": "fast"}', '{"max_frame_tokens": 9}']
)
def test_load_budget__damaged(tmp_path, text):
    (tmp_path / "budget.json").write_text(text)
    with pytest.raises(ModelLoadError, match=r"budget\.json"):
        load_budget(tmp_path)
