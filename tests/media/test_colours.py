from __future__ import annotations

import av
import numpy as np
import pytest
from PIL import Image

from qwen3vl_app.media.clips import read_clips
from qwen3vl_app.media.colours import HLG, PQ, table_for, to_srgb
from qwen3vl_app.media.sampling import Span

BT2020, P3, BT709 = 9, 12, 1
MEANT = [
    (220, 40, 40),
    (40, 180, 60),
    (50, 80, 220),
    (230, 200, 40),
    (128, 128, 128),
    (20, 20, 20),
]


def coded(colours, transfer, primaries) -> np.ndarray:
    """sRGB as a camera codes it, (N, 3) of 0 to 1; the formulas the other way round."""
    signal = np.array(colours) / 255
    light = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    to_bt2020 = [  # ITU-R BT.2087-0, table 1
        [0.6274, 0.3293, 0.0433],
        [0.0691, 0.9195, 0.0114],
        [0.0164, 0.0880, 0.8956],
    ]
    if primaries == BT2020:
        light = light @ np.array(to_bt2020).T
    if transfer == PQ:  # ITU-R BT.2100-2, table 4
        power = (light * 203 / 10_000) ** 0.1593017578125
        return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375
    # ITU-R BT.2100-2, table 5: first the inverse OOTF for 1000 cd/m²
    shown = light * 203 / 1000
    bright = shown @ [0.2627, 0.6780, 0.0593]
    scene = shown * np.clip(bright, 1e-9, None)[:, None] ** (1 / 1.2 - 1)
    low = np.sqrt(3 * scene)
    high = 0.17883277 * np.log(np.clip(12 * scene - 0.28466892, 1e-9, None)) + 0.55991073
    return np.where(scene <= 1 / 12, low, high)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_to_srgb__colours_that_were_meant(transfer):
    found = to_srgb(coded(MEANT, transfer, BT2020), transfer, BT2020) * 255
    assert np.abs(found - MEANT).max() < 1.5


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_to_srgb__white_is_white_and_brighter_is_no_other_colour(transfer):
    white, red = coded([(255, 255, 255), (255, 120, 120)], transfer, BT2020)
    assert to_srgb(white[None], transfer, BT2020)[0] * 255 == pytest.approx([251] * 3, abs=2)
    bright = to_srgb(red[None] * 1.15, transfer, BT2020)[0] * 255  # several times as much light
    assert bright[0] >= 254
    assert bright[1] == pytest.approx(bright[2], abs=6)  # in light they are equal to begin with
    assert bright[1] < 200
    assert to_srgb(np.ones((1, 3)), transfer, BT2020) == pytest.approx(1.0, abs=0.005)


def test_to_srgb__wide_colour_of_usual_brightness():
    """The reddest red of sRGB is not the reddest of P3: (234, 51, 35) there (CSS Color 4)."""
    found = to_srgb(np.array([[234, 51, 35]]) / 255, 1, P3) * 255
    assert found[0, 0] > 253
    assert found[0, 1:].max() < 12


def test_table_for__usual_video_has_none():
    assert table_for(1, BT709) is None
    assert table_for(2, 2) is None
    assert table_for(13, 6) is None
    assert table_for(PQ, 2) is not None
    assert table_for(1, BT2020) is not None


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_table_for__as_exact_as_eight_bits_allow(transfer):
    signal = coded(MEANT, transfer, BT2020)
    picture = Image.fromarray(np.rint(signal * 255).astype(np.uint8)[None])
    found = np.asarray(picture.filter(table_for(transfer, BT2020)), np.int16)[0]
    assert np.abs(found - MEANT).max() <= 6


@pytest.mark.parametrize("matrix", [1, 5], ids=["bt709", "bt601"])
@pytest.mark.parametrize("whole", [1, 2], ids=["limited range", "full range"])
@pytest.mark.parametrize("reference", [True, False])
def test_read_clips__matrix_and_range_as_the_stream_says(
    tmp_path, options, matrix, whole, reference
):
    path = tmp_path / "a.mp4"
    pixels = np.repeat(np.repeat(np.array([MEANT], np.uint8), 64, axis=0), 32, axis=1)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 192, 64, "yuv420p"
        stream.options = {"crf": "4"}
        context = stream.codec_context
        context.colorspace, context.color_range = matrix, whole
        for _ in range(4):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
                format="yuv420p",
                dst_colorspace={1: "ITU709", 5: "ITU601"}[matrix],
                dst_color_range=whole,
            )
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    options = type(options)(
        budget=options.budget, limits=options.limits, moment_seconds=8.0, reference=reference
    )
    (found,) = read_clips(path, [Span(fps=1.0, max_frames=4)], options)
    middles = np.asarray(found.clip.frames[0], np.int16)[32, 16::32]
    assert np.abs(middles - MEANT).max() <= 5


def test_read_clips__tagged_hlg(tmp_path, options):
    path = tmp_path / "a.mp4"
    signal = np.rint(coded(MEANT, HLG, BT2020) * 255).astype(np.uint8)
    pixels = np.repeat(np.repeat(signal[None], 64, axis=0), 32, axis=1)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx265", rate=10)
        stream.width, stream.height, stream.pix_fmt = 192, 64, "yuv420p10le"
        stream.options = {
            "x265-params": "log-level=none:colorprim=bt2020:transfer=arib-std-b67:"
            "colormatrix=bt2020nc:crf=4"
        }
        stream.codec_context.colorspace = 9
        for _ in range(4):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            file.mux(stream.encode(frame.reformat(format="yuv420p10le", dst_colorspace="BT2020")))
        file.mux(stream.encode())
    (found,) = read_clips(path, [Span(fps=1.0, max_frames=4)], options)
    middles = np.asarray(found.clip.frames[0], np.int16)[32, 16::32]
    assert np.abs(middles - MEANT).max() <= 12
