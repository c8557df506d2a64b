"""A passage drawn as a small sheet of paper, so that texts have thumbnails like pictures."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_SIZE = (320, 240)
_MARGIN = 16
_FONT_SIZE = 15
_LINE_HEIGHT = 21
_LINES = (_SIZE[1] - 2 * _MARGIN) // _LINE_HEIGHT
_PAPER, _INK = (252, 251, 247), (44, 46, 51)

_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/YuGothM.ttc",
    "C:/Windows/Fonts/malgun.ttf",
    # Arabic and Hebrew, and whatever Latin, Greek and Cyrillic the others lack
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoNaskhArabic-Regular.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/arial.ttf",
    # Hindi, Thai and their neighbours
    "/usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf",
    "/usr/share/fonts/noto/NotoSansDevanagari-Regular.ttf",
    "/usr/share/fonts/truetype/lohit-devanagari/Lohit-Devanagari.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf",
    "/usr/share/fonts/truetype/freefont/FreeSans.ttf",
    "/System/Library/Fonts/Kohinoor.ttc",
    "C:/Windows/Fonts/Nirmala.ttf",
    "C:/Windows/Fonts/LeelawUI.ttf",
)
"""Where Debian, Arch, Fedora, macOS and Windows keep fonts; those that cover CJK come first."""

_LAST_PLAIN = "~"
"""Pillow's own font has no character beyond ASCII: ä and Ж are boxes in it, too."""

_LOOKED_AT = 500
"""First characters of a text, by which its font is chosen."""

_NOWHERE = "\U0010ffff"
"""No font has it: it is drawn as whatever is missing."""

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def draw_card(text: str) -> Image.Image:
    """The first lines of ``text``, 320 × 240 pixels, RGB.

    Text beyond ASCII is drawn in the first font of the system that has all of its characters, or
    the one that has most; without any they become boxes, and nothing fails. Takes about 8 ms.
    """
    card = Image.new("RGB", _SIZE, _PAPER)
    pen = ImageDraw.Draw(card)
    is_plain = max(text[:_LOOKED_AT], default="") <= _LAST_PLAIN
    font = _plain_font() if is_plain else _font_for(text[:_LOOKED_AT])
    for number, line in enumerate(_wrap(text, font)):
        right = _runs_to_the_left(line)
        x = _SIZE[0] - _MARGIN if right else _MARGIN
        at = (x, _MARGIN + number * _LINE_HEIGHT)
        pen.text(at, line, fill=_INK, font=font, anchor="ra" if right else "la")
    return card


def _runs_to_the_left(line: str) -> bool:
    """Whether its first letter is one of Arabic, Hebrew and the like."""
    directions = (unicodedata.bidirectional(character) for character in line)
    return next((one for one in directions if one in {"L", "R", "AL"}), "L") != "L"


def _wrap(text: str, font: _Font) -> list[str]:
    """The first lines of ``text``, broken where the card ends."""
    room = _SIZE[0] - 2 * _MARGIN
    lines: list[str] = []
    for paragraph in text.splitlines()[: _LINES * 2]:
        rest = paragraph.expandtabs(4)[:400].rstrip()
        while rest and len(lines) < _LINES:
            fitting = _fitting(rest, font, room)
            lines.append(rest[:fitting])
            rest = rest[fitting:].lstrip()
    return lines[:_LINES]


def _fitting(text: str, font: _Font, room: int) -> int:
    """How many leading characters fit into ``room`` pixels; at least one."""
    width, position = 0.0, 0
    while position < len(text):
        width += _advance(font, text[position])
        if width > room:
            break
        position += 1
    if position == len(text):
        return position
    space = text.rfind(" ", 0, position + 1)
    return space if space > position // 2 else max(1, position)


@lru_cache(maxsize=4096)
def _advance(font: _Font, character: str) -> float:
    """Pixels one character moves the pen; cached, because asking the font is slow."""
    return font.getlength(character)


@lru_cache(maxsize=1)
def _plain_font() -> _Font:
    return ImageFont.load_default(_FONT_SIZE)


def _font_for(text: str) -> _Font:
    """The first font that has what is in a text, else that which has most of it."""
    characters = {one for one in text if one > _LAST_PLAIN and _is_drawn(one)}
    best, most = _plain_font(), -1
    for font in _fonts():
        found = sum(_has(font, one) for one in characters)
        if found == len(characters):
            return font
        if found > most:
            best, most = font, found
    return best


@lru_cache(maxsize=1)
def _fonts() -> list[ImageFont.FreeTypeFont]:
    """Those that this computer has; opening one takes a millisecond."""
    return [ImageFont.truetype(name, _FONT_SIZE) for name in _FONTS if Path(name).is_file()]


def _is_drawn(character: str) -> bool:
    """Whether it has a shape of its own: no blank, mark or sign of control."""
    return unicodedata.category(character)[0] in "LNPS"


@lru_cache(maxsize=8192)
def _has(font: ImageFont.FreeTypeFont, character: str) -> bool:
    """Whether a font has more for a character than what stands for all that are missing."""
    return _shape(font, character) != _shape(font, _NOWHERE)


@lru_cache(maxsize=8192)
def _shape(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)
