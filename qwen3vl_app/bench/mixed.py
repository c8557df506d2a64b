"""A folder as people have them: mostly pictures, some notes and documents, a few clips."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from PIL import Image

_NOTES, _DOCUMENTS, _CLIPS = 10, 5, 1
"""Of a hundred files; the rest are pictures."""

_PER_FOLDER = 100
_CLIP_SECONDS, _CLIP_RATE, _CLIP_SIZE = 12, 8, (320, 240)


def draw_picture(path: Path, seed: int, size: tuple[int, int] = (320, 240)) -> None:
    """A JPEG with large shapes and fine grain, as photographs have; another for every seed."""
    _drawn(seed, size).save(path, quality=85)


def draw_mixed(root: Path, count: int) -> None:
    """``count`` files that all differ, in folders of a hundred; 5,000 take about a minute."""
    for number in range(count):
        folder = root / f"{number // _PER_FOLDER:03}"
        folder.mkdir(parents=True, exist_ok=True)
        turn = number % _PER_FOLDER
        if turn < _CLIPS:
            _film(folder / f"{number}.mp4", number)
        elif turn < _CLIPS + _DOCUMENTS:
            first, *rest = (_drawn(3 * number + page, (620, 877)) for page in range(3))
            first.save(folder / f"{number}.pdf", save_all=True, append_images=rest)
        elif turn < _CLIPS + _DOCUMENTS + _NOTES:
            _write(folder / f"{number}.txt", number)
        else:
            draw_picture(folder / f"{number}.jpg", number, (640, 480))


def _drawn(seed: int, size: tuple[int, int]) -> Image.Image:
    chance = np.random.default_rng(seed)
    shapes = Image.fromarray(chance.integers(0, 256, (6, 8, 3), np.uint8)).resize(size)
    grain = chance.integers(0, 12, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(np.asarray(shapes) // 12 * 11 + grain)


def _write(path: Path, seed: int) -> None:
    """Some 1,000 words in paragraphs: a handful of passages."""
    chance = np.random.default_rng(seed)
    words = [f"word{number}" for number in chance.integers(0, 5000, 1000)]
    paragraphs = (" ".join(words[at : at + 80]) for at in range(0, len(words), 80))
    path.write_text("\n\n".join(paragraphs), encoding="ascii")


def _film(path: Path, seed: int) -> None:
    """A clip whose picture changes every four seconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=_CLIP_RATE)
        stream.width, stream.height = _CLIP_SIZE
        stream.pix_fmt = "yuv420p"
        for number in range(_CLIP_SECONDS * _CLIP_RATE):
            shot = number // (4 * _CLIP_RATE)
            pixels = np.asarray(_drawn(1000 * seed + shot, _CLIP_SIZE))
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
