"""Pictures and clips as the vision tower takes them: patches in merge order, and their grid.

The processors of transformers need torchvision, which cannot be installed beside the pinned
torch; this is what they compute, held to the reference by the golden vectors in
``tests/models``. Sources: ``fetch_image`` and ``fetch_video`` of qwen-vl-utils 0.0.14,
``Qwen2VLImageProcessorFast`` and ``Qwen3VLVideoProcessor`` of transformers 4.57.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from qwen3vl_app.budget import Size, still_size

if TYPE_CHECKING:
    from qwen3vl_app.types import Clip

Grid: TypeAlias = tuple[int, int, int]
"""(frame pairs, rows of patches, columns of patches)."""

PATCH = 16
"""Pixels of a patch's side."""

MERGE = 2
"""Patches along the side of one token."""

PAIR = 2
"""Frames per step in time; a still picture is shown twice."""

PATCH_NUMBERS = 3 * PAIR * PATCH * PATCH
"""Length of one patch: channel, frame, row, column."""


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """One picture or clip, cut up."""

    values: Tensor
    """Shape (t·h·w, 1536), pixels mapped to −1…1, float32 on the CPU."""

    grid: Grid


def grid_of(size: Size, pairs: int = 1) -> Grid:
    """The grid of something shown at ``size`` (multiples of 32)."""
    width, height = size
    return pairs, height // PATCH, width // PATCH


def picture_patches(picture: Image.Image, size: Size) -> Patches:
    """A picture as :func:`picture_pixels` has it, cut up."""
    pixels = torch.from_numpy(picture_pixels(picture, size)).permute(2, 0, 1)  # (3, H, W) uint8
    return cut(pixels[None].expand(PAIR, -1, -1, -1))


def picture_pixels(picture: Image.Image, size: Size) -> NDArray[np.uint8]:
    """A picture resized to ``size`` by Pillow, bicubic: shape (H, W, 3), uint8."""
    return _rgb(picture, size)


def clip_patches(clip: Clip, size: Size) -> Patches:
    """Frames as :func:`clip_pixels` has them, cut up; a last odd one is taken twice."""
    frames = clip_pixels(clip, size)
    frames += frames[-1:] * (len(frames) % PAIR)
    return cut(torch.stack(frames))


def clip_pixels(clip: Clip, size: Size) -> list[Tensor]:
    """Frames resized to ``size`` by torch, bicubic with antialias, rounded: (3, H, W), uint8."""
    still = None if clip.from_file else still_size(clip.frames[0].size)
    return [_resized(torch.from_numpy(_rgb(f, still)), size) for f in clip.frames]


def cut(frames: Tensor) -> Patches:
    """Cut frames into patches, the four patches of one token next to each other.

    Args:
        frames: Shape (T, 3, H, W), uint8; T even, H and W multiples of 32.

    Returns:
        Patches of grid (T/2, H/16, W/16).
    """
    t, _, height, width = frames.shape
    grid = grid_of((width, height), t // PAIR)
    block = MERGE * PATCH
    pixels = frames.to(torch.float32).mul_(1 / 255).sub_(0.5).div_(0.5)
    pixels = pixels.reshape(
        grid[0], PAIR, 3, height // block, MERGE, PATCH, width // block, MERGE, PATCH
    )
    pixels = pixels.permute(0, 3, 6, 4, 7, 2, 1, 5, 8)  # pair, block row/col, row/col in it, …
    return Patches(pixels.reshape(-1, PATCH_NUMBERS), grid)


def _rgb(picture: Image.Image, size: Size | None) -> NDArray[np.uint8]:
    """Shape (H, W, 3), a copy that torch may own."""
    picture = picture.convert("RGB")
    if size is not None and picture.size != size:
        picture = picture.resize(size, Image.Resampling.BICUBIC)
    return np.array(picture, dtype=np.uint8)


def _resized(pixels: Tensor, size: Size) -> Tensor:
    """One frame, (H, W, 3) uint8 in, (3, height, width) uint8 out.

    Done in float32 and rounded: torchvision resizes uint8 bicubic the same way on the CPUs
    the goldens come from, within half a level.
    """
    pixels = pixels.permute(2, 0, 1)
    width, height = size
    if pixels.shape[1:] == (height, width):
        return pixels
    resized = torch.nn.functional.interpolate(
        pixels[None].float(), size=(height, width), mode="bicubic", antialias=True
    )
    return resized.clamp_(0, 255).round_().to(torch.uint8)[0]
