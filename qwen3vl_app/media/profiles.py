"""Colours as they are meant: pictures with a colour profile become sRGB.

Most profiles are ICC profiles, which littleCMS applies. Cameras that take Adobe RGB may say so in
EXIF alone (DCF 2.0, R03), PNG may name a gamma (PNG 11.3.2.2), and HEIF the numbers that videos
have. What a profile does not fit, and what is damaged, counts as none, as browsers have it.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms, ImageFilter

from qwen3vl_app.media.colours import table_for

_MOST_BYTES = 16 * 2**20
"""Of a profile; those of printers have up to 3 MB."""

_SAME = 2
"""Levels of 255 by which a profile may differ from sRGB and still be applied by doing nothing:
most pictures have one that says sRGB in other words, and 12 megapixels take 0.3 s."""

_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""Colours of a profile (ICC.1, table 19) to the mode of pictures that it is for."""

_INTEROPERABILITY, _INDEX = 0xA005, 1
_USUAL_GAMMA = 1 / 2.2

_ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
_SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
"""XYZ of red, green and blue for the white of profiles, D50."""

Transform = ImageCms.ImageCmsTransform


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What turns a picture into sRGB: an ICC profile, or a table."""

    icc: bytes = b""
    table: ImageFilter.Color3DLUT | None = None


def profile_of(image: Image.Image) -> Profile | None:
    """What the file of an opened picture says of its colours; None where that is nothing."""
    icc = image.info.get("icc_profile")
    if isinstance(icc, bytes) and icc:
        return Profile(icc=icc) if len(icc) <= _MOST_BYTES else None
    if image.format == "HEIF":
        return _of_numbers(image.info.get("nclx_profile"))
    if image.format == "PNG" and "srgb" not in image.info:
        return _of_gamma(image.info.get("gamma"))
    return Profile(icc=_matrix_profile(_ADOBE, 2.19921875)) if _is_adobe(image) else None


def to_srgb(image: Image.Image, profile: Profile) -> Image.Image:
    """A picture of 8 bits with the colours that its profile means, RGB or RGBA.

    The picture itself where the profile is damaged or for another kind of colours.
    """
    if profile.table is not None:
        mode, transform = "RGB", None
    else:
        mode, transform = _transform(profile.icc)
        if transform is None:
            return image
    if not _fits(image, mode):
        return image
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    plain = _without_alpha(image, mode)
    done = plain.filter(profile.table) if profile.table is not None else _applied(plain, transform)
    if alpha is not None:
        done.putalpha(alpha)
    return done


def _without_alpha(image: Image.Image, mode: str) -> Image.Image:
    if image.mode == mode:
        return image
    if mode == "L":
        return image.getchannel(0)
    if image.mode == "RGBa":
        image = image.convert("RGBA")
    return image.convert("RGB")


def _applied(plain: Image.Image, transform: Transform | None) -> Image.Image:
    """In place where that may be: a picture may take 800 MB. Mapped files cannot be written to."""
    if transform is None:
        return plain
    if plain.mode == "RGB" and not plain.readonly:
        ImageCms.applyTransform(plain, transform, inPlace=True)
        return plain
    return ImageCms.applyTransform(plain, transform) or plain


def _fits(image: Image.Image, mode: str) -> bool:
    if mode == "CMYK":
        return image.mode == "CMYK"
    if mode == "L":
        return image.mode in ("L", "LA")
    return image.mode not in ("CMYK", "LAB", "HSV", "1")


@lru_cache(maxsize=4)
def _transform(icc: bytes) -> tuple[str, Transform | None]:
    """For which mode, and how; None where it is damaged, or as good as sRGB."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        mode = _MODES[source.profile.xcolor_space]
        made = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        return mode, None if _changes_nothing(made, mode) else made
    except (ImageCms.PyCMSError, KeyError, OSError, ValueError, TypeError):
        return "", None


def _changes_nothing(transform: Transform, mode: str) -> bool:
    if mode == "CMYK":
        return False
    steps = np.linspace(0, 255, 6).astype(np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    if mode == "L":
        colours = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    probe = Image.fromarray(colours)
    given = probe.getchannel(0) if mode == "L" else probe
    done = np.asarray(ImageCms.applyTransform(given, transform), np.int16)
    return bool(np.abs(done - colours).max() <= _SAME)


def _of_numbers(nclx: object) -> Profile | None:
    """As videos have it (ITU-T H.273)."""
    if not isinstance(nclx, dict):
        return None
    transfer, primaries = nclx.get("transfer_characteristics"), nclx.get("color_primaries")
    if not isinstance(transfer, int) or not isinstance(primaries, int):
        return None
    table = table_for(transfer, primaries)
    return None if table is None else Profile(table=table)


def _of_gamma(gamma: object) -> Profile | None:
    """Values of a PNG are light to the power of this."""
    if not isinstance(gamma, float) or not _LEAST_GAMMA <= gamma <= _MOST_GAMMA:
        return None
    if abs(gamma - _USUAL_GAMMA) < _NEAR:
        return None
    return Profile(icc=_matrix_profile(_SRGB, 1 / gamma))


_LEAST_GAMMA, _MOST_GAMMA = 0.2, 5.0
"""What is beyond is a mistake: nothing could be seen of such pictures."""

_NEAR = 0.02


def _is_adobe(image: Image.Image) -> bool:
    try:
        index = image.getexif().get_ifd(_INTEROPERABILITY).get(_INDEX)
    except Exception:  # Pillow's EXIF parser raises a dozen kinds of errors
        return False
    return isinstance(index, str) and index.startswith("R03")


@lru_cache(maxsize=4)
def _matrix_profile(columns: tuple[tuple[float, float, float], ...], gamma: float) -> bytes:
    """An ICC profile of version 2 (ICC.1:2001-04, 6.3.1.2) of three primaries and one gamma."""
    curve = b"curv" + bytes(4) + struct.pack(">IHH", 1, round(gamma * 256), 0)
    points = [b"XYZ " + bytes(4) + _fixed(column) for column in columns]
    white = b"XYZ " + bytes(4) + _fixed((0.9642, 1.0, 0.8249))
    text = b"text" + bytes(4) + b"none"
    name = b"desc" + bytes(4) + struct.pack(">I", 2) + b"a\0" + bytes(4 + 4 + 2 + 1 + 67) + b"\0"
    signatures = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"wtpt", b"cprt", b"desc")
    bodies = (*points, curve, curve, curve, white, text, name)
    table, data = struct.pack(">I", len(bodies)), b""
    begin = 128 + 4 + 12 * len(bodies)
    for signature, body in zip(signatures, bodies, strict=True):
        table += signature + struct.pack(">II", begin + len(data), len(body))
        data += body + bytes(-len(body) % 4)
    size = begin + len(data)
    head = struct.pack(">I4xI4s4s4s", size, 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s", 2000, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    head += _fixed((0.9642, 1.0, 0.8249))
    return head.ljust(128, b"\0") + table + data


def _fixed(numbers: tuple[float, ...]) -> bytes:
    """As s15Fixed16Number."""
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)
