import numpy as np
import pytest
import torch
from PIL import Image

from qwen3vl_app.budget import Budget, tokens_per_pair
from qwen3vl_app.models.prompt.layout import clip_size, stamps
from qwen3vl_app.models.vision.patches import (
    clip_patches,
    cut,
    grid_of,
    picture_patches,
)
from qwen3vl_app.types import Clip


def numbered(width, height):
    """A picture whose red is the patch's column and whose green is its row."""
    rows, columns = np.mgrid[0:height, 0:width] // 16
    pixels = np.stack([columns, rows, np.zeros_like(rows)], axis=-1).astype(np.uint8)
    return Image.fromarray(pixels)


def clip(count, size=(64, 64), *, from_file=True):
    frames = tuple(Image.new("RGB", size, (i, i, i)) for i in range(count))
    return Clip(frames=frames, seconds=tuple(float(i) for i in range(count)), from_file=from_file)


def test_picture_patches__the_four_patches_of_a_token_are_neighbours():
    patches = picture_patches(numbered(64, 64), (64, 64))
    levels = (patches.values.reshape(16, 3, 2, 16, 16) * 0.5 + 0.5) * 255
    order = [(int(p[0].mean().round()), int(p[1].mean().round())) for p in levels]
    assert order[:8] == [(0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (3, 0), (2, 1), (3, 1)]
    assert patches.grid == (1, 4, 4)


def test_picture_patches__a_still_is_shown_twice():
    patches = picture_patches(numbered(32, 32), (32, 32)).values.reshape(4, 3, 2, 256)
    assert torch.equal(patches[:, :, 0], patches[:, :, 1])


def test_picture_patches__black_to_white_is_minus_one_to_one():
    for level, expected in ((0, -1.0), (255, 1.0)):
        picture = Image.new("RGB", (32, 32), (level, level, level))
        values = picture_patches(picture, (32, 32)).values
        assert values.shape == (4, 1536)
        assert torch.allclose(values, torch.full_like(values, expected), atol=1e-6)


def test_picture_patches__resizes_with_pillow():
    picture = Image.effect_noise((100, 70), 80).convert("RGB")
    resized = picture.resize((96, 64), Image.Resampling.BICUBIC)
    assert torch.equal(
        picture_patches(picture, (96, 64)).values, picture_patches(resized, (96, 64)).values
    )


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK"])
def test_picture_patches__any_mode(mode):
    values = picture_patches(Image.new(mode, (32, 32)), (32, 32)).values
    assert values.shape == (4, 1536)


def test_clip_patches__an_odd_last_frame_is_shown_twice():
    odd = clip_patches(clip(3), (64, 64))
    even = clip_patches(clip(4), (64, 64))
    assert odd.grid == even.grid == (2, 4, 4)
    last = odd.values.reshape(2, 16, 3, 2, 256)[1]
    assert torch.equal(last[:, :, 0], last[:, :, 1])


def test_clip_patches__resized_levels_stay_whole_and_in_range():
    frame = Image.effect_noise((70, 50), 255).convert("RGB")
    noisy = Clip(frames=(frame, frame), seconds=(0.0, 1.0))
    levels = (clip_patches(noisy, (128, 96)).values * 0.5 + 0.5) * 255
    assert torch.allclose(levels, levels.round(), atol=1e-3)
    assert levels.min() >= 0
    assert levels.max() <= 255.001


def test_stamps__mean_of_each_pair_and_the_odd_one():
    frame = Image.new("RGB", (32, 32))
    odd = Clip(frames=(frame,) * 3, seconds=(0.0, 1.0, 5.0))
    assert stamps(odd) == (0.5, 5.0)


def test_clip_size__a_list_is_measured_on_the_grid():
    # 320 × 240 becomes 320 × 256 as a picture, and 128 tokens want a larger clip
    listed = clip(4, (320, 240), from_file=False)
    assert clip_size(listed, Budget()) == Budget().fit_clip((320, 256), 4, from_file=False)


def test_cut__shape():
    patches = cut(torch.zeros(6, 3, 64, 96, dtype=torch.uint8))
    assert patches.grid == (3, 4, 6)
    assert patches.values.shape == (3 * 4 * 6, 1536)


def test_grid_of__and_tokens():
    assert grid_of((96, 64), 3) == (3, 4, 6)
    assert tokens_per_pair((96, 64)) == 6
