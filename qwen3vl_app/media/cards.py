"""A passage drawn as a small sheet of paper, so that texts have thumbnails like pictures."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_SIZE = (320, 240)
_MARGIN = 16
_FONT_SIZE = 15
_LINE_HEIGHT = 21
_LINES = (_SIZE[1] - 2 * _MARGIN) // _LINE_HEIGHT
_PAPER, _INK = (252, 251, 247), (44, 46, 51)

_WIDE_FONTS = (
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
)
"""Where Debian, Arch, Fedora, macOS and Windows keep fonts that cover CJK."""

_LAST_PLAIN = "~"
"""Pillow's own font has no character beyond ASCII: ä and Ж are boxes in it, too."""

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def draw_card(text: str) -> Image.Image:
    """The first lines of ``text``, 320 × 240 pixels, RGB.

    Text beyond ASCII is drawn in a font that covers CJK where the system has one; without it such
    characters become boxes, and nothing fails. Takes about 8 ms.
    """
    card = Image.new("RGB", _SIZE, _PAPER)
    pen = ImageDraw.Draw(card)
    font = _wide_font() if max(text[:500], default="") > _LAST_PLAIN else _plain_font()
    for number, line in enumerate(_wrap(text, font)):
        pen.text((_MARGIN, _MARGIN + number * _LINE_HEIGHT), line, fill=_INK, font=font)
    return card


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


@lru_cache(maxsize=1)
def _wide_font() -> _Font:
    for name in _WIDE_FONTS:
        if Path(name).is_file():
            return ImageFont.truetype(name, _FONT_SIZE, layout_engine=ImageFont.Layout.BASIC)
    return _plain_font()
