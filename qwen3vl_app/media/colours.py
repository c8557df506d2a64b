"""Frames of wide colour and high dynamic range as the sRGB picture that is meant.

Telephones film in HLG or PQ with the primaries of BT.2020; taken for sRGB, white is grey and all
colours are dull. The way back is that of the standards: the transfer function (ITU-R BT.2100-2,
tables 4 and 5), diffuse white at 203 cd/m² (ITU-R BT.2408-5, 2.2), the primaries (ITU-R
BT.2020-2, SMPTE RP 431-2, ITU-R BT.709-6), and the transfer function of sRGB (IEC 61966-2-1).
What is brighter than white is squeezed into the last tenth, by its brightest channel, so that no
hue turns.

It is computed once, as a table that Pillow looks colours up in: 0.4 s for a frame of 4K.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFilter

Values = NDArray[np.float64]

PQ, HLG = 16, 18
"""Transfer functions by their numbers in ITU-T H.273, table 3."""

_PRIMARIES = {
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # BT.2020
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # P3; with DCI's white taken for D65
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # P3-D65
}
"""Chromaticities of red, green and blue by the numbers of ITU-T H.273, table 2; those that are
not here are nearly those of sRGB."""

_SRGB = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
_D65 = (0.3127, 0.3290)
_WHITE = 203.0
"""cd/m² of diffuse white in PQ and HLG."""

_HLG_PEAK = 1000.0
"""cd/m² of the display for which HLG's reference white is at 203, with the gamma 1.2."""

_KNEE = 0.9
"""Linear light, white being 1, up to which nothing is changed."""

_TABLE = 65
"""Entries for each channel, the most that Pillow takes: 99 of 100 colours are within 4 levels of
the exact curve, those at the edge of what sRGB can show within 32."""


def table_for(transfer: int, primaries: int) -> ImageFilter.Color3DLUT | None:
    """What turns a frame's RGB into sRGB; None where it is sRGB or as good as that.

    Args:
        transfer: ``transfer_characteristics`` of ITU-T H.273.
        primaries: ``colour_primaries`` of ITU-T H.273.
    """
    if transfer in (PQ, HLG) or primaries in _PRIMARIES:
        return _table(transfer, primaries)
    return None


@lru_cache(maxsize=4)
def _table(transfer: int, primaries: int) -> ImageFilter.Color3DLUT:
    axis = np.linspace(0.0, 1.0, _TABLE)
    # Pillow counts red fastest, so it is the last axis
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    signal = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    return ImageFilter.Color3DLUT(_TABLE, to_srgb(signal, transfer, primaries).ravel().tolist())


def to_srgb(signal: Values, transfer: int, primaries: int) -> Values:
    """RGB as coded, (N, 3) of 0 to 1, as sRGB of 0 to 1."""
    light = _linear(signal, transfer, primaries)
    if primaries in _PRIMARIES:
        light = light @ _between(_PRIMARIES[primaries]).T
    light = np.clip(light, 0.0, None)
    return _coded(_squeeze(light) if transfer in (PQ, HLG) else light)


def _linear(signal: Values, transfer: int, primaries: int) -> Values:
    """Light of the display, white being 1."""
    if transfer == PQ:
        m1, m2 = 2610 / 16384, 2523 / 4096 * 128
        c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
        root = signal ** (1 / m2)
        light: Values = (np.clip(root - c1, 0.0, None) / (c2 - c3 * root)) ** (1 / m1)
        return light * (10_000 / _WHITE)
    if transfer == HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
        weights = _luminance(_PRIMARIES.get(primaries, _SRGB))
        bright = np.clip(scene @ weights, 1e-9, None)[:, None]
        return scene * bright**0.2 * (_HLG_PEAK / _WHITE)
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def _squeeze(light: Values) -> Values:
    """Light of 0 to 1: unchanged up to the knee, smoothly less above it."""
    brightest = np.clip(light.max(axis=1, keepdims=True), 1e-9, None)
    rest = 1.0 - _KNEE
    wanted = _KNEE + rest * -np.expm1(-np.clip(brightest - _KNEE, 0.0, None) / rest)
    return light * np.where(brightest > _KNEE, wanted / brightest, 1.0)


def _coded(light: Values) -> Values:
    high: Values = 1.055 * np.clip(light, 0.0, 1.0) ** (1 / 2.4) - 0.055
    return np.where(light <= 0.0031308, light * 12.92, high)


def _between(primaries: tuple[tuple[float, float], ...]) -> Values:
    """Linear RGB of these primaries to that of sRGB, both with the white D65."""
    return np.asarray(np.linalg.solve(_to_xyz(_SRGB), _to_xyz(primaries)), np.float64)


def _luminance(primaries: tuple[tuple[float, float], ...]) -> Values:
    return np.asarray(_to_xyz(primaries)[1], np.float64)


def _to_xyz(primaries: tuple[tuple[float, float], ...]) -> Values:
    """Linear RGB to CIE XYZ (SMPTE RP 177)."""
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in primaries]).T
    x, y = _D65
    white = np.array([x / y, 1.0, (1 - x - y) / y])
    return np.asarray(columns * np.linalg.solve(columns, white), np.float64)
