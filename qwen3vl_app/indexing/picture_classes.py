"""What kind of picture each probably is, so that those likely to hold words are read first."""

from __future__ import annotations

from collections.abc import Iterable

from qwen3vl_app.store.rows import UnreadPicture
from qwen3vl_app.types import Kind, PictureClass

SECONDS = {
    PictureClass.PAGE: 4.0,
    PictureClass.SCREENSHOT: 4.0,
    PictureClass.SCAN: 4.0,
    PictureClass.DRAWING: 1.5,
    PictureClass.FRAME: 1.0,
    PictureClass.PHOTOGRAPH: 1.0,
}
"""That reading one takes on a quiet core, until it is known better. In the order of reading."""

_ORDER = {of: at for at, of in enumerate(SECONDS)}

_SCREENS = frozenset(
    {
        *(640, 720, 750, 768, 800, 810, 820, 828, 834, 864, 900, 960, 1024, 1050, 1080, 1125),
        *(1170, 1179, 1200, 1206, 1242, 1260, 1280, 1284, 1290, 1320, 1344, 1440, 1600, 1620),
        *(1640, 1668, 1800, 1964, 2000, 2048, 2064, 2160, 2234, 2880),
    }
)
"""Pixels of the shorter side of telephones, tablets and displays."""

_SHORT_SCREEN, _LONG_SCREEN = 1.2, 2.4
"""Longer to shorter side of them."""

_LOSSLESS = frozenset({".png", ".bmp"})
"""What screenshots of a window are kept as, which have any shape."""

_SHEETS = (297 / 210, 11 / 8.5, 14 / 8.5)
"""Longer to shorter side of A4, letter and legal paper."""

_SHEET_WITHIN = 0.03
_LEGIBLE = 1000
"""Pixels of the longer side: A4 at 85 dots per inch, below which print cannot be read."""


def class_of(picture: UnreadPicture) -> PictureClass:
    """By its kind, its shape, its format, and whether a camera says when it was taken."""
    if picture.kind is Kind.PAGE:
        return PictureClass.PAGE
    if picture.kind is not Kind.PICTURE:
        return PictureClass.FRAME
    if picture.taken:
        return PictureClass.PHOTOGRAPH
    return _class_by_shape(*sorted(picture.size), is_lossless=picture.suffix in _LOSSLESS)


def _class_by_shape(short: int, long: int, *, is_lossless: bool) -> PictureClass:
    ratio = long / max(1, short)
    is_sheet = any(abs(ratio / one - 1) < _SHEET_WITHIN for one in _SHEETS)
    if is_sheet and long >= _LEGIBLE and short not in _SCREENS:
        return PictureClass.SCAN
    is_screen = short in _SCREENS and _SHORT_SCREEN <= ratio <= _LONG_SCREEN
    is_window = is_lossless and long >= _LEGIBLE
    return PictureClass.SCREENSHOT if is_screen or is_window else PictureClass.DRAWING


def in_order(pictures: Iterable[UnreadPicture]) -> list[tuple[UnreadPicture, PictureClass]]:
    """As they are to be read: by class, and as they came within one."""
    classed = [(picture, class_of(picture)) for picture in pictures]
    return sorted(classed, key=lambda pair: _ORDER[pair[1]])
