"""Pictures: checked by their header, then decoded, turned upright, put on white, made RGB.

Only worker processes import this module: it lifts Pillow's own limit on pixels, because
:func:`check_size` applies the program's limit before anything is decoded.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import pillow_heif
from PIL import Image, UnidentifiedImageError

from qwen3vl_app.budget import Budget, Size
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.dates import photographed
from qwen3vl_app.media.decoding import THE_PICTURE, decoding
from qwen3vl_app.media.embedded import animated_webp, sizes_inside
from qwen3vl_app.media.greys import Levels, levels_of, to_eight_bits
from qwen3vl_app.media.held import source_of
from qwen3vl_app.media.ifds import first_page
from qwen3vl_app.media.profiles import Profile, profile_of, to_srgb
from qwen3vl_app.messages import Message, Value
from qwen3vl_app.settings import Limits

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None

_FORMATS = (
    "JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "DIB", "HEIF", "AVIF", "JPEG2000", "ICO",
    "ICNS", "PPM", "TGA", "QOI", "PCX", "PSD", "DDS", "SGI", "XBM", "XPM", "CUR", "DCX", "BLP",
    "FLI", "FITS", "MSP", "IM", "SUN",
)  # fmt: skip
"""What Pillow may try. Not EPS and WMF, which start other programs."""

_ORIENTATION = 0x0112
_TILE_WIDTH, _TILE_LENGTH = 322, 323
"""Tags of TIFF 6.0, section 15."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to the turn that undoes it (EXIF 2.3, tag 0x0112)."""


A_PICTURE = Message.of("noun.picture")
A_PAGE = Message.of("noun.page")
A_VIDEO = Message.of("noun.video")
AN_ANIMATION = Message.of("noun.animation")
"""What ``check_size`` may be told that it looks at."""


def load_picture(path: Path, limits: Limits, *, reference: bool = False) -> Image.Image:
    """The picture (its first frame) at full size, upright, sRGB, transparency on white.

    Args:
        path: The file.
        limits: What one file may cost.
        reference: As the reference reads it: whatever its profile says of the colours, and its
            tags of the greys and of what is only a preview.

    Raises:
        UnreadableMediaError: It is no picture, damaged, or beyond the limits.
    """
    return load_dated(path, limits, reference=reference)[0]


def load_dated(path: Path, limits: Limits, *, reference: bool = False) -> tuple[Image.Image, str]:
    """The picture as :func:`load_picture` gives it, and when it was taken ("" if unknown)."""
    with open_picture(path, limits) as opened:
        with decoding(path, THE_PICTURE):
            image = opened if reference else first_page(opened, limits.max_pages)
        check_size(path, image.size, limits)
        check_tile(path, image, limits)
        with decoding(path, THE_PICTURE), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.load()
            return as_shown(image, reference=reference), photographed(opened)


def as_shown(image: Image.Image, *, reference: bool = False) -> Image.Image:
    """A decoded picture upright, sRGB, on white; ``reference`` as for a whole file."""
    if reference:
        return flatten(upright(image))
    levels, profile = levels_of(image), profile_of(image)  # turning it loses what its file says
    return flatten(upright(image), levels, profile)


def check_tile(path: Path, image: Image.Image, limits: Limits) -> None:
    """Refuse a TIFF of huge tiles: one is decoded as a whole, and may be larger than its page.

    Raises:
        UnreadableMediaError: A tile has too many pixels.
    """
    tags = image.tag_v2 if image.format == "TIFF" else {}  # type: ignore[attr-defined]
    size = tags.get(_TILE_WIDTH, 0), tags.get(_TILE_LENGTH, 0)
    if all(isinstance(side, int) and side > 0 for side in size):
        check_size(path, size, limits)


def check_size(
    path: Path, size: Size, limits: Limits, noun: Message = A_PICTURE, *, most: float | None = None
) -> None:
    """Refuse sizes that would exhaust memory or that the models cannot look at.

    Args:
        path: The file.
        size: In pixels.
        limits: What one file may cost.
        noun: What it is to a person, of the codes ``noun.…``.
        most: Megapixels; None for those of a picture.

    Raises:
        UnreadableMediaError: No pixels, too many, or too long a strip.
    """
    width, height = size
    shape: dict[str, Value] = {"noun": noun, "width": f"{width:,}", "height": f"{height:,}"}
    if min(size) < 1:
        raise UnreadableMediaError(path, Message("reason.no_shape", shape))
    megapixels = width * height / 1e6
    most = limits.max_megapixels if most is None else min(most, limits.max_megapixels)
    if megapixels > most:
        shape |= {"megapixels": f"{megapixels:,.0f}", "limit": f"{most:g}"}
        raise UnreadableMediaError(path, Message("reason.megapixels", shape))
    if max(size) / min(size) > limits.max_aspect:
        shape |= {"limit": f"{limits.max_aspect:g}"}
        raise UnreadableMediaError(path, Message("reason.strip", shape))


def fit_picture(picture: Image.Image, budget: Budget) -> Image.Image:
    """``picture`` as the model will see it: bicubic to a multiple of 32 within the budget."""
    size = budget.fit_picture(picture.size)
    fitted = picture.resize(size, Image.Resampling.BICUBIC)
    fitted.info = {}  # profiles and EXIF would travel between processes for nothing
    return fitted


def flatten(
    image: Image.Image, levels: Levels | None = None, profile: Profile | None = None
) -> Image.Image:
    """RGB of any mode. Transparent pixels turn white, as ``to_rgb`` of qwen-vl-utils does.

    Args:
        image: Decoded.
        levels: What its file says of the depth of its values.
        profile: What its file says of its colours.
    """
    if levels is not None or image.mode.startswith("I") or image.mode == "F":
        image = to_eight_bits(image, levels)
    if profile is not None:
        image = to_srgb(image, profile)
    if image.mode != "RGBA" and image.has_transparency_data:
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(image, mask=image.getchannel("A"))
        return white
    return image if image.mode == "RGB" else image.convert("RGB")  # a copy may take 800 MB


def upright(image: Image.Image) -> Image.Image:
    """Undo the camera's rotation; damaged EXIF counts as none, the pixels being fine."""
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # Pillow's EXIF parser raises a dozen kinds of errors
        return image
    turn = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def open_picture(path: Path, limits: Limits) -> Image.Image:
    """The picture with its header read and nothing decoded.

    Raises:
        UnreadableMediaError: It is no picture, or what is inside it is beyond the limits.
    """
    with decoding(path, THE_PICTURE):
        inside, canvas = sizes_inside(path), animated_webp(path)
    for size in inside:
        check_size(path, size, limits)
    if canvas is not None:  # its decoder makes two of them on being opened
        check_size(path, canvas, limits, AN_ANIMATION, most=limits.max_frame_megapixels)
    try:
        with decoding(path, THE_PICTURE), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged EXIF, which does not matter
            return Image.open(source_of(path), formats=_FORMATS)
    except UnreadableMediaError as error:
        if isinstance(error.__cause__, UnidentifiedImageError):
            raise UnreadableMediaError(path, Message.of("reason.header")) from error
        raise
